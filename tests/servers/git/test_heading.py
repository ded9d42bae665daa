"""The first line of a result can be taken apart again, whatever a repository calls its things."""

from __future__ import annotations

from servers.git.heading import heading, plain


def test_what_is_empty_is_not_said_and_zero_is() -> None:
    assert heading(repo="/r", upstream="", detached=False, ahead=0, left_out=None) == "repo=/r ahead=0"


def test_names_with_spaces_quotes_and_line_ends_stay_one_word() -> None:
    assert heading(branch='a "b"\nnext=c') == r'branch="a \"b\"\\x0anext=c"'


def test_true_is_yes_and_underscores_are_dashes() -> None:
    assert heading(left_out=True) == "left-out=yes"


def test_bytes_that_are_no_text_are_shown_as_escapes() -> None:
    assert plain(b"gr\xfc\xdfe \xc3\xbc") == "gr\\xfc\\xdfe ü"
