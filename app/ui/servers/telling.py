"""The words of the Servers page."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QCoreApplication

from app.ui.kit import words
from app.ui.kit.segmented import Choice
from app.ui.kit.theme import Tone
from app.ui.servers.changing import DEFAULT
from app.ui.servers.facts import COUNTED, Lately, ServerFact, ToolFact

if TYPE_CHECKING:
    from app.ui.servers.reviews import Review


def tr(text: str) -> str:
    """Through Qt's translation, in this page's context."""
    return QCoreApplication.translate("servers", text)


class Live(NamedTuple):
    """What the gateway says of one server. `state` None: no gateway answers. `sign_in`: why one has to sign in, or empty."""

    state: str | None = None
    pid: int | None = None
    sessions: int = 0
    running_calls: int = 0
    crashes: int = 0
    memory: int | None = None
    checked: str = ""
    sign_in: str = ""


def live_of(status: dict[str, Any], server: str, memory: int | None, checked: str) -> Live:
    """One server out of the gateway's answer to `status`; one that was never used is stopped."""
    row = next((one for one in status.get("servers", []) if one.get("name") == server), {})
    sessions = sum(one.get("server") == server for one in status.get("sessions", []))
    return Live(
        str(row.get("state") or "stopped"),
        row.get("pid"),
        sessions,
        int(row.get("in_flight") or 0),
        int(row.get("crashes") or 0),
        memory if row.get("pid") else None,
        checked,
        str(row.get("sign_in") or ""),
    )


def unseen(server: ServerFact) -> bool:
    """It is set up, and nobody ever accepted its tools."""
    return server.kind != "builtin" and not server.pinned


def waits(server: ServerFact, live: Live, review: Review | None) -> tuple[str, Tone, str] | None:
    """What of it waits for the person: a word, a colour and an icon, or None."""
    if live.sign_in:
        return tr("Sign-in needed"), "asked", "link"
    if unseen(server):
        return tr("Tools not accepted yet"), "asked", "eye"
    if review is None:
        return None
    if not review.reviewed:
        return tr("Not reviewed"), "asked", "eye"
    if review.kept_hidden:
        return tr("Changes kept hidden"), "muted", "eye"
    return tr("Its tools have changed"), "asked", "warning"


def chip(server: ServerFact, live: Live) -> tuple[str, Tone, str]:
    """The state in a word, a colour and an icon."""
    if not server.enabled:
        return tr("Off"), "denied", "cross"
    table: dict[str | None, tuple[str, Tone, str]] = {
        None: (tr("Gateway not running"), "muted", "unlink"),
        "running": (tr("Running"), "allowed", "check"),
        "starting": (tr("Starting"), "accent", "clock"),
        "resting": (tr("Keeps ending"), "error", "problem"),
    }
    return table.get(live.state, (tr("Idle"), "muted", "clock"))


def meaning(server: ServerFact, live: Live) -> str:
    """What that state means for the person."""
    if not server.enabled:
        return tr("Every call to it is refused.")
    table = {
        None: tr("Whether it runs is known when Doorkeep's gateway runs."),
        "running": tr("Apps can use it; it answers within what the folders and the rules below allow."),
        "starting": tr("It is being started."),
        "resting": tr(
            "It ended by itself several times and rests for a while. Its own messages below may say why; Restart tries again."
        ),
    }
    return table.get(live.state, tr("It starts by itself at the next call."))


def numbers(live: Live, lately: Lately) -> str:
    """Sessions, process, memory, calls: the facts in one line."""
    pieces: list[str] = []
    if live.state is not None:
        pieces.append(tr("1 app connected") if live.sessions == 1 else tr("{n} apps connected").format(n=live.sessions))
        if live.pid:
            pieces.append(tr("process {pid}").format(pid=live.pid))
        if live.memory is not None:
            pieces.append(tr("{n} MB of memory").format(n=round(live.memory / 1_000_000)))
        if live.running_calls:
            pieces.append(tr("{n} running now").format(n=live.running_calls))
    count = lately.today
    many = tr("{n} or more calls today") if count >= COUNTED else tr("{n} calls today")
    pieces.append(tr("1 call today") if count == 1 else many.format(n=count))
    if live.checked:
        pieces.append(tr("checked at {time}").format(time=live.checked))
    return " · ".join(pieces)


def last_error(lately: Lately, now: float | None = None) -> str:
    """The last call that failed, or an empty string."""
    record = lately.error
    if record is None:
        return ""
    said = words.sentence(record, wanted=True)
    try:
        then = datetime.fromisoformat(record.at).timestamp()
        when = words.ago(max(0.0, (time.time() if now is None else now) - then))
    except ValueError:
        when = words.visible(record.at, 40)
    why = words.visible(" ".join((record.result_preview or record.reason or "").split()), 160)
    text = tr("Last failure, {when}: {who} wanted to {what}.").format(when=when, who=said.who, what=said.what)
    return f"{text} {why}".rstrip()


def kind(server: ServerFact) -> str:
    """Where it comes from."""
    table = {
        "builtin": tr("comes with Doorkeep"),
        "command": tr("a program on this computer"),
        "remote": tr("on the net"),
    }
    said = table[server.kind]
    if server.bundle:
        said = tr("from a bundle")
    return tr("{where}, before in {app}").format(where=said, app=server.adopted) if server.adopted else said


def rule_choices(server: ServerFact) -> list[Choice]:
    """What may be said of a tool."""
    if server.kind == "builtin":
        first = Choice(DEFAULT, tr("By folder"), "accent", tr("What its folder says counts."))
        allow = tr("Runs without a question, also in folders that ask; what is off or only read stays so.")
    else:
        first = Choice(
            DEFAULT, tr("Default"), "accent", tr("Runs if it says that it only reads; otherwise it asks you.")
        )
        allow = tr("Runs without a question.")
    return [
        first,
        Choice("allow", tr("Allow"), "allowed", allow),
        Choice("ask", tr("Ask"), "asked", tr("Asks you before each call.")),
        Choice("off", tr("Off"), "denied", tr("Hidden from apps, and refused.")),
    ]


def does(tool: ToolFact) -> str:
    """What a tool does: the first sentence of its own description."""
    text = " ".join(tool.description.split())
    end = text.find(". ")
    return words.visible(text if end < 0 else text[: end + 1], 240)


def answer(result: dict[str, Any]) -> str:
    """The readable part of a tool's answer (schema `CallToolResult`)."""
    import msgspec

    texts: list[str] = []
    for part in result.get("content") or []:
        if isinstance(part, dict) and part.get("type") == "text":
            texts.append(str(part.get("text", "")))
        elif isinstance(part, dict) and part.get("type") in ("image", "audio"):
            size = len(str(part.get("data", ""))) * 3 // 4
            texts.append(tr("[{kind}, {size} bytes]").format(kind=part.get("mimeType") or part["type"], size=size))
        else:
            texts.append(msgspec.json.format(msgspec.json.encode(part), indent=2).decode())
    if not texts and result.get("structuredContent") is not None:
        texts.append(msgspec.json.format(msgspec.json.encode(result["structuredContent"]), indent=2).decode())
    return "\n\n".join(texts) or tr("It answered with nothing.")
