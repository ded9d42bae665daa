"""No secret is written down, and nothing longer than the log's bound."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.redaction import MARK, MAX_ARGUMENTS, clean_head, clean_text, kept_arguments, names_secret

SECRETS = [
    "sk-ant-api03-" + "a1" * 20,
    "sk-proj-" + "Zz9_" * 8,
    "ghp_" + "A1b2" * 9,
    "github_pat_" + "11ABC" * 6,
    "glpat-" + "x" * 20,
    "xoxb-1234567890-abcdef",
    "AKIA" + "ABCDEFGH12345678",
    "AIza" + "Sy" * 18,
    "ya29." + "a0Af" * 5,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "npm_" + "a" * 36,
    "pypi-AgEIcHlwaS5vcmc" + "x" * 10,
    "hf_" + "b" * 34,
    "SG." + "a" * 22 + "." + "b" * 43,
    "sk_live_" + "4" * 24,
    "dop_v1_" + "a" * 64,
]


def kept(arguments: dict[str, Any]) -> Any:
    encoded = kept_arguments(arguments, msgspec.json.encode(arguments))
    assert len(encoded) <= MAX_ARGUMENTS
    return json.loads(encoded)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "key is {} here", '"{}"', "a={}&b=1", "({})\n"])
def test_a_token_of_a_known_shape_is_replaced_wherever_it_stands(secret: str, around: str) -> None:
    found = clean_text(around.format(secret))
    assert secret not in found
    assert MARK in found


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgres://ann:hunter22@db/x", "hunter22"),
        ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="),
        ("DB_PASSWORD=correct-horse", "correct-horse"),
        ("export API_KEY='abc123def'", "abc123def"),
        ('{"client_secret": "s3cr3tvalue"}', "s3cr3tvalue"),
        ("aws_secret_access_key = wJalrXUtnFEMI", "wJalrXUtnFEMI"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz and never ends", "b3BlbnNz"),
    ],
)
def test_a_secret_told_by_its_surroundings_is_replaced(text: str, secret: str) -> None:
    assert secret not in clean_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "# Report\n\nTotal: 42\n",
        "def token_count(text: str) -> int: ...",
        "https://example.com:8080/path?q=1",
        "the sky is_blue and ask-me-later",
        "max_tokens: 4096",
        "git log --oneline",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize("name", ["password", "PASSWORD", "apiKey", "api_key", "access-token", "clientSecret", "auth"])
def test_an_argument_named_like_a_secret_is_one(name: str) -> None:
    assert names_secret(name)
    assert kept({name: "hunter2"}) == {name: MARK}
    assert kept({"outer": [{name: {"deep": "hunter2"}}]}) == {"outer": [{name: MARK}]}


@pytest.mark.parametrize("name", ["path", "content", "max_tokens", "author", "keyboard", "pinned"])
def test_an_ordinary_argument_name_is_none(name: str) -> None:
    assert not names_secret(name)
    assert kept({name: "plain"}) == {name: "plain"}


def test_a_switch_named_like_a_secret_is_kept() -> None:
    assert kept({"show_password": True}) == {"show_password": True}


def test_large_arguments_are_cut_as_valid_json_with_their_sizes_said() -> None:
    found = kept({"path": "/w/f", "content": "x" * 1_000_000})
    assert found["path"] == "/w/f"
    assert "[cut: 1000000 characters in all]" in found["content"]


def test_long_lists_and_objects_say_how_long_they_were() -> None:
    found = kept({"paths": [f"/w/{n}" for n in range(50_000)], "map": {f"k{n}": n for n in range(50_000)}})
    assert found["paths"][-1] == "[cut: 50000 entries in all]"
    assert found["map"]["[cut]"] == "50000 members in all"


def test_a_secret_across_the_cut_does_not_leave_half_of_itself() -> None:
    secret = "ghp_" + "A1b2" * 9
    assert "ghp_A1b2" not in clean_head("x" * 1980 + " " + secret, 2000)


def test_arguments_that_nothing_shortens_are_summed_up() -> None:
    found = kept({f"{n}" * 200: ["y" * 50] * 20 for n in range(9_000)})
    assert "bytes of JSON" in json.dumps(found) or "members in all" in json.dumps(found)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.text(max_size=20), json_values, max_size=8))
def test_whatever_is_kept_is_valid_json_within_the_bound(arguments: dict[str, Any]) -> None:
    assert isinstance(kept(arguments), dict)


@given(st.text(max_size=200), st.sampled_from(SECRETS), st.text(max_size=200))
def test_no_surroundings_let_a_token_through(before: str, secret: str, after: str) -> None:
    assert secret not in clean_text(f"{before} {secret} {after}")


@given(json_values, st.sampled_from(SECRETS))
def test_no_nesting_lets_a_token_through(value: Any, secret: str) -> None:
    arguments = {"a": value, "b": [{"c": f"x {secret}"}]}
    assert secret not in json.dumps(kept(arguments))
