"""The user's guide: its articles are whole, its links lead somewhere, and what it names exists."""

from __future__ import annotations

import ast
import re
import shlex
from functools import lru_cache
from pathlib import Path

import pytest
import tomlkit

from app import cli
from app.core import errors, guide
from app.core.settings import parse
from app.ui.shell.pages import PAGES

ROOT = Path(__file__).parents[3]
UI = sorted((ROOT / "app/ui").rglob("*.py"))
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
NOT_OURS = {
    *("macOS", "Windows", "Linux", "Cursor", "VS Code", "Claude Code, Codex, Gemini CLI", "GNOME", "Windows 11"),
    *(
        "Client",
        "Server",
        "Tool",
        "Gateway",
        "Files",
        "Git",
        "Notes",
        "Entries",
        "Secrets",
        "repositories",
        "Uninstall",
    ),
}
"""Words that stand out because a list goes by them; all others in bold are on our screen."""


def texts() -> dict[str, str]:
    return {name: guide.article(name).text for name in guide.TOPICS}


@lru_cache
def said_on_screen() -> list[re.Pattern[str]]:
    """Every text of the app's window, with whatever is filled in."""
    found: set[str] = set()
    for path in UI:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[:1].isalpha():
                found.add(node.value)
    parts = (re.split(r"\{\w+\}", text) for text in found if text)
    return [re.compile(".+".join(map(re.escape, part)), re.S) for part in parts if any(map(str.strip, part))]


def commands(text: str) -> list[str]:
    """What the guide has people type: lines of code and words in code that begin with the program's name."""
    lines = [line[4:] for line in text.splitlines() if line.startswith("    doorkeep ")]
    return lines + [code for code in CODE.findall(text) if code.startswith("doorkeep ")]


def test_every_topic_has_a_title_and_words() -> None:
    for name in guide.TOPICS:
        found = guide.article(name)
        assert found.title
        assert len(found.text) > 500, name


def test_no_article_lies_beside_the_table() -> None:
    assert {path.stem for path in Path(guide.FOLDER).iterdir()} == set(guide.TOPICS)


def test_the_index_leads_to_every_article() -> None:
    assert {f"{name}.md" for name in guide.TOPICS[1:]} <= set(LINK.findall(guide.article("index").text))


@pytest.mark.parametrize("name", guide.TOPICS)
def test_links_lead_somewhere(name: str) -> None:
    anchors = {each: {part.anchor for part in guide.sections(guide.article(each))} for each in guide.TOPICS}
    pages = {page.name for page in PAGES}
    for target in LINK.findall(guide.article(name).text):
        if target.startswith("doorkeep:"):
            assert target.removeprefix("doorkeep:") in pages, target
        elif not target.startswith("https://"):
            file, _, where = target.partition("#")
            there = file.removesuffix(".md") or name
            assert there in anchors, target
            assert where in anchors[there] | {""}, target


@pytest.mark.parametrize("name", guide.TOPICS)
def test_commands_exist_with_their_options(name: str) -> None:
    for command in commands(guide.article(name).text):
        words = shlex.split(command.replace("…", ""))[1:]
        if words == ["--help"]:
            continue
        cli._parse(words)  # ends the test where a word or an option is not known


@pytest.mark.parametrize("name", guide.TOPICS)
def test_words_in_bold_are_on_the_screen(name: str) -> None:
    patterns = said_on_screen()
    missing = [
        words
        for words in BOLD.findall(guide.article(name).text)
        if words.rstrip(".") not in NOT_OURS
        and not any(
            pattern.fullmatch(each) for each in (words, words.rstrip("?."), f"{words}…") for pattern in patterns
        )
    ]
    assert missing == []


@pytest.mark.parametrize("name", guide.TOPICS)
def test_what_stands_out_stands_on_one_line(name: str) -> None:
    """Else the two tests above would pass it over."""
    lines = re.sub(r"```.*?```", "", guide.article(name).text, flags=re.S).splitlines()
    assert [line for line in lines if line.count("`") % 2 or line.count("**") % 2] == []


def test_settings_that_are_shown_are_settings() -> None:
    shown = [block for text in texts().values() for block in re.findall(r"```toml\n(.*?)```", text, re.S)]
    assert shown
    for block in shown:
        assert parse(tomlkit.dumps(tomlkit.parse(block)))


def test_errors_lead_to_articles_that_are_there() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DoorkeepError)
    ]
    links = {part.link for name in guide.TOPICS for part in guide.sections(guide.article(name))}
    assert {kind.article for kind in kinds} <= links | {""}
    assert sum(bool(kind.article) for kind in kinds) >= 4


def test_an_unknown_article_is_refused_with_the_names_of_the_others() -> None:
    with pytest.raises(guide.GuideError, match="setup, folders") as caught:
        guide.article("../../etc/passwd")
    assert "no page" in caught.value.title


def test_a_missing_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "FOLDER", str(tmp_path))
    with pytest.raises(guide.GuideError, match="Install Doorkeep again"):
        guide.article("log")


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The four settings", "the-four-settings"),
        ("macOS: “Operation not permitted”", "macos-operation-not-permitted"),
        ("A server's tools changed", "a-servers-tools-changed"),
        ("Use `git` in a_folder", "use-git-in-a_folder"),
        ("Ordner für Größe", "ordner-für-größe"),
    ],
)
def test_anchors_are_as_github_makes_them(heading: str, anchor: str) -> None:
    assert guide.anchor(heading) == anchor


def test_sections_are_cut_at_headings_and_not_within_code() -> None:
    text = "# One\n\nfirst\n\n## Two\n\n```toml\n# no heading\n```\n\n### Three\n\nlast\n"
    found = guide.sections(guide.Article("one", "One", text))
    assert [(part.anchor, part.heading, part.text) for part in found] == [
        ("", "One", "first"),
        ("two", "Two", "```toml\n# no heading\n```"),
        ("three", "Three", "last"),
    ]


def test_no_two_headings_of_an_article_share_an_anchor() -> None:
    for name in guide.TOPICS:
        anchors = [part.anchor for part in guide.sections(guide.article(name))]
        assert len(anchors) == len(set(anchors)), name


def test_a_search_finds_all_words_and_puts_headings_first() -> None:
    found = guide.find("Disk FULL")
    assert found[0].link == "troubleshooting#the-disk-is-full"
    assert len(found) > 1
    assert guide.find("zebra crossing") == []
    assert guide.find("  ") == []


def test_a_search_is_bounded() -> None:
    assert len(guide.find("a")) == guide.MOST_HITS


def test_plain_text_keeps_the_words_of_links_and_addresses_on_the_net() -> None:
    given = "**Add** a `folder`, see [Folders](folders.md) or [Git](https://git-scm.com)."
    assert guide.plain(given) == "Add a folder, see Folders or Git (https://git-scm.com)."


@pytest.mark.parametrize("name", guide.TOPICS)
def test_lines_are_ended_and_no_lines_trail_spaces(name: str) -> None:
    text = guide.article(name).text
    assert text.endswith("\n")
    assert not re.search(r"[ \t]\n|\t|\r", text)
