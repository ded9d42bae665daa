"""Which folders are vaults, and which file a model's words mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from servers.notes.vaults import Vault, choose, find_note, place_for, vaults
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.words import NotFoundError, RefusedError
from tests.servers.notes.conftest import MakeCall, write


def test_a_granted_folder_is_a_vault(make_call: MakeCall, tmp_path: Path) -> None:
    assert vaults(make_call((tmp_path, "read"))) == [Vault(tmp_path.name, str(tmp_path))]


def test_folders_that_obsidian_marked_are_the_vaults_of_a_wider_grant(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"docs/One/.obsidian/app.json": "{}", "Two/.obsidian/app.json": "{}", "Two/in/.obsidian/x": ""})
    assert [one.name for one in vaults(make_call((tmp_path, "read")))] == ["Two", "One"]


def test_a_folder_within_a_vault_is_one_when_it_alone_is_granted(make_call: MakeCall, vault: Path) -> None:
    write(vault, {"in/a.md": "x"})
    assert [one.path for one in vaults(make_call((vault / "in", "read")))] == [str(vault / "in")]


def test_nested_grants_are_one_vault(make_call: MakeCall, vault: Path) -> None:
    write(vault, {"in/a.md": "x"})
    assert [one.path for one in vaults(make_call((vault, "read"), (vault / "in", "write")))] == [str(vault)]


def test_a_vault_that_is_switched_off_is_none(make_call: MakeCall, vault: Path) -> None:
    assert vaults(make_call((vault, "off"))) == []


def test_a_closed_folder_is_not_looked_into_for_vaults(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"shut/V/.obsidian/x": "", "open/W/.obsidian/x": ""})
    found = vaults(make_call((tmp_path, "read"), (tmp_path / "shut", "off")))
    assert [one.name for one in found] == ["W"]


def test_vaults_of_one_name_are_told_apart_by_the_folder_above(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"a/Notes/x.md": "", "b/Notes/x.md": ""})
    found = vaults(make_call((tmp_path / "a/Notes", "read"), (tmp_path / "b/Notes", "read")))
    assert [one.name for one in found] == ["a/Notes", "b/Notes"]


@pytest.mark.parametrize("wanted", ["Vault", "vault"])
def test_a_vault_is_chosen_by_its_name(call: Call, vault: Path, wanted: str) -> None:
    assert [one.path for one in choose(call, wanted)] == [str(vault)]


def test_a_vault_that_is_not_there_is_refused_with_the_names_of_those_that_are(call: Call) -> None:
    with pytest.raises(ToolError, match=r"no vault Work.*Vault"):
        choose(call, "Work")


def test_without_a_grant_the_user_is_asked_for_one(make_call: MakeCall) -> None:
    with pytest.raises(RefusedError, match="Ask the user"):
        choose(make_call())


NOTES = {
    "Home.md": "---\naliases: [Start]\n---\nx",
    "work/Plan.md": "x",
    "home/Plan.md": "x",
    "work/C# notes.md": "x",
    "pics/Plan.png": "x",
}


@pytest.mark.parametrize(
    ("text", "path", "part"),
    [
        ("Home", "Home.md", ""),
        ("home.md", "Home.md", ""),
        ("[[Home]]", "Home.md", ""),
        ("[[Home|the start]]", "Home.md", ""),
        ("![[Home#Top]]", "Home.md", "#Top"),
        ("Home#^id", "Home.md", "#^id"),
        ("work/Plan", "work/Plan.md", ""),
        ("work/Plan.md", "work/Plan.md", ""),
        ("C# notes", "work/C# notes.md", ""),
        ("work/C# notes.md#Top", "work/C# notes.md", "#Top"),
        ("note://Vault/work/Plan.md", "work/Plan.md", ""),
        ("note://Vault/work/C%23%20notes.md", "work/C# notes.md", ""),
        ("pics/Plan.png", "pics/Plan.png", ""),
    ],
)
def test_a_note_is_found_by_what_a_model_calls_it(call: Call, vault: Path, text: str, path: str, part: str) -> None:
    write(vault, NOTES)
    found = find_note(call, text)
    assert found.path == path
    assert found.part == part


def test_a_note_is_found_by_its_absolute_path(call: Call, vault: Path) -> None:
    write(vault, NOTES)
    assert find_note(call, str(vault / "work" / "Plan.md")).path == "work/Plan.md"
    assert find_note(call, str(vault / "work" / "Plan.md") + "#Top").part == "#Top"


def test_a_name_that_several_notes_bear_is_refused_with_their_paths(call: Call, vault: Path) -> None:
    write(vault, NOTES)
    with pytest.raises(ToolError, match=r"2 notes: home/Plan.md; work/Plan.md"):
        find_note(call, "Plan")


def test_two_vaults_that_both_have_it_are_named(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"One/a.md": "", "Two/a.md": ""})
    call = make_call((tmp_path / "One", "read"), (tmp_path / "Two", "read"))
    with pytest.raises(ToolError, match=r"One: a.md; Two: a.md"):
        find_note(call, "a")
    assert find_note(call, "a", "Two").vault.name == "Two"


def test_a_spelling_that_is_exact_wins_over_one_that_differs_in_case(call: Call, vault: Path) -> None:
    write(vault, {"Twin.md": "", "twin.md": ""})
    if len(list(vault.glob("*.md"))) < 2:
        return  # a file system that knows no difference: then there is one file, and nothing to choose
    assert (find_note(call, "Twin").path, find_note(call, "twin").path) == ("Twin.md", "twin.md")


def test_a_note_that_is_not_there_is_refused_with_names_like_it(call: Call, vault: Path) -> None:
    write(vault, NOTES)
    with pytest.raises(NotFoundError, match=r"no note Hoem in Vault.*Home\.md"):
        find_note(call, "Hoem")


@pytest.mark.parametrize("outside", ["/etc/passwd", "~/x.md"])
def test_a_path_outside_of_every_vault_is_refused(call: Call, outside: str) -> None:
    with pytest.raises(RefusedError, match="no vault"):
        find_note(call, outside)


@pytest.mark.parametrize(
    "look",
    [
        lambda call, two: find_note(call, str(two / "b.md")),
        lambda call, two: place_for(call, str(two / "c.md")),
        lambda call, _two: choose(call, "Two"),
        lambda call, two: choose(call, str(two)),
    ],
    ids=["a note", "a new note", "the vault's name", "the vault's path"],
)
def test_a_folder_that_is_switched_off_is_named_by_the_refusal(
    make_call: MakeCall, tmp_path: Path, look: Callable[[Call, Path], object]
) -> None:
    write(tmp_path, {"One/a.md": "", "Two/b.md": ""})
    two = tmp_path / "Two"
    with pytest.raises(RefusedError, match=f"switched off the folder {two}") as caught:
        look(make_call((tmp_path / "One", "write"), (two, "off")), two)
    assert caught.value.refusal.folder == str(two)


def test_a_title_that_is_not_found_says_which_folder_was_not_looked_into(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"One/a.md": "", "Two/b.md": ""})
    call = make_call((tmp_path / "One", "write"), (tmp_path / "Two", "off"))
    with pytest.raises(NotFoundError, match=f"switched off {tmp_path / 'Two'}, which was not looked into"):
        find_note(call, "b")


def test_a_new_note_gets_a_place_in_the_only_vault(call: Call, vault: Path) -> None:
    assert place_for(call, "new/A.md").absolute == str(vault / "new" / "A.md")


def test_a_new_note_needs_a_vault_where_there_are_two(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"One/a.md": "", "Two/a.md": ""})
    call = make_call((tmp_path / "One", "write"), (tmp_path / "Two", "write"))
    with pytest.raises(ToolError, match="`vault`"):
        place_for(call, "b.md")
    assert place_for(call, "b.md", "Two").absolute == str(tmp_path / "Two" / "b.md")


@pytest.mark.parametrize("path", ["../x.md", "a/../../x.md", "", "/"])
def test_a_place_outside_of_the_vault_is_refused(call: Call, path: str) -> None:
    with pytest.raises(ToolError):
        place_for(call, path)


def test_a_note_knows_its_address(call: Call, vault: Path) -> None:
    write(vault, {"a b/C#.md": ""})
    found = find_note(call, "a b/C#.md")
    assert (found.uri, found.title) == ("note://Vault/a%20b/C%23.md", "C#")
    assert find_note(call, found.uri) == found


def test_a_vault_that_comes_to_be_is_found(make_call: MakeCall, tmp_path: Path) -> None:
    write(tmp_path, {"a/x.md": ""})
    call = make_call((tmp_path, "read"))
    assert [one.path for one in vaults(call)] == [str(tmp_path)]
    write(tmp_path, {"New/.obsidian/app.json": "{}"})
    assert [one.name for one in vaults(call)] == ["New"]


def test_a_marked_folder_is_found_among_very_many(make_call: MakeCall, tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"n{number}.md").touch()
    write(tmp_path, {".obsidian/app.json": "{}", "in/.obsidian/app.json": "{}"})
    assert [one.path for one in vaults(make_call((tmp_path, "read")))] == [str(tmp_path)]
