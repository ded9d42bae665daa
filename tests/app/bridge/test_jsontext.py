from __future__ import annotations

import json
import subprocess
import sys
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


BROKEN = [b"{", b'{"jsonrpc":"2.0","id":1,', b'{"a":}', b'["a]', b"[1,]", b'{"a" 1}', b'"\\ud8"', b'"\\x"', b'"\x01"']


def test_broken_json_is_none_where_the_json_package_was_never_imported():
    """Up to Python 3.12 the scanner then fails without an exception of its own."""
    program = "import sys; from app.bridge.jsontext import parse; print([parse(t) for t in eval(sys.argv[1])], 'json' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, repr(BROKEN)], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"{[None] * len(BROKEN)} False\n"), done.stderr
