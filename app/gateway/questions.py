"""From a client's request to the question that is decided: which rule, which places, does it change anything.

Arguments are read exactly as the server will read them, since they are sent on in the form they were read in.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.gateway import eras
from app.gateway.decision import Question
from app.gateway.paths import Place, places_of
from app.gateway.pins import Tool
from app.gateway.policy import ServerView
from servers.runtime import wire

CALL = "tools/call"
READ = "resources/read"
READ_TOOL = Tool(READ, read_only=True, facts=wire.ToolFacts(reads=("uri",)))
FOREIGN_READ_TOOL = Tool(READ, read_only=True, facts=None)


class Request(msgspec.Struct):
    """What a client asked for, in either era. `method` is `tools/call` or `resources/read`, which the log takes for a tool.

    `arguments` of a read are its `uri` alone.
    """

    id: wire.RequestId
    modern: bool
    tool: Tool
    arguments: dict[str, Any]
    meta: eras.Meta
    client: eras.ClientInfo
    method: str = CALL
    state: str = ""
    responses: dict[str, Any] = {}
    params: msgspec.Raw = wire.NO_RAW
    """All that the client sent with it, for servers of others."""

    @property
    def forms(self) -> bool:
        """The client can put our question to the user itself."""
        found = self.meta.capabilities
        return self.modern and self.method == CALL and found is not msgspec.UNSET and found.forms


def question_of(request: Request, view: ServerView, paused: bool, plan: wire.Plan | None) -> Question:
    """All that the decision about a request rests on. Raises BadPathError."""
    facts = request.tool.facts
    question = Question(
        tool=request.tool.name,
        grants=view.grants,
        paused=paused,
        enabled=view.enabled,
        rule=view.rules.get(request.tool.name),
        builtin=facts is not None,
        changes=not request.tool.read_only,
        plan=plan,
        open_folders=view.open_folders,
    )
    if facts is None or paused or not view.enabled or question.rule == "off":
        return question  # the places do not matter, and looking at them may fail
    question.changes = facts.changes and not is_dry_run(request.arguments)
    question.plans = facts.changes
    question.plan_first = facts.plan_first
    if question.changes:
        question.inner = view.inner
    if view.open_folders:
        question.reads = _places(request, facts.reads, view, facts.changes)
        question.writes = _places(request, facts.writes, view, facts.changes)
    return question


def _places(request: Request, names: tuple[str, ...], view: ServerView, changes: bool) -> list[Place]:
    found: list[Place] = []
    for name in names:
        value = request.arguments.get(name)
        if value is None:
            continue
        if request.method == READ:
            if is_foreign_uri(str(value)):
                continue  # the server, which alone knows what it names, judges the object and reports its path
            value = path_of_uri(str(value))
        found += places_of(value, view.sole_folder, view.grants, changes)
    return found


def path_of_uri(uri: str) -> str:
    """The path of a `file:` URI (RFC 8089); anything else is taken as it stands, and so judged as no granted path."""
    if not uri.startswith("file://"):
        return uri
    from urllib.parse import unquote

    rest = uri[len("file://") :]
    host, slash, path = rest.partition("/")
    if host not in ("", "localhost") or not slash:
        return uri
    path = unquote(path, errors="surrogateescape")
    return path if len(path) > 1 and path[1] == ":" else "/" + path


def is_foreign_uri(uri: str) -> bool:
    """Whether a URI is of a server's own kind (`note://…`), so that it names no path by itself."""
    scheme, mark, _rest = uri.partition("://")
    return bool(mark) and len(scheme) > 1 and scheme.isalnum() and scheme.lower() != "file"


def is_dry_run(arguments: dict[str, Any]) -> bool:
    """Whether the call asks for a plan only. Every spelling that a server may accept must agree, or it is none."""
    spelled = [value for name, value in arguments.items() if name.replace("_", "").lower() == "dryrun"]
    return bool(spelled) and all(value is True for value in spelled)
