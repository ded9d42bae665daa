"""What an event may hold."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.journal.bounds import ARGUMENT_BYTES, PATHS, bounded_arguments, bounded_paths, written
from app.core.journal.record import Body, read_body


def test_an_object_stays_as_it_came() -> None:
    assert bytes(bounded_arguments(b'{ "a": 1.50 }')) == b'{ "a": 1.50 }'


def test_no_arguments_are_an_empty_object() -> None:
    assert bytes(bounded_arguments(b"")) == b"{}"


def test_oversize_arguments_leave_their_size() -> None:
    big = b'{"a":"' + b"x" * ARGUMENT_BYTES + b'"}'
    assert msgspec.json.decode(bounded_arguments(big)) == {"left out": f"{len(big)} bytes of arguments"}


@given(st.binary(max_size=60))
def test_whatever_comes_an_object_is_written(arguments: bytes) -> None:
    assert isinstance(msgspec.json.decode(bounded_arguments(arguments)), dict)


@pytest.mark.parametrize("depth", [100, 8000])
def test_deep_arguments_do_not_stop_the_log(depth: int) -> None:
    body = written(Body(arguments=bounded_arguments(b'{"a":' + b"[" * depth + b"]" * depth + b"}")))
    assert read_body(body).arguments != msgspec.Raw(b"")


def test_many_paths_are_cut_and_counted() -> None:
    found = bounded_paths([f"/{n}" for n in range(PATHS + 3)])
    assert found is not None
    assert (len(found), found[-1]) == (PATHS + 1, "… and 3 more")


def test_a_file_name_of_stray_bytes_is_written_readably() -> None:
    assert read_body(written(Body(paths=["/d/\udcff"], reason="ü"))).paths == ["/d/\\udcff"]


@given(st.text(st.characters(codec=None)), st.lists(st.text(st.characters(codec=None)), max_size=3))
def test_any_text_can_be_written_and_read_again(reason: str, paths: list[str]) -> None:
    assert read_body(written(Body(reason=reason, paths=paths))).paths is not None
