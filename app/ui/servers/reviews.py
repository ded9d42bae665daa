"""What the gateway says of a server that waits to be looked at (control calls `look_server` and `reviews`), and its difference as lines."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import Any, Literal

import msgspec

from app.ui.servers.telling import tr

CONTEXT = 3
"""Lines that stay as they were, shown around those that did not."""
MOST_LINES = 4000
"""Of one member; comparing takes time that grows with the square."""

HEADS = 2
"""Lines with which such a diff begins."""


class Warned(msgspec.Struct, frozen=True):
    """One finding about a text of a stranger's."""

    words: str
    kind: str = ""
    where: str = ""


class Part(msgspec.Struct, frozen=True):
    """One member of a tool on both sides."""

    what: str
    before: str = ""
    after: str = ""


class Change(msgspec.Struct, frozen=True):
    """One tool that is not as it was accepted."""

    name: str
    kind: Literal["new", "changed", "gone"]
    parts: list[Part] = []
    warnings: list[Warned] = []


class ToolSeen(msgspec.Struct, frozen=True):
    """One tool as it is now."""

    name: str
    title: str = ""
    description: str = ""
    read_only: bool = False
    warnings: list[Warned] = []


class Review(msgspec.Struct, frozen=True):
    """One server. `digest` names what is shown; `accepted`: there is something that the user looked at before."""

    digest: str
    server: str = ""
    title: str = ""
    version: str = ""
    instructions: str = ""
    tools: list[ToolSeen] = []
    changes: list[Change] = []
    warnings: list[Warned] = []
    accepted: bool = False
    reviewed: bool = True
    kept_hidden: bool = False

    @property
    def suspicious(self) -> int:
        """How many warnings there are in all."""
        of_tools = self.changes if self.accepted else self.tools
        return len(self.warnings) + sum(len(one.warnings) for one in of_tools)


def read_review(answer: Any) -> Review:
    """The answer of `look_server`."""
    return msgspec.convert(answer, Review)


def read_reviews(answer: Any) -> dict[str, Review]:
    """The answer of `reviews`, by server."""
    found = msgspec.convert(answer.get("reviews", []), list[Review])
    return {one.server: one for one in found}


def member(what: str) -> str:
    """A member of a tool as a person reads it."""
    table = {
        "title": tr("Title"),
        "description": tr("Description, which the model reads"),
        "inputSchema": tr("What it takes"),
        "outputSchema": tr("What it gives"),
        "annotations": tr("What it says of itself (only reads, destroys …)"),
    }
    return table.get(what, what)


def lines(part: Part) -> str:
    """Both sides as lines of a unified diff, without heads; long equal stretches are left out and marked."""
    before, after = (text.split("\n")[:MOST_LINES] if text else [] for text in (part.before, part.after))
    found: list[str] = []
    for line in islice(difflib.unified_diff(before, after, lineterm="", n=CONTEXT), HEADS, None):
        if not line.startswith("@@"):
            found.append(line)
        elif found:
            found.append("…")
    return "\n".join(found)
