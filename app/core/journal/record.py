"""What the journal says of one call: its events, and the record that they add up to.

Pure functions over bytes. One fold serves the live view, the derived table, the reader and `verify`; nothing here may
fail on an event that cannot be read, since a tampered row must never stop the door.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Literal, cast

import msgspec

Decision = Literal["allowed", "denied"]
By = Literal["policy", "user", "rule", "limit", "timeout"]
Outcome = Literal["waiting", "running", "ok", "error", "denied", "expired", "cancelled", "lost"]

OPEN_OUTCOMES = ("running", "waiting")
"""Outcomes of a call that is not over."""
SEARCHED_PREVIEW = 400
"""Characters of a result's preview that a text search looks at."""
LAST_MS = 253_402_300_799_999
"""The end of the year 9999, beyond which RFC 3339 has no words."""
NO_ARGUMENTS = msgspec.Raw(b"{}")


class Event(msgspec.Struct, frozen=True):
    """One row of the append-only table. `call` is 0 for events of the journal itself; `body` is a JSON object, UTF-8."""

    seq: int
    call: int
    kind: str
    at_ms: int
    body: bytes


class Body(msgspec.Struct, omit_defaults=True):
    """The body of any event about a call; each kind fills what it knows."""

    client: str = ""
    session: str = ""
    server: str = ""
    tool: str = ""
    arguments: msgspec.Raw = NO_ARGUMENTS
    decision: str | None = None
    by: str | None = None
    reason: str = ""
    folder: str | None = None
    paths: list[str] | None = None
    approval_id: str | None = None
    preview: str = ""
    answer: str = ""
    outcome: str | None = None
    duration_ms: float | None = None
    result_preview: str | None = None
    result_bytes: int | None = None
    change_id: str | None = None


class JournalNote(msgspec.Struct, omit_defaults=True):
    """The body of an event of the journal itself (`recovered`, `pruned`).

    `lost`: calls that an earlier gateway left open. `kept_as`: the file name of a damaged log that this one follows.
    `missing_from`, `missing_through`: events that had been written and were not there at a start; `boot_changed`: the machine
    had stopped in between. `through`, `hash`: the last event removed by retention, and its hash (hex); `calls_below`: ids
    below this one were removed.
    """

    reason: str = ""
    lost: list[int] = []
    kept_as: str = ""
    missing_from: int = 0
    missing_through: int = 0
    boot_changed: bool = False
    through: int = 0
    hash: str = ""
    calls_below: int = 0


class CallRecord(msgspec.Struct):
    """One log record, exactly as the contract's section "One log record" names its fields. `at` is RFC 3339 UTC."""

    id: int
    at: str
    client: str = ""
    session: str = ""
    server: str = ""
    tool: str = ""
    arguments: msgspec.Raw = NO_ARGUMENTS
    paths: list[str] = []
    folder: str | None = None
    decision: str | None = None
    by: str | None = None
    reason: str = ""
    approval_id: str | None = None
    outcome: str = "running"
    duration_ms: float | None = None
    result_preview: str | None = None
    result_bytes: int | None = None
    change_id: str | None = None


def event_of(row: Sequence[Any]) -> Event:
    """An event from its row (seq, call, kind, at_ms, body). SQLite takes any value in any column: a wrong one counts as none."""
    seq, call, kind, at_ms, body = row
    return Event(
        seq,
        call if type(call) is int else 0,
        kind if type(kind) is str else "",
        at_ms if type(at_ms) is int else 0,
        body if type(body) is bytes else b"",
    )


read_body = msgspec.json.Decoder(Body).decode
read_note = msgspec.json.Decoder(JournalNote).decode
write_body = msgspec.json.Encoder().encode


def timestamp(at_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds of `at_ms`, milliseconds since 1970."""
    seconds, milliseconds = divmod(min(max(at_ms, 0), LAST_MS), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{milliseconds:03d}Z"


def moment_of(record: CallRecord) -> int:
    """The `at` of a record, in milliseconds since 1970."""
    from datetime import datetime

    return round(datetime.fromisoformat(record.at).timestamp() * 1000)


def fold(events: Iterable[Event]) -> CallRecord | None:
    """The record that a call's events, in order, add up to; None when none of them opened it."""
    record: CallRecord | None = None
    for event in events:
        try:
            body = read_body(event.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            body = Body(reason="an event of this call cannot be read: run doorkeep log verify")
        if event.kind == "opened":
            if record is None:
                record = CallRecord(
                    id=event.call,
                    at=timestamp(event.at_ms),
                    client=body.client,
                    session=body.session,
                    server=body.server,
                    tool=body.tool,
                    arguments=body.arguments,
                    reason=body.reason,
                )
        elif record is not None:
            _FOLDS.get(event.kind, _ignore)(record, body)
    return record


def _ignore(record: CallRecord, body: Body) -> None:
    pass


def _decided(record: CallRecord, body: Body) -> None:
    record.decision, record.by, record.reason = body.decision, body.by, body.reason
    record.folder = body.folder
    if body.paths is not None:
        record.paths = body.paths
    record.outcome = "denied" if body.decision == "denied" else "running"


def _asked(record: CallRecord, body: Body) -> None:
    record.approval_id = body.approval_id
    if body.paths is not None:
        record.paths = body.paths
    record.outcome = "waiting"


def _answered(record: CallRecord, body: Body) -> None:
    record.approval_id = body.approval_id or record.approval_id
    record.by = body.by
    if body.answer == "allow":
        record.decision, record.outcome = "allowed", "running"
    elif body.answer == "deny":
        record.decision, record.outcome = "denied", "denied"
    else:
        record.decision, record.outcome = "denied", "expired"


def _closed(record: CallRecord, body: Body) -> None:
    record.outcome = body.outcome or "lost"
    record.reason = body.reason or record.reason
    if body.duration_ms is not None:
        record.duration_ms = body.duration_ms
    if body.result_preview is not None:
        record.result_preview = body.result_preview
    if body.result_bytes is not None:
        record.result_bytes = body.result_bytes
    if body.change_id is not None:
        record.change_id = body.change_id
    if body.paths is not None:
        record.paths = body.paths


_FOLDS = {"decided": _decided, "asked": _asked, "answered": _answered, "closed": _closed}


def folded(text: str) -> str:
    """The form in which two texts are compared by a search: case and Unicode form do not count."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def search_text(record: CallRecord) -> str:
    """Everything a text search looks at: tool, paths, reason, argument values, and the beginning of the result."""
    parts = [record.tool, record.reason, *record.paths]
    try:
        _collect(msgspec.json.decode(record.arguments), parts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        parts.append(bytes(record.arguments).decode("utf-8", "replace"))
    if record.result_preview:
        parts.append(record.result_preview[:SEARCHED_PREVIEW])
    return folded("\n".join(parts))


def _collect(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(value)
    elif isinstance(value, dict):
        for item in cast("dict[str, Any]", value).values():
            _collect(item, parts)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            _collect(item, parts)
    elif value is not None:
        parts.append(str(value))
