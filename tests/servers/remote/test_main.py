"""The command line of the remote server."""

from __future__ import annotations

import pytest

from servers.remote.__main__ import main


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["http://example.com/mcp"], "https://"),
        (["ftp://example.com"], "https://"),
        (["nonsense"], "https://"),
        (["https://"], "https://"),
        (["https://example.com", "--bearer", "NOT_SET"], "the variable NOT_SET is not set"),
        (["https://example.com", "--header", "X", "NOT_SET"], "the variable NOT_SET is not set"),
        ([], "url"),
        (["https://example.com", "--gateway"], "either the url"),
        (["https://example.com", "--sign-in"], "either the url"),
        (["--gateway"], "DOORKEEP_REMOTE"),
    ],
)
def test_what_means_nothing_is_said(argv: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    assert words in capsys.readouterr().err
