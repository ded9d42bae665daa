"""Planning: what would be written, whose names are left alone, and what is refused before anything is touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.changes import Change, entries_of, left_as, plan_connect, plan_disconnect, plan_restore, section_stands
from app.clients.configfile import Snapshot, digest
from app.clients.ownership import Place, Record, Written
from app.clients.targets import Installation, Target, find_client
from app.core.errors import ClientConfigError
from tests.app.clients.test_splice import config

BRIDGE = "/opt/doorkeep-bridge"
INSTALLED = Installation("/home/ann/.dk", BRIDGE)
ENTRY = INSTALLED.entry("filesystem")
TARGET = Target(find_client("claude-desktop"), "/app/config.json", "/app", True)
FOREIGN = {"command": "npx", "args": ["server-filesystem"]}


def snapshot(content: bytes | Any | None) -> Snapshot:
    if content is None:
        return Snapshot("/app/config.json", "/app/config.json", False)
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Snapshot("/app/config.json", "/app/config.json", True, raw)


def connect(content: Any, record: Record | None = None, servers: tuple[str, ...] = ("filesystem",)) -> Change:
    return plan_connect(TARGET, INSTALLED, record or Record(), snapshot(content), servers)


def written(change: Change) -> dict[str, Any]:
    assert change.after is not None
    return json.loads(change.after)["mcpServers"]


def test_a_file_that_is_not_there_is_made() -> None:
    change = connect(None)
    assert change.after is not None
    assert change.after.endswith(b"}\n")
    assert written(change) == {"filesystem": ENTRY}
    assert change.changes


def test_an_entry_joins_the_others() -> None:
    change = connect({"mcpServers": {"weather": FOREIGN}, "x": 1})
    assert written(change) == {"weather": FOREIGN, "filesystem": ENTRY}
    assert not change.before_ours


def test_several_servers_are_written_at_once() -> None:
    change = connect({}, servers=("filesystem", "git"))
    assert written(change) == {"filesystem": ENTRY, "git": INSTALLED.entry("git")}
    assert {key: each.server for key, each in change.entries.items()} == {"filesystem": "filesystem", "git": "git"}


def test_what_stands_already_is_no_change() -> None:
    change = connect({"mcpServers": {"filesystem": ENTRY}})
    assert not change.changes
    assert change.before_ours


def test_a_name_that_another_program_holds_is_left_alone_and_adopting_is_offered() -> None:
    change = connect({"mcpServers": {"filesystem": FOREIGN}})
    assert written(change) == {"filesystem": FOREIGN, "doorkeep-filesystem": ENTRY}
    assert "adopt" in " ".join(change.notes)


def test_our_second_name_is_found_again() -> None:
    change = connect({"mcpServers": {"filesystem": FOREIGN, "doorkeep-filesystem": ENTRY}})
    assert not change.changes


def test_both_names_taken_is_refused() -> None:
    with pytest.raises(ClientConfigError, match="belong to other programs"):
        connect({"mcpServers": {"filesystem": FOREIGN, "doorkeep-filesystem": FOREIGN}})


def test_an_entry_of_ours_is_brought_up_to_date_and_keeps_what_the_user_added() -> None:
    old = {"command": "/old/doorkeep-bridge", "args": ["filesystem"], "env": {"A": "b"}}
    record = Record(commands=["/old/doorkeep-bridge"])
    change = connect({"mcpServers": {"filesystem": old, "weather": FOREIGN}}, record)
    assert written(change) == {"filesystem": {**old, **ENTRY}, "weather": FOREIGN}
    assert change.before_ours


def test_an_entry_that_runs_another_doorkeep_bridge_is_not_ours() -> None:
    other = {"command": "/elsewhere/doorkeep-bridge", "args": ["filesystem"]}
    change = connect({"mcpServers": {"filesystem": other}})
    assert written(change) == {"filesystem": other, "doorkeep-filesystem": ENTRY}


def test_an_entry_under_a_name_of_the_users_choice_stays_there() -> None:
    record = Record({"/app/config.json": Place({"files": Written("filesystem", ENTRY)})})
    assert not connect({"mcpServers": {"files": ENTRY}}, record).changes


def test_other_entries_of_ours_stay_ours() -> None:
    git = Written("git", INSTALLED.entry("git"))
    record = Record({"/app/config.json": Place({"git": git})})
    change = connect({"mcpServers": {"git": git.entry}}, record)
    assert set(change.entries) == {"git", "filesystem"}


REFUSED = [
    (b"", "is empty"),
    (b" \r\n", "is empty"),
    (b"{", "line 1, column 2"),
    (b"not json", "line 1, column 1"),
    (b'{"a": 1,}', "a comma stands before the end"),
    (b'{"a": 1 /* note */}', "comments are not allowed"),
    (b"[]", "not an object"),
    (b"null", "not an object"),
    (b'{"mcpServers": []}', '"mcpServers" is not an object'),
    (b'{"mcpServers": {}, "mcpServers": {}}', "stands there twice"),
    (b'{"mcpServers": {"filesystem": 1, "filesystem": 2}}', "stands there twice"),
    (b"\xff\xfe{\x00}\x00", "UTF-16"),
    (b'{"a": "\xe9"}', "not UTF-8"),
    (b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}", "nested deeper"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_a_document_that_is_not_understood_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(ClientConfigError) as caught:
        connect(content)
    assert words in str(caught.value)
    assert "Nothing was written" in caught.value.detail
    assert caught.value.fix


def test_a_refusal_never_quotes_the_file() -> None:
    with pytest.raises(ClientConfigError) as caught:
        connect(b'{"mcpServers": {"x": {"env": {"TOKEN": hunter2}}}}')
    assert "hunter2" not in str(caught.value)


def test_a_byte_order_mark_stays_and_is_spoken_of() -> None:
    change = connect(b"\xef\xbb\xbf{}")
    assert change.after is not None
    assert change.after.startswith(b"\xef\xbb\xbf{")
    assert "byte-order mark" in change.notes[0]


def remembered(content: bytes | None, before: str | None) -> tuple[Record, Snapshot]:
    """A record and the file as we left it."""
    planned = connect(content)
    assert planned.after is not None
    place = Place(planned.entries, before, digest(planned.after))
    return Record({"/app/config.json": place}, [BRIDGE]), snapshot(planned.after)


def test_a_file_that_nobody_touched_gets_its_old_bytes_back() -> None:
    record, file = remembered(b'{ "x":1 }\n', "b1")
    change = plan_disconnect(TARGET, INSTALLED, record, file, b'{ "x":1 }\n')
    assert change.after == b'{ "x":1 }\n'
    assert change.gone == ("filesystem",)


def test_a_file_that_we_made_goes_away() -> None:
    record, file = remembered(None, "")
    change = plan_disconnect(TARGET, INSTALLED, record, file, None)
    assert change.after is None
    assert change.changes
    assert left_as(change) == ""


def test_a_file_that_changed_since_loses_our_entry_only() -> None:
    record, file = remembered(b'{"x": 1}', "b1")
    changed = snapshot(file.content.replace(b'"x": 1', b'"x": 2'))
    change = plan_disconnect(TARGET, INSTALLED, record, changed, b'{"x": 1}')
    assert change.after == b'{"x": 2}'


def test_a_file_that_we_made_and_others_filled_stays() -> None:
    record, file = remembered(None, "")
    document = json.loads(file.content)
    document["mcpServers"]["weather"] = FOREIGN
    change = plan_disconnect(TARGET, INSTALLED, record, snapshot(document), None)
    assert change.after is not None
    assert json.loads(change.after) == {"mcpServers": {"weather": FOREIGN}}


@given(config("json"), st.booleans())
@settings(max_examples=60, deadline=None)
def test_without_a_backup_the_very_bytes_come_back_too(text: str, marked: bool) -> None:
    original = (b"\xef\xbb\xbf" if marked else b"") + text.encode()
    record, file = remembered(original, None)
    change = plan_disconnect(TARGET, INSTALLED, record, file, None)
    assert change.after == original


def test_a_lost_backup_means_a_careful_cut() -> None:
    record, file = remembered(b'{"x": 1}', "b1")
    assert plan_disconnect(TARGET, INSTALLED, record, file, None).after == b'{"x": 1}'


def test_entries_of_others_under_our_names_stay() -> None:
    document = {"mcpServers": {"filesystem": FOREIGN, "doorkeep-filesystem": ENTRY}}
    change = plan_disconnect(TARGET, INSTALLED, Record(), snapshot(document), None)
    assert change.after is not None
    assert json.loads(change.after) == {"mcpServers": {"filesystem": FOREIGN}}
    assert change.gone == ("doorkeep-filesystem",)


@pytest.mark.parametrize("content", [None, {}, {"mcpServers": {}}, {"mcpServers": {"filesystem": FOREIGN}}])
def test_with_nothing_of_ours_there_is_nothing_to_do(content: Any) -> None:
    assert not plan_disconnect(TARGET, INSTALLED, Record(), snapshot(content), None).changes


def test_a_file_that_went_away_is_not_brought_back_by_leaving() -> None:
    record, _ = remembered(b'{"x": 1}', "b1")
    assert not plan_disconnect(TARGET, INSTALLED, record, snapshot(None), b'{"x": 1}').changes


def test_a_restored_text_is_put_back_whole_even_over_a_broken_one() -> None:
    content = json.dumps({"mcpServers": {"filesystem": ENTRY, "weather": FOREIGN}}).encode()
    change = plan_restore(TARGET, INSTALLED, Record(), snapshot(b"broken"), content)
    assert change.after == content
    assert set(change.entries) == {"filesystem"}


def test_restoring_a_broken_text_is_spoken_of() -> None:
    assert "not a configuration" in plan_restore(TARGET, INSTALLED, Record(), snapshot({}), b"{").notes[0]


@pytest.mark.parametrize(
    ("content", "stands"), [(None, False), ({}, False), ({"mcpServers": {}}, True), ({"mcpServers": {"a": 1}}, True)]
)
def test_an_empty_section_is_told_from_none(content: Any, stands: bool) -> None:
    assert section_stands(TARGET, snapshot(content)) is stands


def test_entries_are_read_as_they_stand() -> None:
    assert entries_of(TARGET, snapshot({"mcpServers": {"a": 1, "b": FOREIGN}})) == {"a": 1, "b": FOREIGN}
