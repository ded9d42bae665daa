"""Every system error has words, and no words carry more than the path."""

from __future__ import annotations

import errno

import pytest

from servers.runtime.errors import ToolError
from servers.runtime.safe.words import ConflictError, NotFoundError, RefusedError, said
from servers.runtime.wire import Refusal


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOENT, NotFoundError, "no such file"),
        (errno.EEXIST, ConflictError, "exists already"),
        (errno.ENOSPC, ToolError, "the disk is full. Nothing was written"),
        (errno.EDQUOT, ToolError, "quota"),
        (errno.EROFS, ToolError, "read-only"),
        (errno.EACCES, ToolError, "permissions"),
        (errno.ENAMETOOLONG, ToolError, "255 bytes"),
        (errno.ELOOP, ToolError, "links"),
        (errno.EIO, ToolError, "input/output"),
        (errno.EDOM, ToolError, "Numerical argument out of domain"),
    ],
)
def test_an_error_is_said_in_words(number: int, kind: type[ToolError], words: str) -> None:
    import os

    error = said("read", "/w/a", OSError(number, os.strerror(number)))
    assert type(error) is kind
    assert words in error.text
    assert error.text.startswith("Cannot read /w/a: ")


def test_an_error_without_a_number_is_said_too() -> None:
    assert said("read", "/w/a", OSError("odd")).text == "Cannot read /w/a: the system says: unknown error."


def test_a_refusal_says_its_rule_beside_its_words_and_keeps_it_when_retold() -> None:
    refused = RefusedError("Cannot read /w/a.", reason="/w is off", folder="/w", path="/w/a")
    assert refused.refusal == Refusal("/w is off", "/w", "/w/a")
    again = refused.retold("Cannot use /l.")
    assert (again.text, again.refusal) == ("Cannot use /l.", refused.refusal)


def test_a_refusal_without_a_rule_of_its_own_is_its_words() -> None:
    assert RefusedError("Not this.").refusal == Refusal("Not this.")
    assert ToolError("It failed.").refusal is None
