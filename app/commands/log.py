"""`doorkeep log …`: every call, listed, followed, shown, verified, exported; old ones removed. Reads the log without a gateway."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from app.core.errors import DoorkeepError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from app.commands.log_words import Style
    from app.core.journal.filter import FilterError
    from app.core.journal.record import CallRecord

LISTED = 50
FOLLOWED = 10
"""How many calls stand above the first new one."""
MOST = 1_000_000


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of `doorkeep log …`."""
    import argparse

    parser = commands.add_parser(
        "log",
        help="every call: list, follow, show, verify, export",
        description="Every call that came to the door. Without an action: the latest ones, newest last.",
        epilog="EXPR: server:git decision:denied client:Claude folder:~/Projects since:2h outcome:error words…"
        " One that begins with a minus is given as --filter=-outcome:ok",
    )
    _listing_options(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    showing = actions.add_parser("show", help="everything about one call")
    showing.add_argument("id", type=int, help="its number, as the list shows it")
    showing.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="the record and its events as one JSON object"
    )
    verifying = actions.add_parser("verify", help="check that nothing in the log was changed, removed or added")
    verifying.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="the report as one JSON object"
    )
    exporting = actions.add_parser("export", help="write the log to a file")
    exporting.add_argument("file", help="where to; - is standard output")
    exporting.add_argument(
        "--format", choices=("jsonl", "csv"), required=True, help="one JSON record a line, or a table"
    )
    exporting.add_argument("--filter", default=argparse.SUPPRESS, metavar="EXPR", help="only calls that it takes")
    pruning = actions.add_parser("prune", help="remove calls older than the settings keep")
    pruning.add_argument("--days", type=_days, help="keep so many days instead; asks first")
    pruning.add_argument("--yes", action="store_true", help="do not ask")
    pruning.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="what was removed as one JSON object"
    )


def _listing_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--follow", "-f", action="store_true", help="show calls as they happen, until interrupted")
    parser.add_argument(
        "--limit", type=_limit, metavar="N", help=f"the newest N (else {LISTED}; with --follow {FOLLOWED})"
    )
    parser.add_argument("--filter", default="", metavar="EXPR", help="only calls that it takes; see below")
    parser.add_argument("--json", action="store_true", help="one JSON record a line")


def _limit(text: str) -> int:
    return _number(text, 0)


def _days(text: str) -> int:
    return _number(text, 1)


