"""Requests that are no calls, passed to a server and back: prompts, resource lists, completion.

They change nothing and the server keeps to its policy, so they are not logged; a paused door passes none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.core.errors import DoorkeepError
from app.gateway import eras
from app.gateway.links import Link, Progress
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.session import Session

CAPABILITY = {
    "resources/list": "resources",
    "resources/templates/list": "resources",
    "prompts/list": "prompts",
    "prompts/get": "prompts",
    "completion/complete": "completions",
}
"""What is passed on, and the capability that a server declares for it."""
EMPTY: dict[str, bytes] = {
    "resources/list": b'"resources":[]',
    "resources/templates/list": b'"resourceTemplates":[]',
    "prompts/list": b'"prompts":[]',
    "completion/complete": b'"completion":{"values":[]}',
}
"""Answers for a server that declares no such thing: clients ask all the same, and an error would only alarm them."""
FORWARD_SECONDS = 60
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_error = msgspec.json.Decoder(wire.ErrorObject).decode
_OURS = ("_meta", "doorkeep", "inputResponses", "requestState")


class Forward:
    """One request on its way through."""

    __slots__ = ("_id", "_link", "_method", "_modern", "_number", "_over", "_session")

    def __init__(self, session: Session, id_: wire.RequestId, method: str, modern: bool) -> None:
        self._session = session
        self._id = id_
        self._method = method
        self._modern = modern
        self._link: Link | None = None
        self._number = 0
        self._over = False

    def start(self, params: msgspec.Raw, client: eras.ClientInfo) -> None:
        """Send it, or say why not."""
        core = self._session.core
        view = core.view(self._session.server)
        if core.paused:
            self._fail("Doorkeep is paused: nothing is passed on until the user resumes it.")
            return
        if not view.enabled:
            self._fail("The user switched this server off.")
            return
        try:
            link = self._link = core.link(view)
        except DoorkeepError as error:
            self._fail(str(error))
            return
        members: dict[str, Any] = dict(_members(params or b"{}"))
        for name in _OURS:
            members.pop(name, None)
        members["_meta"] = msgspec.Raw(eras.child_meta(client))
        self._number = link.next_id()
        link.request(self._number, self._method, wire.encode(members), self)
        core.deadlines.add(self, FORWARD_SECONDS)

    def answered(self, message: wire.Message) -> None:
        """The server's answer, in the client's era."""
        if message.error:
            error = _read_error(message.error)
            self._end(wire.error_line(self._id, error.code, error.message, bytes(error.data)))
            return
        result = bytes(message.result)
        limit = self._session.core.file.settings.limits.result_bytes
        if len(result) > limit:
            self._fail(
                f"The answer has {len(result)} bytes; the limit is {limit} (result_bytes in Doorkeep's settings)."
            )
            return
        try:
            self._end(wire.result_line(self._id, eras.fitted(result, self._modern, self._method)))
        except msgspec.DecodeError:
            self._fail("The server answered something that is no result.")

    def progressed(self, progress: Progress) -> None:
        """Nobody asked for it: no progress token is passed on."""

    def interrupted(self, result: bytes) -> None:
        """Servers of ours have no questions."""

    def gone(self, words: str) -> None:
        """The server ended first."""
        self._link = None
        self._fail(words)

    def late(self) -> None:
        """It took too long."""
        self._stop_server()
        self._fail(f"The server did not answer within {FORWARD_SECONDS} s.")

    def cancel(self) -> None:
        """The client takes it back, or is gone."""
        self._stop_server()
        self._end(b"")

    def _stop_server(self) -> None:
        if self._link is not None:
            self._link.forget(self._number)
            self._link.cancel(self._number)

    def _fail(self, words: str) -> None:
        self._end(wire.error_line(self._id, wire.INTERNAL_ERROR, words))

    def _end(self, line: bytes) -> None:
        if self._over:
            return
        self._over = True
        self._session.core.deadlines.drop(self)
        self._session.forget(self._id)
        if line:
            self._session.send(line)


def empty(method: str, modern: bool) -> bytes:
    """The answer of a server that has none of what is asked for (schema 2026-07-28, `CacheableResult`, for lists)."""
    body = EMPTY[method]
    if not modern:
        return b"{" + body + b"}"
    cached = b',"ttlMs":60000,"cacheScope":"private"' if method.endswith("/list") else b""
    return b'{"resultType":"complete",' + body + cached + b"}"
