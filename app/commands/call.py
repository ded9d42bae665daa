"""`doorkeep call` and `doorkeep undo`: a tool called by hand, through the same door and into the same log."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from app.core.errors import DoorkeepError
from app.core.undo_tools import UNDO_TOOLS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from app.core.journal.record import CallRecord

LOOKED_AT = 5000
"""How many of the latest calls `undo --list` looks through."""
CALL_SECONDS = 300.0


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Options of the two commands."""
    calling = commands.add_parser("call", help="call a tool by hand, through the same door")
    calling.add_argument("server")
    calling.add_argument("tool")
    calling.add_argument("arguments", nargs="?", default="{}", metavar="JSON", help="an object; {} when left out")
    calling.add_argument("--json", action="store_true", help="the whole result as JSON")
    undoing = commands.add_parser("undo", help="take back a change that a call made")
    which = undoing.add_mutually_exclusive_group(required=True)
    which.add_argument("--list", action="store_true", help="show the changes that can be taken back, newest first")
    which.add_argument("id", nargs="?", help="as `doorkeep undo --list` shows it")
    undoing.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing")
    undoing.add_argument("--limit", type=int, default=50, help="with --list: at most so many")
    undoing.add_argument("--json", action="store_true", help="facts as JSON")


def run(args: argparse.Namespace) -> int:
    """Carries out one of them; 1 where the tool's result is an error."""
    if args.command == "call":
        try:
            arguments = json.loads(args.arguments)
        except ValueError as error:
            return _usage(f"the arguments are not JSON: {error}")
        if not isinstance(arguments, dict):
            return _usage("the arguments are no JSON object")
        return _call(args.home, args.server, args.tool, arguments, as_json=args.json)
    if args.list:
        return _list(args.home, args.limit, args.json)
    return _undo(args)


def _usage(words: str) -> int:
    print(f"doorkeep: {words}", file=sys.stderr)
    return 2


def _call(home: str, server: str, tool: str, arguments: dict[str, Any], as_json: bool) -> int:
    from app.control.client import SessionClient, ensure_gateway

    ensure_gateway(home).close()
    with SessionClient(home, server) as session:
        result = session.call_tool(tool, arguments, CALL_SECONDS)
    failed = bool(result.get("isError"))
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    elif failed:
        print(f"doorkeep: {' '.join(' '.join(_texts(result)).split())}", file=sys.stderr)
    else:
        for text in _texts(result):
            print(text)
    return 1 if failed else 0


def _texts(result: dict[str, Any]) -> list[str]:
    texts: list[str] = []
    for block in result.get("content", []):
        if block.get("type") == "text":
            texts.append(block.get("text", ""))
        else:
            texts.append(f"[{block.get('type')} {block.get('mimeType', '')}, {len(block.get('data', ''))} characters]")
    return texts


def _undo(args: argparse.Namespace) -> int:
    from app.core.journal.reader import Reader

    with Reader(args.home) as reader:
        found = reader.query(f"change:{json.dumps(args.id)}", 1).records
    if not found:
        raise DoorkeepError(f"The log knows no change {args.id}.", "", "`doorkeep undo --list` shows them.")
    server = found[0].server
    tool = UNDO_TOOLS.get(server)
    if tool is None:
        raise DoorkeepError(f"{server} made that change and cannot take changes back.", "", "")
    arguments = {"change_id": args.id, **({"dry_run": True} if args.dry_run else {})}
    return _call(args.home, server, tool, arguments, as_json=args.json)


def _list(home: str, limit: int, as_json: bool) -> int:
    changes: list[dict[str, Any]] = []
    undone: set[str] = set()
    for record in _latest(home):
        if record.tool == UNDO_TOOLS.get(record.server):
            undone.add(_undid(record))
        if record.change_id and len(changes) < limit:
            changes.append(
                {
                    "id": record.change_id,
                    "at": record.at,
                    "client": record.client,
                    "server": record.server,
                    "tool": record.tool,
                    "paths": record.paths,
                    "call": record.id,
                    "undone": record.change_id in undone,
                }
            )
    if as_json:
        print(json.dumps(changes, ensure_ascii=False))
        return 0
    for change in changes:
        state = " (taken back)" if change["undone"] else ""
        print(f"{change['id']}  {change['at']}  {change['server']}.{change['tool']}{state}  {change['client']}")
        for path in change["paths"]:
            print(f"    {path}")
    if not changes:
        print("No call has changed anything that can be taken back.")
    return 0


def _latest(home: str) -> Iterator[CallRecord]:
    """Calls that went well, newest first."""
    from app.core.journal.reader import Reader

    before: int | None = None
    looked = 0
    with Reader(home) as reader:
        while looked < LOOKED_AT:
            records = reader.query("outcome:ok", 500, before=before).records
            yield from records
            if not records:
                return
            looked += len(records)
            before = records[-1].id


def _undid(record: CallRecord) -> str:
    """The change that a call of an undo tool took back; empty for one that only looked."""
    try:
        arguments = json.loads(bytes(record.arguments))
    except ValueError:
        return ""
    if not isinstance(arguments, dict) or arguments.get("dry_run"):
        return ""
    return str(arguments.get("change_id", ""))