def _number(text: str, least: int) -> int:
    import argparse

    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= MOST):
        raise argparse.ArgumentTypeError(f"'{text}' is no number from {least} to {MOST}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Carries out one action; 1 when `verify` found something or a call does not exist, 2 for a filter that cannot be read."""
    from app.core.journal.filter import FilterError

    try:
        return _ACTIONS[args.action](args)
    except FilterError as error:
        _point_at(error)
        return 2


def _point_at(error: FilterError) -> None:
    """The expression with its broken word underlined, then the words."""
    from app.commands.log_words import visible, width_of

    shown, before = visible(error.expression), visible(error.expression[: error.at])
    if width_of(shown) <= 200:
        print(f"  {shown}", file=sys.stderr)
        print(f"  {' ' * width_of(before)}{'^' * max(width_of(visible(error.word)), 1)}", file=sys.stderr)
    print(f"doorkeep: {visible(str(error))}", file=sys.stderr)


def _style() -> Style:
    from app.commands.log_words import Style

    return Style(sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")


def _width() -> int:
    from app.commands.log_words import UNBOUNDED

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else UNBOUNDED


def _print_json(value: Any) -> None:
    import msgspec

    print(msgspec.json.encode(value).decode(), flush=True)


def _list(args: argparse.Namespace) -> int:
    from app.commands.progress import Bar
    from app.core.journal.filter import parse
    from app.core.journal.reader import Reader

    limit = args.limit if args.limit is not None else (FOLLOWED if args.follow else LISTED)
    found = parse(args.filter)
    with Reader(args.home) as reader:
        cursor = reader.cursor()
        records: list[CallRecord] = []
        with Bar("Looking through the log") as bar:
            for part in reader.search(found, limit) if limit else ():
                records += part.records
                bar(round(part.done * 1000), 1000)
        records.reverse()
        if not args.follow:
            _print_records(records, args)
            return 0
        from app.commands.log_follow import Follower

        _print_records(records, args)
        _print_live(Follower(reader, found, cursor).records(), records, args)
    return 0


def _print_records(records: list[CallRecord], args: argparse.Namespace) -> None:
    if args.json:
        for record in records:
            _print_json(record)
        return
    if not records and not args.follow:
        print("No call matches." if args.filter else "No call has come to the door yet.")
        return
    from app.commands.log_words import Lines

    lines = Lines(_width(), _style(), records)
    for record in records:
        print(lines.line(record))


def _print_live(records: Iterable[CallRecord], before: list[CallRecord], args: argparse.Namespace) -> None:
    """JSON tells every state of a call; a person reads it once it waits or is over."""
    from app.commands.log_words import Lines

    lines = Lines(_width(), _style(), before)
    sys.stdout.flush()
    for record in records:
        if args.json:
            _print_json(record)
        elif record.outcome != "running":
            print(lines.line(record), flush=True)


def _show(args: argparse.Namespace) -> int:
    from app.core.journal.reader import Reader
    from app.core.journal.record import timestamp

    with Reader(args.home) as reader:
        found = reader.show(args.id)
    if found is None:
        raise DoorkeepError(f"There is no call {args.id} in the log.", "", "Run: doorkeep log")
    record, events = found
    if args.json:
        import msgspec

        told = [
            {"seq": event.seq, "kind": event.kind, "at": timestamp(event.at_ms), "body": msgspec.Raw(event.body)}
            for event in events
        ]
        _print_json({**{name: getattr(record, name) for name in record.__struct_fields__}, "events": told})
        return 0
    from app.commands.log_words import page

    print("\n".join(page(record, events, _style())))
    return 0


def _verify(args: argparse.Namespace) -> int:
    from app.commands.progress import Bar
    from app.core.journal.database import ask_rebuild
    from app.core.journal.verify import verify

    with Bar("Checking the log") as bar:
        report = verify(args.home, bar)
    if report.table_differs:
        ask_rebuild(args.home)
    if args.json:
        _print_json(report)
        return 0 if report.whole else 1
    for note in report.notes:
        print(f"Note: {note}")
    if report.whole:
        print(f"The log is whole: {report.calls:,} calls, {report.events:,} events, each in its place and unchanged.")
        return 0
    for finding in report.findings:
        print(f"- {finding.words}")
    number = len(report.findings) + report.more
    if report.more:
        print(f"… and {report.more:,} more")
    if report.table_differs:
        print("The table of calls is made anew from the events when Doorkeep next starts.")
    words = "1 thing is" if number == 1 else f"{number:,} things are"
    print(f"doorkeep: {words} not as the gateway wrote it. Export what you need: doorkeep log export", file=sys.stderr)
    return 1


def _export(args: argparse.Namespace) -> int:
    from app.commands.progress import Bar
    from app.core.journal.export import export, write
    from app.core.journal.filter import parse
    from app.core.journal.reader import Reader

    found = parse(args.filter)
    with Reader(args.home) as reader:
        newest = reader.query(limit=1).records
        end = newest[0].id if newest else 0
        if args.file == "-":
            write(reader.walk(found), sys.stdout.buffer, args.format)
            sys.stdout.buffer.flush()
            return 0
        with Bar("Exporting the log") as bar:
            number = export(reader.walk(found), args.file, args.format, lambda _count, id_: bar(id_, end))
    print(f"{number:,} calls are in {os.path.abspath(args.file)}.")
    return 0


def _prune(args: argparse.Namespace) -> int:
    from app.commands.progress import Bar
    from app.control.client import ensure_gateway

    if args.days is not None and not args.yes and not _agreed(args.days):
        raise DoorkeepError("Nothing was removed.", "", "Say yes, or give --yes.")
    total = 0
    with ensure_gateway(args.home) as control, Bar("Shortening the log") as bar:
        asked = {} if args.days is None else {"days": args.days}
        while True:
            answer = control.call("prune", **asked)
            total += answer["removed"]
            if not answer["removed"]:
                break
            bar(total, total + answer["removed"])
    if args.json:
        _print_json({"days": answer["days"], "removed": total})
    else:
        print(f"{total:,} calls older than {answer['days']} days were removed.")
    return 0


def _agreed(days: int) -> bool:
    if not sys.stdin.isatty():
        return False
    print(
        f"Remove every call older than {days} days from the log for good? [y/N] ", end="", file=sys.stderr, flush=True
    )
    return sys.stdin.readline().strip().lower() in ("y", "yes")


_ACTIONS = {None: _list, "show": _show, "verify": _verify, "export": _export, "prune": _prune}
