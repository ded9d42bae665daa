from __future__ import annotations

import subprocess
import sys

import pytest


def run(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()


def test_msgspec_comes_without_typing_extensions_and_leaves_them_to_be_found() -> None:
    program = """
import sys
from servers.runtime import lean
lean.load()
assert "msgspec" in sys.modules
assert "typing_extensions" not in sys.modules
import typing_extensions
print(typing_extensions.Annotated)
"""
    assert "Annotated" in run(program)


@pytest.mark.parametrize("first", ["import msgspec", "import typing_extensions"])
def test_what_is_loaded_already_stays(first: str) -> None:
    program = (
        f"{first}\nimport sys\nfrom servers.runtime import lean\nlean.load()\nprint(sys.modules['typing_extensions'])"
    )
    assert "None" not in run(program)


def test_structs_work_as_they_do_with_typing_extensions() -> None:
    program = """
from __future__ import annotations
from servers.runtime import lean
lean.load()
from typing import Annotated, Literal, Required, TypedDict
import msgspec
class D(TypedDict, total=False):
    a: Required[int]
class S(msgspec.Struct):
    x: Annotated[int, msgspec.Meta(ge=1)]
    y: Literal["a"] = "a"
    d: D = msgspec.field(default_factory=dict)
print(msgspec.json.decode(b'{"x":1,"d":{"a":2}}', type=S), "required" in str(msgspec.json.schema(D)))
"""
    assert run(program) == "S(x=1, y='a', d={'a': 2}) True"
