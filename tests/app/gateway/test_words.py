"""What a model is told says what to do next."""

from __future__ import annotations

from app.core.errors import JournalError
from app.gateway import words


def test_waiting_says_to_call_again_and_where_the_answer_is_given() -> None:
    said = words.WAITING.format(tool="write_file", id="a1b2c3")
    assert "waiting for the user's approval; call again with the same arguments" in said
    assert "doorkeep approvals allow a1b2c3" in said


def test_a_call_that_may_have_been_done_in_part_says_so() -> None:
    assert "may have done part of it" in words.late(240)
    assert "240 s" in words.late(240)


def test_a_log_that_fails_says_why_and_what_to_run() -> None:
    said = words.unrecorded(JournalError("The call log cannot be written.", "No space left on device."))
    assert "No space left on device." in said
    assert "doorkeep doctor" in said
    assert said.startswith("Nothing was done")
