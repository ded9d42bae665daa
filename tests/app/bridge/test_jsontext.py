from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bridge.jsontext import dump, parse

VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=VALUES)
def test_what_is_dumped_is_what_the_standard_library_reads(value: Any):
    assert json.loads(dump(value)) == value


@given(value=VALUES)
def test_what_the_standard_library_dumps_is_parsed(value: Any):
    assert parse(json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")) in (value, None)
    assert parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[1] 2", b"NaN", b"Infinity", b'"\xff"', b'{"a":}', b"[" * 200_000, b"9" * 5000]
)
def test_what_is_no_json_is_none(text: bytes):
    assert parse(text) is None


def test_a_number_that_json_cannot_say_becomes_null():
    assert dump([float("inf"), float("nan")]) == "[null,null]"
