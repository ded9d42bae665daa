"""What git complains about reaches the model in words that say what to do."""

from __future__ import annotations

import pytest

from servers.git.errors import MOST_WORDS, GitError, refused, told


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git process…", "Another program"),
        ("fatal: ambiguous argument 'x': unknown revision or path not in the working tree.", "no such revision"),
        ("fatal: bad object HEAD", "damaged"),
        ("fatal: bad tree object HEAD", "damaged"),
        ("fatal: unexpected line in /r/.git/packed-refs: x", "damaged"),
        ("fatal: bad revision 'HEAD^{commit}'", "HEAD leads to no commit"),
        ("fatal: bad revision 'HEAD~9^{commit}'", "no such revision"),
        ("fatal: not a git repository: '/r/.git'", "HEAD or another part of it is damaged"),
        ("fatal: your current branch 'main' does not have any commits yet", "no commit yet"),
        ("fatal: transport 'file' not allowed", "partial clone"),
        ("fatal: unknown repository extension found:\n\tnovelty", "update git"),
        ("error: something that nobody foresaw", "git says: something that nobody foresaw"),
        ("", "without saying why"),
    ],
)
def test_gits_words_get_their_meaning(stderr: str, said: str) -> None:
    error = refused(stderr, "do it")
    assert isinstance(error, GitError)
    assert error.text.startswith("Cannot do it. ")
    assert said in error.text


def test_what_only_we_asked_for_is_not_in_the_words() -> None:
    assert told("fatal: bad revision 'x^{commit}'") == "bad revision 'x'"


def test_words_are_one_bounded_line_without_control_characters() -> None:
    words = told("fatal: a\x1b[31mb\n" + "error: c\n" * 1000 + "hint: do not say this\n")
    assert len(words) <= MOST_WORDS + 1
    assert words.startswith("a\\x1b[31mb c")
    assert "\n" not in words
    assert "hint" not in words
