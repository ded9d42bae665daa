"""Whether a call may happen: one pure function over what is known, its truth table is its test.

It reads no clock, file or setting of its own, and what it does not know it does not allow.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter
from typing import Literal

import msgspec

from app.core.folders import shown
from app.core.settings import Rule
from app.gateway.paths import Place
from servers.runtime import wire

Verdict = Literal["allow", "ask", "deny", "plan"]
By = Literal["policy", "user", "rule", "limit", "timeout"]


_CLOSED: dict[str, str] = {"off": "closed", "read": "read-only"}


class Question(msgspec.Struct):
    """All that a decision rests on. `reads` and `writes` are the places named by the arguments."""

    tool: str
    grants: wire.Grants
    paused: bool = False
    enabled: bool = True
    rule: Rule | None = None
    builtin: bool = True
    changes: bool = False
    """It changes something; a dry run does not."""
    plans: bool = False
    """The server can say beforehand what the call would do."""
    plan_first: bool = False
    reads: list[Place] = []
    writes: list[Place] = []
    plan: wire.Plan | None = None
    yes: bool = False
    """The user said yes to exactly this call, or to this tool in this folder for the session."""
    open_folders: tuple[wire.Folder, ...] = ()
    inner: tuple[tuple[str, wire.Folder], ...] = ()
    """Rows that allow less than `write`, by `wire.path_key`, sorted: moving a folder moves what they keep closed."""


class Decision(msgspec.Struct, frozen=True):
    """`reason` in words; `folder` the granting folder, or the one that refuses; `paths` what the call touches."""

    verdict: Verdict
    by: By
    reason: str
    folder: str | None = None
    paths: list[str] = []
    asking: tuple[str, ...] = ()
    """Every folder whose changes ask, where that is why the user is asked."""


def decide(question: Question) -> Decision:
    """Judge a call. `plan` means: ask the server what it would do, then decide again."""
    if question.paused:
        return Decision("deny", "user", "Doorkeep is paused: every call is refused until the user resumes it")
    if not question.enabled:
        return Decision("deny", "rule", "the user switched this server off")
    if question.rule == "off":
        return Decision("deny", "rule", f"the user switched the tool {question.tool} off")
    if not question.builtin:
        return _foreign(question)
    if not question.open_folders:
        return Decision("deny", "policy", "no folder is granted to this server")
    return _by_folders(question)


def _foreign(question: Question) -> Decision:
    if question.rule == "allow":
        return Decision("allow", "rule", f"the user allows {question.tool}")
    if question.yes:
        return Decision("allow", "user", "the user said yes")
    if question.rule == "ask":
        return Decision("ask", "rule", f"the user wants to be asked about {question.tool}")
    if question.changes:
        return Decision("ask", "rule", f"{question.tool} may change something, and no rule allows it")
    return Decision("allow", "rule", f"{question.tool} says that it only reads")


def _by_folders(question: Question) -> Decision:
    reads, writes, paths = _places(question)
    granting: wire.Folder | None = None
    asking: dict[str, wire.Folder] = {}
    for place in reads:
        folder, refusal = _judge(place, question, paths, change=False)
        if refusal is not None:
            return refusal
        granting = granting or folder
    for index, place in enumerate(writes):
        folder, refusal = _judge(place, question, paths, change=question.changes)
        if refusal is not None:
            return refusal
        granting = folder if index == 0 else granting
        if folder is not None and folder.access == "ask":
            asking[folder.path] = folder
        for row in _inside(place.path, question.inner) if question.changes else ():
            if row.access != "ask":
                reason = f"{shown(place.path)} holds {shown(row.path)}, which is {_CLOSED[row.access]}"
                return Decision("deny", "policy", reason, row.path, paths)
            asking[row.path] = row
    if not question.changes:
        return _reading(question, granting, paths)
    if question.plan is None and question.plans and _must_plan(question, asking, writes):
        return Decision("plan", "policy", "what it would do must be known first", _path_of(granting), paths)
    return _changing(question, granting, asking, paths)


def _reading(question: Question, granting: wire.Folder | None, paths: list[str]) -> Decision:
    where = _path_of(granting)
    if question.rule == "ask" and not question.yes:
        return Decision("ask", "rule", f"the user wants to be asked about {question.tool}", where, paths)
    if question.yes:
        return Decision("allow", "user", "the user said yes", where, paths)
    if granting is None:
        return Decision("allow", "policy", "it reads only what lies in granted folders", None, paths)
    return Decision("allow", "policy", f"{shown(granting.path)} may be read", where, paths)


def _changing(
    question: Question, granting: wire.Folder | None, asking: dict[str, wire.Folder], paths: list[str]
) -> Decision:
    first = next(iter(asking.values()), None)
    where = _path_of(first or granting)
    if question.yes:
        return Decision("allow", "user", "the user said yes", where, paths)
    if question.plan is not None and not question.plan.undoable:
        return Decision("ask", "policy", "the change cannot be undone", where, paths)
    if question.rule == "allow":
        return Decision("allow", "rule", f"the user allows {question.tool}", where, paths)
    if question.rule == "ask":
        return Decision("ask", "rule", f"the user wants to be asked about {question.tool}", where, paths)
    if first is not None:
        return Decision(
            "ask", "policy", f"each change in {shown(first.path)} asks the user", where, paths, tuple(asking)
        )
    if granting is None:
        if question.plan is not None and not paths:
            return Decision("allow", "policy", "the plan touches no file", None, paths)
        return Decision("deny", "policy", "nobody can say which files it would change", None, paths)
    return Decision("allow", "policy", f"{shown(granting.path)} may be changed", where, paths)


def _must_plan(question: Question, asking: dict[str, wire.Folder], writes: list[Place]) -> bool:
    """A change in a folder that asks always goes with a plan's guard, so that its server can insist on one there."""
    return question.plan_first or not writes or question.rule == "ask" or bool(asking)


