"""One request of a client to a server of others that is no call: passed on and back, whatever its method, in both eras.

They are not logged; a paused door passes none of them. Calls and reads of resources go by `app.gateway.calls`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import DoorkeepError
from app.gateway.forwarding import FORWARD_SECONDS
from app.gateway.links import Progress
from app.gateway.translation import Members
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.session import Session
    from app.gateway.upstream import Upstream

_read_error = msgspec.json.Decoder(wire.ErrorObject).decode


class Passage:
    """One request on its way. `lasting`: its answer is its end (`subscriptions/listen`)."""

    def __init__(
        self,
        session: Session,
        upstream: Upstream,
        id_: wire.RequestId,
        method: str,
        modern: bool,
        lasting: bool = False,
        then: Callable[[], None] | None = None,
    ) -> None:
        """`then` is called when the server has agreed, before the client is told."""
        self.method = method
        self._session = session
        self._upstream = upstream
        self._id = id_
        self._server_id = id_
        """The id under which the server has it: that of the client's first try."""
        self._modern = modern
        self._lasting = lasting
        self._then = then
        self._over = False

    @property
    def lasting(self) -> bool:
        """It stays open for notifications' sake."""
        return self._lasting

    def start(self, params: Members) -> None:
        """Send it, or say why not."""
        core = self._session.core
        if core.paused:
            self._fail("Doorkeep is paused: nothing is passed on until the user resumes it.")
        elif not core.view(self._session.server).enabled:
            self._fail("The user switched this server off.")
        else:
            try:
                self._upstream.ask(self._id, self.method, params, self, modern=self._modern, lasting=self._lasting)
            except DoorkeepError as error:
                self._fail(str(error))
                return
            if not self._lasting and not self._over:
                core.deadlines.add(self, FORWARD_SECONDS)

    def take_over(self, other: Passage) -> None:
        """This is the client's next try of a request that the server is at work on."""
        self._server_id = other._server_id
        self._upstream.owed[self._server_id].awaiting = self
        self._session.core.deadlines.add(self, FORWARD_SECONDS)

    def answered(self, message: wire.Message) -> None:
        """The server's answer, in the client's era."""
        try:
            if message.error:
                error = _read_error(message.error)
                self._end(wire.error_line(self._id, error.code, error.message, bytes(error.data)))
                return
            result = self._upstream.result(message, self.method, self._modern)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._fail("The server answered something that is no result.")
            return
        limit = self._session.core.file.settings.limits.result_bytes
        if len(result) > limit:
            self._fail(
                f"The answer has {len(result)} bytes; the limit is {limit} (result_bytes in Doorkeep's settings)."
            )
        else:
            if self._then is not None:
                self._then()
            self._end(wire.result_line(self._id, result))

    def progressed(self, progress: Progress) -> None:
        """Passed on as it came."""

    def interrupted(self, result: bytes) -> None:
        """The server has a question first: the client gets that, and comes again."""
        self._end(wire.result_line(self._id, result))

    def gone(self, words: str) -> None:
        """The server ended first, or cannot do it."""
        self._fail(words)

    def late(self) -> None:
        """It took too long."""
        self._upstream.cancel(self._server_id)
        self._fail(f"The server did not answer within {FORWARD_SECONDS} s.")

    def cancel(self) -> None:
        """The client takes it back, or is gone."""
        self._upstream.cancel(self._server_id)
        self._end(b"")

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
