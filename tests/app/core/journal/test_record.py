"""What a call's events add up to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.journal.record import Body, CallRecord, Event, fold, folded, search_text, timestamp, write_body

OPENED = ("opened", {"client": "Claude 1", "server": "filesystem", "tool": "read_file"})
ALLOWED = ("decided", {"decision": "allowed", "by": "policy", "reason": "granted", "folder": "/d", "paths": ["/d/a"]})
DENIED = ("decided", {"decision": "denied", "by": "policy", "reason": "not granted", "paths": ["/e"]})
ASKED = ("asked", {"approval_id": "a1", "paths": ["/d/a"], "preview": "-x"})


def answered(answer: str, by: str = "user") -> tuple[str, dict[str, Any]]:
    return ("answered", {"approval_id": "a1", "answer": answer, "by": by})


def closed(outcome: str) -> tuple[str, dict[str, Any]]:
    return ("closed", {"outcome": outcome, "duration_ms": 2.0, "result_bytes": 3, "result_preview": "abc"})


def record(*events: tuple[str, dict[str, Any]]) -> CallRecord:
    found = fold([Event(n, 7, kind, 1000 + n, write_body(Body(**body))) for n, (kind, body) in enumerate(events, 1)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("events", "outcome", "decision", "by"),
    [
        ([OPENED], "running", None, None),
        ([OPENED, ALLOWED], "running", "allowed", "policy"),
        ([OPENED, DENIED], "denied", "denied", "policy"),
        ([OPENED, DENIED, closed("denied")], "denied", "denied", "policy"),
        ([OPENED, ASKED], "waiting", None, None),
        ([OPENED, ASKED, answered("allow")], "running", "allowed", "user"),
        ([OPENED, ASKED, answered("deny")], "denied", "denied", "user"),
        ([OPENED, ASKED, answered("expired", "timeout")], "expired", "denied", "timeout"),
        ([OPENED, ASKED, answered("allow"), ASKED], "waiting", "allowed", "user"),
        ([OPENED, ASKED, answered("allow"), ALLOWED, closed("ok")], "ok", "allowed", "policy"),
        ([OPENED, ASKED, closed("cancelled")], "cancelled", None, None),
        ([OPENED, ALLOWED, closed("ok")], "ok", "allowed", "policy"),
        ([OPENED, ALLOWED, closed("error")], "error", "allowed", "policy"),
        ([OPENED, closed("lost")], "lost", None, None),
        ([OPENED, ALLOWED, closed("ok"), closed("lost")], "lost", "allowed", "policy"),
        ([OPENED, ("closed", {})], "lost", None, None),
        ([OPENED, ("of a later version", {"outcome": "x"})], "running", None, None),
    ],
)
def test_the_outcome_follows_from_the_events(
    events: list[tuple[str, dict[str, Any]]], outcome: str, decision: str | None, by: str | None
) -> None:
    found = record(*events)
    assert (found.outcome, found.decision, found.by) == (outcome, decision, by)


def test_a_record_has_the_fields_of_the_contract_in_their_order() -> None:
    assert CallRecord.__struct_fields__ == (
        "id", "at", "client", "session", "server", "tool", "arguments", "paths", "folder", "decision", "by", "reason",
        "approval_id", "outcome", "duration_ms", "result_preview", "result_bytes", "change_id",
    )  # fmt: skip


def test_paths_that_a_server_reports_replace_those_decided_on() -> None:
    end = ("closed", {"outcome": "ok", "paths": ["/d/real"]})
    assert record(OPENED, ALLOWED, end).paths == ["/d/real"]


def test_paths_stay_where_the_end_names_none() -> None:
    assert record(OPENED, ALLOWED, closed("ok")).paths == ["/d/a"]


def test_events_without_a_beginning_are_no_record() -> None:
    assert fold([Event(1, 7, "closed", 1, b'{"outcome":"ok"}')]) is None


@given(st.binary(max_size=40), st.sampled_from(["opened", "decided", "asked", "answered", "closed"]))
def test_no_event_is_so_broken_that_reading_fails(body: bytes, kind: str) -> None:
    opened = Event(1, 7, "opened", 1, b"{}")
    assert fold([opened, Event(2, 7, kind, 2, body)]) is not None


def test_a_moment_is_rfc_3339_in_utc() -> None:
    assert timestamp(1_782_864_000_007) == "2026-07-01T00:00:00.007Z"


UNCOMBINED = st.text(st.characters(max_codepoint=0x2FF), min_size=1)
VALUES = st.recursive(
    UNCOMBINED, lambda kids: st.lists(kids, max_size=3) | st.dictionaries(UNCOMBINED, kids, max_size=3)
)


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for kid in (value.values() if isinstance(value, dict) else value) for text in texts(kid)]


@given(st.dictionaries(UNCOMBINED, VALUES, max_size=3))
def test_every_text_in_the_arguments_can_be_found(arguments: dict[str, Any]) -> None:
    words = search_text(CallRecord(1, "", arguments=msgspec.Raw(msgspec.json.encode(arguments))))
    assert [text for text in texts(arguments) if folded(text) not in words] == []


def test_names_of_arguments_are_not_searched() -> None:
    assert "path" not in search_text(CallRecord(1, "", arguments=msgspec.Raw(b'{"path":"/d/x"}')))


def test_case_and_unicode_form_do_not_count() -> None:
    assert folded("Cafe\u0301 STRASSE") == folded("CAF\u00c9 stra\u00dfe")
