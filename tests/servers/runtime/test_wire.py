"""The words between gateway and built-in servers."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime import wire
from servers.runtime.wire import Folder, Grants

TABLE = Grants(
    (
        Folder("/home/ann", "write"),
        Folder("/home/ann/private", "off"),
        Folder("/home/ann/private/shared", "read"),
        Folder("/home/ann/.doorkeep", "off", protected=True),
        Folder("/home/ann/.doorkeep/inner", "write"),
        Folder("/home/ann/.bashrc", "read", protected=True),
    )
)


@pytest.mark.parametrize(
    ("path", "access"),
    [
        ("/home/ann", "write"),
        ("/home/ann/a.txt", "write"),
        ("/home/anna", "off"),
        ("/home", "off"),
        ("/", "off"),
        ("/home/ann/private", "off"),
        ("/home/ann/private/x/y", "off"),
        ("/home/ann/private/shared/y", "read"),
        ("/home/ann/privateer", "write"),
        ("/home/ann/.doorkeep/doorkeep.toml", "off"),
        ("/home/ann/.doorkeep/inner/file", "off"),
        ("/home/ann/.bashrc", "read"),
    ],
)
def test_the_longest_folder_governs_and_protected_rows_cannot_be_opened_from_below(path: str, access: str) -> None:
    assert TABLE.access(path) == access


def test_of_two_protected_rows_the_stricter_governs() -> None:
    table = Grants((Folder("/a", "off", protected=True), Folder("/a/b", "read", protected=True)))
    assert table.access("/a/b/c") == "off"


def test_a_protected_row_takes_away_and_never_gives() -> None:
    table = Grants(
        (
            Folder("/home/ann/.bashrc", "read", protected=True),
            Folder("/srv", "off"),
            Folder("/srv/.x", "read", protected=True),
        )
    )
    assert table.access("/home/ann/.bashrc") == "off"
    assert table.access("/srv/.x") == "off"


def test_a_granted_root_governs_everything() -> None:
    assert Grants((Folder("/", "read"),)).access("/etc/hosts") == "read"


ids = st.one_of(st.integers(-(2**53), 2**53), st.text(max_size=20))


@given(ids, st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.integers(-9, 9), max_size=3))
def test_every_line_built_is_one_line_of_json_that_reads_back(id_: int | str, text: str, body: dict[str, int]) -> None:
    params = msgspec.json.encode(body)
    for line in (
        wire.request_line(id_, text, params, b'{"generation":1}'),
        wire.notification_line(text, params),
        wire.result_line(id_, params),
        wire.error_line(id_, -1, text, params),
        wire.result_line(id_, wire.tool_error(text, modern=True)),
        wire.result_line(id_, wire.tool_error(text, modern=False)),
    ):
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        json.loads(line)
        wire.decode(line)


def test_params_stay_the_bytes_they_were() -> None:
    message = wire.decode(b'{"jsonrpc":"2.0","id":"a","method":"m","params":{"x": 1.10,"y":[ ]}}')
    assert bytes(message.params) == b'{"x": 1.10,"y":[ ]}'


@pytest.mark.parametrize(
    "line", [b"", b"nope", b"[]", b'{"id":{}}', b'{"id":1', b'{"method":3}', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_not_a_message_is_a_decode_error(line: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError, UnicodeDecodeError)):
        wire.decode(line)


def test_the_id_of_an_answer_stands_where_the_bridge_looks() -> None:
    assert wire.result_line("a,1", b"{}").startswith(b'{"jsonrpc":"2.0","id":"a,1",')
