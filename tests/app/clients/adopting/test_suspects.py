"""What is taken for a secret, and what is not."""

from __future__ import annotations

import json

import pytest

from app.clients.adopting.strings import entries
from app.clients.adopting.suspects import Suspect, hidden, looks_random, masked, suspects


def found(entry: dict[str, object]) -> list[Suspect]:
    return suspects(entries(json.dumps({"s": {"a": entry}}), "s", "json")["a"].leaves)


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("GITHUB_TOKEN", "x", True),
        ("API_KEY", "hunter2", True),
        ("ANYTHING", "ghp_0123456789abcdefghijkl", True),
        ("ANYTHING", "5f4dcc3b5aa765d61d8327deb882cf99", True),
        ("DATABASE_URL", "postgres://me:hunter2@localhost/db", True),
        ("ENDPOINT", "https://h.example/?access_token=abc", True),
        ("DEBUG", "true", False),
        ("AUTH", "true", False),
        ("TOKEN", "", False),
        ("REGION", "eu-central-1", False),
        ("SECRET_FILE", "/run/secrets/x", False),
        ("HOME_FOLDER", "/home/me/Projects/2025-annual-report", False),
        ("ACCOUNT", "123e4567-e89b-12d3-a456-426614174000", False),
        ("ALLOWED", "read,write,list", False),
    ],
)
def test_variables(name: str, value: str, secret: bool) -> None:
    assert [(each.value, each.place) for each in found({"command": "x", "env": {name: value}})] == (
        [(value, f"env {name}")] if secret else []
    )


@pytest.mark.parametrize(
    ("args", "secrets"),
    [
        (["--token", "abc"], {"--token": "abc"}),
        (["--token=abc"], {"--token": "abc"}),
        (["-e", "SLACK_TOKEN=xoxb-1234567890-ab"], {"args SLACK_TOKEN": "xoxb-1234567890-ab"}),
        (["--header", "Authorization: Bearer zzz"], {"args Authorization": "zzz"}),
        (["postgresql://me:hunter2@h/db"], {"args password": "hunter2"}),
        (["x", "https://h.example/s/NjQ5YzQ2ZGEtYjE4Zi00ZTU5/mcp"], {"argument 2": "NjQ5YzQ2ZGEtYjE4Zi00ZTU5"}),
        (["eyJhbGciOiJIUzI1.eyJzdWIiOiIx.dozjgNryP4J3"], {"argument 1": "eyJhbGciOiJIUzI1.eyJzdWIiOiIx.dozjgNryP4J3"}),
        (["-y", "@modelcontextprotocol/server-filesystem", "--port", "8080", "/home/me/My-Notes-2024-archive"], {}),
        (["--token", "--verbose"], {}),
        (["mcp-server-sqlite", "--db-path", "/data/customers2024database.sqlite3"], {}),
    ],
)
def test_arguments(args: list[str], secrets: dict[str, str]) -> None:
    assert {each.place: each.value for each in found({"command": "x", "args": args})} == secrets


def test_addresses_and_headers() -> None:
    entry = {
        "url": "https://u:pw@h.example/mcp?api_key=kkk&x=1",
        "headers": {"Authorization": "Bearer abc.def", "X-Api-Key": "v", "Accept": "text/event-stream"},
    }
    assert {each.place: each.value for each in found(entry)} == {
        "url password": "pw",
        "url api_key": "kkk",
        "headers Authorization": "abc.def",
        "headers X-Api-Key": "v",
    }


@pytest.mark.parametrize(
    "shape", [{"command": ["x", "--token", "abc"]}, {"command": {"path": "x", "args": ["--token", "abc"]}}]
)
def test_every_shape_of_arguments(shape: dict[str, object]) -> None:
    assert [each.value for each in found(shape)] == ["abc"]


def test_a_masked_secret_tells_its_kind_and_length_only() -> None:
    assert masked("ghp_0123456789abcdefghijkl") == "ghp_•••• (26 characters)"
    assert masked("hunter2-hunter2-hunter2") == "•••• (23 characters)"


def test_a_text_is_shown_with_its_secrets_hidden() -> None:
    entry = found({"command": "x", "args": ["postgresql://me:hunter2@h/db"]})
    assert hidden(entry[0].leaf.value, entry) == "postgresql://me:••••@h/db"


@pytest.mark.parametrize(
    "word", ["server-filesystem-2025", "customer_database_version2", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa1"]
)
def test_names_are_not_random(word: str) -> None:
    assert not looks_random(word)