def _places(question: Question) -> tuple[list[Place], list[Place], list[str]]:
    """What the call touches: once there is a plan, that says it; the places in the arguments stay judged as well."""
    reads, writes = question.reads, question.writes
    if question.plan is not None:
        reads = [*reads, *map(Place, question.plan.reads)]
        writes = [*map(Place, question.plan.writes), *writes]
    paths = list(dict.fromkeys(place.path for place in (*writes, *reads)))
    return reads, writes, paths


def _inside(path: str, inner: tuple[tuple[str, wire.Folder], ...]) -> Iterator[wire.Folder]:
    """The rows strictly below `path`."""
    start = wire.path_key(path).rstrip(os.sep) + os.sep
    for index in range(bisect_left(inner, start, key=itemgetter(0)), len(inner)):
        key, row = inner[index]
        if not key.startswith(start):
            return
        yield row


def _judge(
    place: Place, question: Question, paths: list[str], change: bool
) -> tuple[wire.Folder | None, Decision | None]:
    """The row that governs a place, or the refusal."""
    folder = question.grants.covering(place.path)
    if place.real and place.real != place.path:
        beneath = question.grants.covering(place.real)
        folder = beneath if folder is None or beneath is None else wire.stricter(beneath, folder)
    name = shown(place.path)
    if folder is None:
        leads = f" (which leads to {shown(place.real)})" if place.real and place.real != place.path else ""
        return None, Decision("deny", "policy", f"{name}{leads} lies in no granted folder", None, paths)
    if folder.access == "off":
        words = "is kept closed by Doorkeep itself" if folder.protected else "is switched off"
        return None, Decision(
            "deny", "policy", f"{name} lies in {shown(folder.path)}, which {words}", folder.path, paths
        )
    if change and folder.access == "read":
        words = "Doorkeep itself keeps read-only" if folder.protected else "may be read but not changed"
        if folder.protected and folder.path == place.path:
            return None, Decision("deny", "policy", f"{name} is a file that {words}", folder.path, paths)
        which = f"which {words}"
        return None, Decision("deny", "policy", f"{name} lies in {shown(folder.path)}, {which}", folder.path, paths)
    return folder, None


def _path_of(folder: wire.Folder | None) -> str | None:
    return folder.path if folder else None


def refusal_words(decision: Decision, tool: str, open_folders: tuple[wire.Folder, ...]) -> str:
    """What the model is told: what was refused, why, and what to ask the user."""
    if decision.by == "user":
        advice = "Tell the user; call again only when they say so."
    elif decision.by == "rule":
        advice = "If it is needed, ask the user to allow it in Doorkeep."
    elif not open_folders:
        advice = "Ask the user to grant a folder in Doorkeep (`doorkeep folders add PATH --access read`)."
    else:
        listed = ", ".join(f"{shown(folder.path)} ({folder.access})" for folder in open_folders[:10])
        more = f" and {len(open_folders) - 10} more" if len(open_folders) > 10 else ""
        advice = f"Granted: {listed}{more}. Work there, or ask the user to change what is granted in Doorkeep."
    return f"Doorkeep refused {tool}: {decision.reason}. {advice}"
