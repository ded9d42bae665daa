"""How a log record reads on a terminal: one aligned line, or a page. Pure functions of record and width.

Nothing that a client or a file name says may move the cursor, colour the line or turn it round: such characters are shown.
"""

from __future__ import annotations

import os
import time
import unicodedata
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.journal.record import CallRecord, Event

VERBS = {
    "list_directory": "list", "read_file": "read", "search_files": "search", "write_file": "write", "edit_file": "edit",
    "move_file": "move", "create_directory": "create", "trash": "trash", "undo": "undo",
}  # fmt: skip
COLOURS = {
    "allowed": "32", "ok": "32", "denied": "31", "error": "31", "lost": "31", "expired": "33", "waiting": "33",
    "cancelled": "33", "running": "36", "dim": "2", "bold": "1",
}  # fmt: skip
NOTE_WIDTH = 160
UNBOUNDED = 10_000
"""The width of what is no terminal: nothing is cut."""


class Style:
    """Colour or none. Never colour alone: the words say the same."""

    def __init__(self, coloured: bool) -> None:
        self.coloured = coloured

    def __call__(self, text: str, name: str) -> str:
        """The text in the colour of a word, where there is colour."""
        code = COLOURS.get(name) if self.coloured else None
        return f"\033[{code}m{text}\033[0m" if code and text else text


def visible(text: str) -> str:
    """The text with every character that cannot be seen, or that moves others, written as its number: <U+202E>."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([sign if _is_plain(sign) else _named(sign) for sign in text])


def _is_plain(sign: str) -> bool:
    return sign == " " or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _named(sign: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(sign) or f"<U+{ord(sign):04X}>"


def width_of(text: str) -> int:
    """Columns that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def fitted(text: str, width: int, pad: bool = True) -> str:
    """The text in exactly `width` columns, or with `pad` false in at most so many; cut with an ellipsis."""
    if width_of(text) > width:
        kept, used = "", 1
        for sign in text:
            used += width_of(sign)
            if used > width:
                break
            kept += sign
        text = kept + "…" if width > 0 else ""
    return text + " " * (width - width_of(text)) if pad else text


def client_name(client: str) -> str:
    """The client's name without its version."""
    name, _, version = client.rpartition(" ")
    return visible(name if name and version[:1].isdigit() else client) or "unknown"


def moment(at: str, now: float | None = None) -> str:
    """Local time of an RFC 3339 moment: the clock today, the day too before that."""
    then = time.localtime(epoch(at))
    today = time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M:%S", then)
    return time.strftime("%Y-%m-%d %H:%M" if then.tm_year != today.tm_year else "%b %d %H:%M", then)


def epoch(at: str) -> float:
    """Seconds since 1970 of an RFC 3339 moment."""
    from datetime import datetime

    return datetime.fromisoformat(at).timestamp()


def duration(milliseconds: float | None) -> str:
    """A time in the unit that reads best."""
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s" if milliseconds < 120_000 else f"{milliseconds / 60_000:.0f} min"


def verb_and_object(record: CallRecord) -> tuple[str, str]:
    """What was done in a word or two, and to what."""
    if record.server == "filesystem" and record.tool in VERBS:
        verb = VERBS[record.tool]
    else:
        verb = record.tool.replace("_", " ")
        if record.server not in ("filesystem", "git", "notes"):
            verb = f"{record.server}: {verb}"
    paths = [os.path.basename(path.rstrip("/\\")) or path for path in record.paths]
    if verb == "move" and len(paths) == 2:
        return verb, visible(" → ".join(paths))
    if paths:
        return visible(verb), visible(paths[0] + (f" and {len(paths) - 1} more" if len(paths) > 1 else ""))
    return visible(verb), visible(_first_text(record.arguments))


def _first_text(arguments: msgspec.Raw) -> str:
    try:
        values = msgspec.json.decode(arguments, type=dict[str, Any]).values()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return next((value for value in values if isinstance(value, str) and value), "")


