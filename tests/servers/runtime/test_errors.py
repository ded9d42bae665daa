from __future__ import annotations

import pytest

from servers.runtime.errors import MAX_FRAMES, Cancelled, ProtocolError, ToolError, log_bug


def test_taking_a_call_back_passes_through_handlers_of_errors() -> None:
    assert not issubclass(Cancelled, Exception)


def test_errors_carry_their_words() -> None:
    assert ToolError("no").text == "no"
    assert (ProtocolError(-1, "why", b"{}").code, str(ProtocolError(-1, "why"))) == (-1, "why")


def test_a_bug_is_logged_with_its_place_and_a_bounded_stack(capsys: pytest.CaptureFixture[str]) -> None:
    def deeper(left: int) -> None:
        if not left:
            raise ValueError("x" * 10_000)
        deeper(left - 1)

    try:
        deeper(100)
    except ValueError as error:
        log_bug(error)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("internal error: ValueError: xxx")
    assert len(lines[0]) < 600
    assert len(lines) == 1 + MAX_FRAMES
    assert "test_errors.py" in lines[-1]
