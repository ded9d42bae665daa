"""`doorkeep help`: the user's guide in a terminal. It prints, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core import guide

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Adds `help [TOPIC] [--search WORDS]`."""
    parser = commands.add_parser("help", help="the user's guide")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help=f"one of: {', '.join(guide.TOPICS[1:])}")
    parser.add_argument("--search", metavar="WORDS", help="sections that hold all of the words")


def run(args: argparse.Namespace) -> int:
    """Prints the article, the hits, or the list of topics. 1 where nothing was found."""
    if args.search is not None:
        return _search(args.search)
    if args.topic is not None:
        print(in_terminal(guide.article(args.topic).text))
        return 0
    print("The guide. Read a page with: doorkeep help TOPIC\n")
    for name in guide.TOPICS[1:]:
        print(f"  {name:<16} {guide.article(name).title}")
    return 0


def _search(words: str) -> int:
    found = guide.find(words)
    for part in found:
        print(f"{part.article:<16} {part.heading}")
    if not found:
        print("Nothing in the guide holds all of these words.")
        return 1
    return 0


def in_terminal(text: str) -> str:
    """An article as text: headings as they are, links as their words, code without its fences."""
    lines: list[str] = []
    fenced = False
    for line in text.rstrip().splitlines():
        if line.startswith("```"):
            fenced = not fenced
            continue
        lines.append(f"    {line}" if fenced else guide.plain(line))
    return "\n".join(lines)
