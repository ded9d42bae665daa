"""Why something was not done."""

from __future__ import annotations

import pytest

from app.core.errors import DoorkeepError
from app.ui.kit.reasons import for_window, in_words, reason


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        ("Close it.", "Close it."),
        ("Run `doorkeep gateway`.", ""),
        ("Name the right one with --config-file PATH.", ""),
        ("", ""),
    ],
)
def test_what_only_a_terminal_can_do_is_left_out(fix: str, said: str) -> None:
    assert for_window(fix) == said
    assert in_words(DoorkeepError("A.", "B.", fix), "") == f"A. B. {said}".strip()


def test_the_insides_of_a_foreign_error_are_never_said() -> None:
    assert in_words(ValueError("secret"), "That failed.") == "That failed."
    assert "secret" not in reason(RuntimeError("secret"))
    assert "RuntimeError" in reason(RuntimeError("secret"))
