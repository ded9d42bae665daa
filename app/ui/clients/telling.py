"""What is said of a client, in words that need no command line. Pure functions of the facts."""

from __future__ import annotations

import datetime
import time

from PySide6.QtCore import QCoreApplication

from app.clients.adopting.foreign import Foreign, Shown
from app.clients.check import Report
from app.clients.overview import Standing
from app.ui.kit import words
from app.ui.kit.theme import Tone


def tr(text: str) -> str:
    """Through Qt's translation, in this room's context."""
    return QCoreApplication.translate("clients", text)


def chip(report: Report) -> tuple[str, Tone, str]:
    """The state: its word, its colour and its icon."""
    if report.blocked:
        return tr("Forbidden"), "denied", "cross"
    table: dict[str, tuple[str, Tone, str]] = {
        "connected": (tr("Connected"), "allowed", "link"),
        "waiting": (tr("Waits until it is closed"), "asked", "clock"),
        "not connected": (tr("Not connected"), "muted", "unlink"),
        "unreadable": (tr("Cannot be read"), "error", "problem"),
    }
    return table.get(report.state, (tr("Needs repair"), "error", "warning"))


def trouble(report: Report) -> str:
    """What is wrong and what it means, or an empty string."""
    if report.blocked:
        return report.blocked
    app = report.title
    means = tr("{app} reaches nothing through Doorkeep until it is put back.").format(app=app)
    table = {
        "wiped": tr("{app} dropped all servers from its settings, Doorkeep's too. {means}"),
        "removed": tr("Doorkeep's entry was taken out, the other servers still stand. {means}"),
        "changed": tr("Doorkeep's entry was changed by another program, or its name now runs something else. {means}"),
        "stale": tr("The entry starts a Doorkeep that is not there any more or is another installation. {means}"),
    }
    if report.state in table:
        return table[report.state].format(app=app, means=means)
    if report.state == "unreadable":
        return tr("{why} Correct it in an editor, or put a copy back below.").format(why=report.words)
    return ""


def notes(report: Report) -> str:
    """What one should know beside the state."""
    said = list(report.notes)
    if report.waiting:
        said.insert(0, tr("A change waits until {app} is closed; it is made by itself then.").format(app=report.title))
        problem = report.waiting.partition("last try: ")[2]
        if problem:
            said.insert(1, tr("The last try failed: {why}").format(why=problem))
    return "\n".join(said)


def last_called(standing: Standing, now: float | None = None) -> str:
    """When it called last, and whether it runs."""
    record, report = standing.last_call, standing.report
    said = tr("No calls in the log yet.")
    if record is not None:
        said = tr("Last called {ago}.").format(ago=words.ago(since(record.at, now)))
    if report.running:
        said = f"{said} {tr('It is open now.')}"
    return said


def since(at: str, now: float | None = None) -> float:
    """Seconds since a moment in RFC 3339, never below 0; a moment that cannot be read was now."""
    try:
        moment = datetime.datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0
    return max(0.0, (time.time() if now is None else now) - moment)


def moment(at: str) -> str:
    """A moment in RFC 3339 as this person's clock shows it, the same in every language."""
    try:
        return datetime.datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return at


def size(count: int) -> str:
    """A size as people say it."""
    if count < 1000:
        return tr("{n} bytes").format(n=count)
    if count < 1_000_000:
        return tr("{n} kB").format(n=f"{count / 1000:.1f}")
    return tr("{n} MB").format(n=f"{count / 1_000_000:.1f}")


def foreign_title(foreign: tuple[Foreign, ...]) -> str:
    """How many servers of others stand there."""
    if len(foreign) == 1:
        return tr("One server here does not pass Doorkeep")
    return tr("{n} servers here do not pass Doorkeep").format(n=len(foreign))


def foreign_means(foreign: tuple[Foreign, ...]) -> str:
    """What that means, and what moving them does."""
    count = sum(len(server.secrets) for server in foreign)
    open_ = (
        tr("One secret lies open in the file. ")
        if count == 1
        else tr("{n} secrets lie open in the file. ").format(n=count)
    )
    return (open_ if count else "") + tr(
        "Nobody watches what these servers do. Behind the door each call is decided and written down, and secrets move into "
        "the keychain. What stands here now is kept, and can be put back at any time."
    )


def place(secret: Shown) -> str:
    """Where a secret stands."""
    return tr("{place} (visible while it runs)").format(place=secret.place) if secret.in_args else secret.place


def secrets_in_words(server: Foreign) -> str:
    """For a screen reader."""
    if server.problem:
        return tr("Cannot be moved as it stands: {why}.").format(why=server.problem)
    if not server.secrets:
        return tr("No secret lies open in it.")
    return tr("Open secrets: {places}").format(places=", ".join(secret.place for secret in server.secrets))


def adopt_deed(count: int) -> str:
    """What the button does."""
    return tr("Move it behind the door…") if count == 1 else tr("Move {n} behind the door…").format(n=count)


def by_hand(where: str, *, other: bool) -> str:
    """Where an entry belongs that is added by hand."""
    if other:
        return tr("For an app that Doorkeep does not know: add this to its list of servers.")
    return tr("Doorkeep does not change this app's file. Add this to {where}.").format(where=where)
