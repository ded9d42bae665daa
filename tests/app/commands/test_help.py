"""`doorkeep help`: the guide in a terminal."""

from __future__ import annotations

from app.core import guide


def test_without_a_topic_the_pages_are_listed(doorkeep) -> None:
    said = doorkeep("help")
    assert said.status == 0
    for name in guide.TOPICS[1:]:
        assert f"  {name}" in said.out


def test_a_topic_is_printed_without_markdown(doorkeep) -> None:
    said = doorkeep("help", "folders")
    assert said.status == 0
    assert said.out.startswith("# Folders\n")
    assert "    doorkeep folders add ~/Projects --access ask\n" in said.out
    assert '    access = "ask"\n' in said.out
    assert "**" not in said.out
    assert "](" not in said.out


def test_an_unknown_topic_is_told_with_the_known_ones(doorkeep) -> None:
    said = doorkeep("help", "nonsense")
    assert said.status == 1
    assert "troubleshooting" in said.err


def test_a_search_names_topic_and_heading(doorkeep) -> None:
    said = doorkeep("help", "--search", "tray icon")
    assert said.status == 0
    assert "troubleshooting  There is no tray icon" in said.out


def test_a_search_without_a_hit_says_so(doorkeep) -> None:
    said = doorkeep("help", "--search", "zebra")
    assert (said.status, said.out) == (1, "Nothing in the guide holds all of these words.\n")
