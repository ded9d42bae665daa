"""A log record as a person would say it. The protocol's own words stay in the inspector."""

from __future__ import annotations

import os
import unicodedata
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication

from app.core.folders import shown
from app.core.journal.record import CallRecord
from app.ui.kit.theme import Tone
from app.ui.kit.tool_words import WORDS


class Sentence(NamedTuple):
    """`who` wants or did `what` (verb and object); `where` is the folder, said quietly."""

    who: str
    what: str
    where: str


_CLIENTS = {"claude-ai": "Claude Desktop", "claude-code": "Claude Code", "doorkeep": "Doorkeep (by hand)"}


_NOT_DONE = {
    "waiting": "wants to {what}",
    "denied": "wanted to {what}",
    "expired": "wanted to {what}",
    "cancelled": "wanted to {what}",
    "error": "tried to {what}",
    "lost": "tried to {what}",
}
"""Nothing is said to have been done that was not."""


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("words", text)


def visible(text: str, most: int = 200) -> str:
    """Text that cannot fool or break a line: controls, bidi overrides and zero-width characters show as ␣-like marks; bounded."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(
        "\N{SYMBOL FOR SUBSTITUTE}" if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else c for c in cut
    )


def client_name(client: str) -> str:
    """A client as people call it: `claude-ai 0.1.0` is Claude Desktop."""
    name = client.rpartition(" ")[0] or client
    return tr(_CLIENTS[name]) if name in _CLIENTS else visible(name, 60) or tr("An app")


def by_hand(client: str) -> bool:
    """Whether the person made the call from Doorkeep itself: in a terminal or by Try a tool."""
    return client.partition(" ")[0] == "doorkeep"


def sentence(record: CallRecord, *, wanted: bool = False) -> Sentence:
    """What the call did, wants or tried to do; with `wanted` the bare wish: "read notes.md"."""
    if record.outcome in _NOT_DONE and not wanted:
        said = sentence(record, wanted=True)
        return said._replace(what=tr(_NOT_DONE[record.outcome]).format(what=said.what))
    paths, tool, server = record.paths, record.tool, record.server
    words = WORDS.get(server, {}).get(tool)
    if words is not None:
        what = tr(words.wanted if wanted else words.done).format(object=_objects(paths))
    else:
        pattern = tr("use “{tool}” of {server}") if wanted else tr("used “{tool}” of {server}")
        what = pattern.format(tool=visible(tool.replace("_", " "), 60), server=visible(server, 30))
    folder = os.path.dirname(paths[0]) if paths else ""
    return Sentence(client_name(record.client), what, visible(shown(folder)) if folder else "")


def _objects(paths: list[str]) -> str:
    if not paths:
        return tr("something")
    first = visible(os.path.basename(paths[0]) or paths[0], 80)
    if len(paths) == 1:
        return first
    return tr("{first} and {count} more").format(first=first, count=len(paths) - 1)


def decision(record: CallRecord) -> tuple[str, Tone, str]:
    """The chip of a record: its word, its colour and its icon, so that colour never speaks alone."""
    table: dict[Any, tuple[str, Tone, str]] = {
        "waiting": (tr("Waiting"), "asked", "ask"),
        "running": (tr("Running"), "accent", "play"),
        "denied": (tr("Denied"), "denied", "cross"),
        "expired": (tr("No answer"), "denied", "clock"),
        "cancelled": (tr("Cancelled"), "muted", "cross"),
        "lost": (tr("Lost"), "error", "problem"),
        "error": (tr("Failed"), "error", "warning"),
    }
    if record.outcome in table:
        return table[record.outcome]
    if record.by == "user":
        return tr("You allowed"), "allowed", "check"
    return tr("Allowed"), "allowed", "check"


def number(count: int) -> str:
    """Digits in groups of three with a thin space between them (ISO 80000-1, 7.3.1): a comma or a point means another thing elsewhere."""
    return f"{count:,}".replace(",", "\u202f")


def duration(milliseconds: float | None) -> str:
    """A time as people say it."""
    if milliseconds is None:
        return ""
    if milliseconds < 1:
        return tr("< 1 ms")
    if milliseconds < 1000:
        return tr("{n} ms").format(n=round(milliseconds))
    if milliseconds < 60_000:
        return tr("{n} s").format(n=f"{milliseconds / 1000:.1f}")
    return tr("{n} min").format(n=round(milliseconds / 60_000))


def ago(seconds: float) -> str:
    """How long ago, as people say it."""
    if seconds < 2:
        return tr("just now")
    if seconds < 60:
        return tr("{n} s ago").format(n=round(seconds))
    if seconds < 3600:
        return tr("{n} min ago").format(n=round(seconds / 60))
    if seconds < 86_400:
        return tr("{n} h ago").format(n=round(seconds / 3600))
    return tr("{n} days ago").format(n=round(seconds / 86_400))