class Lines:
    """Lays records out in columns for a terminal of `width` columns; narrow ones lose the least needed column first."""

    def __init__(self, width: int, style: Style, records: Sequence[CallRecord] = ()) -> None:
        self._style = style
        self._width = width
        self._id = max([5, *[len(str(record.id)) for record in records]])
        self._time = max([8, *[len(moment(record.at)) for record in records]])
        self._client = min(
            max([14, *[width_of(client_name(record.client)) for record in records]]), 24 if width > 110 else 14
        )
        self._verb = min(max([6, *[width_of(verb_and_object(record)[0]) for record in records]]), 24)
        self._with_time_taken = width >= 80
        self._with_id = width >= 60
        self._with_client = width >= 48

    def line(self, record: CallRecord) -> str:
        """One record, one line, without its newline; never wider than the terminal."""
        style = self._style
        left: list[tuple[str, str]] = []
        if self._with_id:
            left.append((str(record.id).rjust(self._id), "dim"))
        left.append((moment(record.at).ljust(self._time), "dim"))
        if self._with_client:
            left.append((fitted(client_name(record.client), self._client), ""))
        left.append((fitted(_state(record), 9), record.outcome))
        verb, what = verb_and_object(record)
        taken = duration(record.duration_ms).rjust(8) if self._with_time_taken else ""
        used = sum(width_of(text) + 2 for text, _ in left) + (len(taken) + 2 if taken else 0)
        room = max(self._width - used, 1)
        if taken:
            left.append((taken, "dim"))
        sentence = fitted(verb, min(self._verb, max(room - 8, 4))) + "  " + what if what else verb
        note = _note(record)
        parts = [style(text, name) for text, name in left]
        sentence_width = width_of(sentence)
        if not note or sentence_width + 6 > room:
            return "  ".join([*parts, fitted(sentence, room, pad=False)])
        return "  ".join([*parts, sentence, style(fitted(note, room - sentence_width - 2, pad=False), "dim")])


def _state(record: CallRecord) -> str:
    """One word: what was decided while that is all there is to say, else how it ended."""
    return {"ok": "allowed", "lost": "lost", "expired": "no answer"}.get(record.outcome, record.outcome)


def _note(record: CallRecord) -> str:
    return fitted(_behind(record), NOTE_WIDTH, pad=False)


def _behind(record: CallRecord) -> str:
    """What stands behind the sentence: why it did not go well, or the folder."""
    if record.outcome in ("denied", "expired", "lost"):
        return visible(record.reason)
    if record.outcome == "error":
        return visible((record.result_preview or record.reason).strip())
    return visible(_short(record.folder)) if record.folder else ""


def _short(path: str) -> str:
    from app.bridge.home import account_home

    home = account_home()
    return "~" + path[len(home) :] if path == home or path.startswith(home + os.sep) else path


def page(record: CallRecord, events: Sequence[Event], style: Style) -> list[str]:
    """Everything about one call, for a person."""
    verb, what = verb_and_object(record)
    by = {"user": "by you", "policy": "by the folder's access", "rule": "by a rule for the tool", "limit": "by a limit",
          "timeout": "because nobody answered"}.get(record.by or "", "")  # fmt: skip
    decision = f"{record.decision} {by}".strip() if record.decision else "not yet decided"
    facts = [
        ("Call", f"{record.id}, {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(epoch(record.at)))}"),
        ("Client", f"{visible(record.client)} (session {visible(record.session)})"),
        ("Tool", f"{visible(record.server)} · {visible(record.tool)}"),
        ("Decision", style(decision, record.decision or "") + (f": {visible(record.reason)}" if record.reason else "")),
        ("Outcome", style(record.outcome, record.outcome)),
        ("Took", duration(record.duration_ms)),
        ("Folder", visible(record.folder or "")),
        ("Paths", "\n".join([visible(path) for path in record.paths])),
        ("Approval", visible(record.approval_id or "")),
        (
            "Change",
            f"{visible(record.change_id)}  (doorkeep undo {visible(record.change_id)})" if record.change_id else "",
        ),
        ("Arguments", _pretty(record.arguments)),
        ("Result", _result(record)),
    ]
    lines = [style(f"{client_name(record.client)}  {verb}  {what}".rstrip(), "bold")]
    for name, text in facts:
        if text:
            first, *more = text.split("\n")
            lines += [f"  {style(fitted(name, 10), 'dim')}  {first}", *[f"  {'':10}  {line}" for line in more]]
    lines.append(
        f"  {style(fitted('Events', 10), 'dim')}  " + ", ".join([f"{event.kind} (#{event.seq})" for event in events])
    )
    return lines


def _pretty(arguments: msgspec.Raw) -> str:
    return "\n".join(
        [
            visible(line)
            for line in msgspec.json.format(bytes(arguments), indent=2).decode("utf-8", "replace").split("\n")
        ]
    )


def _result(record: CallRecord) -> str:
    if record.result_bytes is None:
        return ""
    text = "\n".join([visible(line) for line in (record.result_preview or "").split("\n")])
    size = f"{record.result_bytes:,} bytes"
    return f"{size}\n{text}" if text else size
