"""An exact path is a shortcut: it finds what the long way finds, and only where nothing else could be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.notes import exact, vaults
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.notes.conftest import MakeCall, write


@pytest.fixture
def filled(vault: Path) -> Path:
    """A vault with notes of every kind of name."""
    write(
        vault,
        {
            "Plan.md": "",
            "a/Plan.md": "",
            "a/Other.md": "",
            "v1.2.md": "",
            "x#y.md": "",
            "pic.png": "",
            ".hidden/n.md": "",
        },
    )
    (vault / "link.md").symlink_to("Plan.md")
    return vault


@pytest.mark.parametrize(
    "text", ["Plan", "Plan.md", "a/Plan", "a/Other.md", "v1.2", " Plan ", "{vault}/a/Plan.md", "{vault}/Plan"]
)
def test_an_exact_path_needs_no_index(call: Call, filled: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    text = text.format(vault=filled)
    expected = vaults.find_note(call, text)
    monkeypatch.setattr(vaults, "find_note", lambda *_: pytest.fail("the index was asked"))
    assert exact.find(call, text) == expected


@pytest.mark.parametrize(
    "text", ["Other", "plan", "[[Plan]]", "x#y", "Plan#Heading", "pic.png", "note://Vault/Plan.md"]
)
def test_everything_else_goes_the_long_way(call: Call, filled: Path, text: str) -> None:
    assert exact.find(call, text) == vaults.find_note(call, text)


@pytest.mark.parametrize("text", ["", "Missing", "../x", "link.md", ".hidden/n.md", "/etc/passwd"])
def test_what_is_no_note_is_refused_in_the_long_ways_words(call: Call, filled: Path, text: str) -> None:
    with pytest.raises(ToolError) as expected:
        vaults.find_note(call, text)
    with pytest.raises(ToolError) as refused:
        exact.find(call, text)
    assert refused.value.text == expected.value.text


def test_a_path_in_several_vaults_is_not_chosen_from(make_call: MakeCall, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {"Plan.md": "", ".obsidian/app.json": "{}"})
    call = make_call((tmp_path / "one", "write"), (tmp_path / "two", "write"))
    with pytest.raises(ToolError, match="may mean 2 notes"):
        exact.find(call, "Plan")
    assert exact.find(call, "Plan", "two").vault.name == "two"
