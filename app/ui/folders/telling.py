"""The words of the Folders page."""

from __future__ import annotations

import time
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from app.core.folders import EXPLAINED
from app.core.settings import Access, GitSwitch
from app.ui.folders.facts import COUNTED, Lately
from app.ui.kit import words
from app.ui.kit.segmented import Choice


def tr(text: str) -> str:
    """Through Qt's translation, in this page's context."""
    return QCoreApplication.translate("folders", text)


def explained(access: Access) -> str:
    """One sentence about the choice in force."""
    said = tr(EXPLAINED[access])
    return f"{said[:1].upper()}{said[1:]}."


def choices() -> list[Choice]:
    """Off, read, ask, write."""
    return [
        Choice("off", tr("Off"), "denied", explained("off")),
        Choice("read", tr("Read"), "accent", explained("read")),
        Choice("ask", tr("Ask"), "asked", explained("ask")),
        Choice("write", tr("Write"), "allowed", explained("write")),
    ]


def git_choices() -> list[tuple[GitSwitch, str, str]]:
    """What git may do only where it is turned on: a name, and one line that says what that means."""
    return [
        (
            "remote",
            tr("Speak to other computers"),
            tr("Fetch, pull and push, over https and ssh. Each push asks you first."),
        ),
        (
            "create",
            tr("Make new repositories"),
            tr("Each asks you first. To clone one, git must also speak to other computers."),
        ),
        (
            "hooks",
            tr("Run a repository's own hooks"),
            tr("Programs that the repository brings run at a commit, a pull or a push. Only for those you trust."),
        ),
    ]


def git(on: tuple[GitSwitch, ...]) -> str:
    """What of it is on, in a few words."""
    said = {"remote": tr("other computers"), "create": tr("new repositories"), "hooks": tr("hooks")}
    words = [said[name] for name, _, _ in git_choices() if name in on]
    return tr("Git: {what}").format(what=", ".join(words)) if words else tr("Git…")


def lately(found: Lately, now: float | None = None) -> str:
    """Who did what last, when, and how much there was today."""
    if found.last is None:
        return tr("Nothing has happened here yet.")
    record = found.last
    said = words.sentence(record, wanted=record.outcome in ("denied", "expired", "waiting"))
    if record.outcome in ("denied", "expired"):
        sentence = tr("{who} wanted to {what} and was refused")
    elif record.outcome == "waiting":
        sentence = tr("{who} wants to {what}")
    else:
        sentence = tr("{who} {what}")
    pieces = [sentence.format(who=said.who, what=said.what)]
    when = _ago(record.at, time.time() if now is None else now)
    if when:
        pieces[0] = tr("{sentence}, {when}").format(sentence=pieces[0], when=when)
    pieces.append(today(found.today))
    return " · ".join(piece for piece in pieces if piece)


def today(count: int) -> str:
    """How many calls there were today."""
    if count == 0:
        return tr("none today")
    if count == 1:
        return tr("1 call today")
    if count >= COUNTED:
        return tr("{count} or more calls today").format(count=COUNTED)
    return tr("{count} calls today").format(count=count)


def _ago(at: str, now: float) -> str:
    try:
        return words.ago(max(0.0, now - datetime.fromisoformat(at).timestamp()))
    except ValueError:
        return ""


def kept_closed(found: int, revealed: int, more: bool) -> str:
    """About files that often hold secrets, in a few words."""
    if not found:
        return tr("No likely secrets in the part looked at") if more else tr("No likely secrets found")
    count = tr("{count} or more").format(count=found) if more else str(found)
    said = tr("1 likely secret kept closed") if found == 1 and not more else tr("{count} likely secrets kept closed")
    if revealed:
        said = tr("1 likely secret") if found == 1 and not more else tr("{count} likely secrets")
        said = tr("{said}, {revealed} revealed").format(said=said, revealed=revealed)
    return said.replace("{count}", count)
