"""A bundle's manifest: what is read of it, what is refused, and in which words."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from app.core.bundles.manifest import read_manifest, secret_name
from app.core.errors import DoorkeepError
from app.core.secret_names import NAME, SIGN_IN
from tests.app.core.bundles.conftest import manifest


def read(**more: Any) -> Any:
    return read_manifest(json.dumps(manifest(**more)).encode())


@pytest.mark.parametrize("version", ["0.1", "0.2", "0.3", "0.4", "1.0"])
def test_every_revision_is_read(version: str) -> None:
    assert read(manifest_version=version).title == "The Tracker"


def test_an_old_extension_names_its_revision_otherwise() -> None:
    said = {**manifest(), "dxt_version": "0.1"}
    del said["manifest_version"]
    assert read_manifest(json.dumps(said).encode()).version == "1.2.0"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"manifest_version": "2.0"}, "of version 2.0"),
        ({"manifest_version": ""}, "of version (none)"),
        ({"manifest_version": 3}, "no manifest of a bundle"),
        ({"name": ""}, "no manifest of a bundle"),
        ({"server": {"type": "docker", "entry_point": "x"}}, "no manifest of a bundle"),
        ({"server": {"type": "node", "entry_point": "x"}}, "does not say how it is started"),
        ({"mcp_config": {"args": []}}, "no manifest of a bundle"),
        ({"mcp_config": {"command": "node", "args": "x"}}, "no manifest of a bundle"),
        ({"compatibility": {"platforms": ["amiga"]}}, "no manifest of a bundle"),
        ({"user_config": {"a b": {"type": "string", "title": "A"}}}, "no manifest of a bundle"),
        ({"user_config": {"a": {"type": "colour", "title": "A"}}}, "no manifest of a bundle"),
        ({"user_config": {f"k{n}": {"type": "string", "title": "A"} for n in range(65)}}, "more than 64 things"),
        (
            {"user_config": {key: {"type": "string", "title": "A", "sensitive": True} for key in ("key", "KEY")}},
            "have the same name",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(more: dict[str, Any], says: str) -> None:
    with pytest.raises(DoorkeepError) as caught:
        read(**more)
    assert says in caught.value.title
    assert caught.value.detail == "Nothing was added."


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe{}", b"[" * 100_000, b'{"name": "\\ud800"}'])
def test_what_is_no_manifest_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(DoorkeepError, match="no manifest of a bundle"):
        read_manifest(content)


def test_a_bundle_for_another_system_is_refused() -> None:
    other = "win32" if sys.platform != "win32" else "linux"
    with pytest.raises(DoorkeepError, match=r"is made for .*, not for this system"):
        read(compatibility={"platforms": [other]})
    assert read(compatibility={"platforms": [other, sys.platform]}).version == "1.2.0"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("My Tracker", "my-tracker"),
        ("@scope/Server_1", "scope-server-1"),
        ("Zähler", "z-hler"),
        ("日本", "bundle"),
        ("x" * 50, "x" * 30),
        ("a" * 29 + "--b", "a" * 29),
    ],
)
def test_its_name_is_made_one_of_ours(name: str, found: str) -> None:
    assert read(name=name).server_name() == found


def test_what_is_needed_is_asked_first_and_a_sensitive_value_goes_to_the_keychain() -> None:
    options = {
        "size": {"type": "number", "title": "Size", "description": "In MB", "default": 10, "min": 1, "max": 100},
        "api_key": {"type": "string", "title": "API key", "sensitive": True, "required": True, "default": "plain"},
        "dirs": {"type": "directory", "title": "Folders", "multiple": True, "required": True},
        "quiet": {"type": "boolean", "title": "Quiet", "sensitive": True},
    }
    key, dirs, size, quiet = read(user_config=options).wanted("tracker")
    assert (key.kind, key.secret, key.needed, key.default) == ("secret", "tracker.api_key", True, None)
    assert (dirs.kind, dirs.many, dirs.needed) == ("folder", True, True)
    assert (size.kind, size.default, size.least, size.most, size.about) == ("number", 10, 1, 100, "In MB")
    assert (quiet.kind, quiet.secret) == ("switch", "")


@pytest.mark.parametrize(("server", "key"), [("tracker", "API Key"), ("oauth-x", "token"), ("x" * 30, "y" * 64)])
def test_a_secret_gets_a_name_that_the_keychain_takes_and_no_sign_in_has(server: str, key: str) -> None:
    name = secret_name(server, key)
    assert NAME.fullmatch(name)
    assert not name.startswith(SIGN_IN)
