"""What a process for a remote server was told, and how secrets are filled in."""

from __future__ import annotations

import json

import pytest

from servers.remote.told import OAuth, Told, UntoldError, allowed, filled, from_environment, header, names_in


def test_it_is_read_once_and_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"url": "https://a/b", "server": "far", "headers": {"X": "secret:x"}, "oauth": {"scope": "use"}}
    monkeypatch.setenv("DOORKEEP_REMOTE", json.dumps(told))
    assert from_environment() == Told("https://a/b", "far", {"X": "secret:x"}, oauth=OAuth(scope="use"))
    with pytest.raises(UntoldError, match="does not say"):
        from_environment()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url":1}', '{"server":"far"}', '{"url":"a","oauth":{"port":70000}}'])
def test_what_cannot_be_read_is_said_without_its_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DOORKEEP_REMOTE", text)
    with pytest.raises(UntoldError, match="does not say which server"):
        from_environment()


@pytest.mark.parametrize(
    ("text", "names", "whole"),
    [
        ("secret:a", ["a"], "A"),
        ("Bearer {secret:a}", ["a"], "Bearer A"),
        ("{secret:a}:{secret:b.c-d}@", ["a", "b.c-d"], "A:{secret:a}@"),
        ("no secret:a here", [], "no secret:a here"),
        ("{secret:A}{secret:}{secret}", [], "{secret:A}{secret:}{secret}"),
        ("", [], ""),
    ],
)
def test_secrets_are_put_in_and_never_read_for_more(text: str, names: list[str], whole: str) -> None:
    assert names_in(text) == names
    assert filled(text, {"a": "A\n", "b.c-d": "{secret:a}"}) == whole


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "é", "\0", "", "\n"])
def test_what_no_header_takes_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(UntoldError, match="header X") as refused:
        header("X", "secret:a", {"a": value})
    assert "a\nb" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://example.com", True),
        ("http://localhost:1/mcp", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8", True),
        ("http://example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost@example.com", False),
        ("https://", False),
        ("file:///etc/passwd", False),
        ("nonsense", False),
        ("http://[", False),
    ],
)
def test_a_token_travels_by_https_or_within_this_computer(url: str, may: bool) -> None:
    assert allowed(url) == may
