"""The connection to a remote server: Streamable HTTP, else the old SSE; made when it is needed, made again after it broke.

A message of the client's is sent once: what may have arrived is never sent again. Every request gets an answer.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, cast

import anyio
import anyio.abc
import httpx2
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import ClientMessageMetadata, SessionMessage
from mcp.types import JSONRPCMessage, jsonrpc_message_adapter

from servers.remote import failures
from servers.remote.asking import Gateway, RefusalError
from servers.remote.credentials import Credentials
from servers.remote.stamping import Stamps
from servers.remote.told import Told, UntoldError, allowed, filled, names_in
from servers.runtime import wire

CONNECT_SECONDS = 30.0
READ_SECONDS = 300.0
BACKOFF = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between two connections after so many failures in a row."""
STALE = (400, 404, 405)
"""What a server of the old transport answers to a POST (2025-11-25, Transports §Backwards Compatibility)."""
Send = Callable[[SessionMessage], Awaitable[None]]
_NO_ANSWER = "Server returned an error response"
_NOT_FOUND = "Not Found"
"""How the SDK's transport tells that a request was not let in, or has no such place."""
GONE = 404


class Upstream:
    """`heard` gets every message of the server's, as a JSON object. Used from one event loop."""

    def __init__(
        self, told: Told, heard: Callable[[dict[str, Any]], None], credentials: Credentials, gateway: Gateway
    ) -> None:
        self.host = httpx2.URL(told.url).host
        self._told = told
        self._credentials = credentials
        self._gateway = gateway
        self._heard = heard
        self._stamps = Stamps()
        self._old_transport = httpx2.URL(told.url).path.rstrip("/").endswith("/sse")
        self._send: Send | None = None
        self._waiting: dict[wire.RequestId, dict[str, Any]] = {}
        """Requests without an answer, by their ids."""
        self._twice: set[wire.RequestId] = set()
        """Those that were sent a second time, since nothing had come of the first."""
        self._over = anyio.Event()
        """Set when the connection has ended."""
        self._greeted = anyio.Event()
        """Set when the handshake that was repeated is answered."""
        self._one_by_one = anyio.Lock()
        self._opening: list[dict[str, Any]] = []
        self._statuses: dict[wire.RequestId, int] = {}
        self._failures = 0
        self._not_before = 0.0
        self._swallow: wire.RequestId | None = None
        self._last_words = ""
        self._scope: anyio.CancelScope | None = None
        self._tasks: anyio.abc.TaskGroup | None = None
        self._unproven: dict[str, Any] | None = None
        """The first request of all, until anything came of it: it may have to go by the old transport."""
        self._proven = False

    async def send(self, message: dict[str, Any], tasks: anyio.abc.TaskGroup) -> None:
        """Pass one message of the client's on. A request that cannot be sent is answered with an error that says why."""
        if message.get("method") in ("initialize", "notifications/initialized"):
            first = self._opening[:1] if message.get("method") != "initialize" else []
            self._opening = [*first, message]
        async with self._one_by_one:  # nothing goes between a new connection's handshake and what it was made for
            over, taken = await self._try(message, tasks)
        if taken:
            return
        await over.wait()
        id_ = message["id"]
        if id_ in self._twice:
            self._answer_with(message, self._words())
            return
        self._twice.add(id_)
        await self.send(message, tasks)

    async def _try(self, message: dict[str, Any], tasks: anyio.abc.TaskGroup) -> tuple[anyio.Event, bool]:
        """Send it, or answer it. False where the connection was about to end and took nothing any more, with the event of its end."""
        id_ = message.get("id")
        again = id_ in self._waiting
        if self._send is None:
            await self._open(tasks, message)
        if self._send is None:
            if not again:  # one that is sent once more was answered when the connection failed
                self._answer_with(message, self._words())
            return self._over, True
        self._tasks, over = tasks, self._over
        if "method" in message and id_ is not None:
            self._waiting[id_] = message
            if not self._proven and not self._old_transport and self._unproven is None:
                self._unproven = message
        headers = self._stamps.headers(message)
        metadata = ClientMessageMetadata(headers=headers) if headers else None
        parsed = jsonrpc_message_adapter.validate_python(message, by_name=False)
        try:
            await self._send(SessionMessage(parsed, metadata))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return over, id_ is None or self._waiting.pop(id_, None) is None
        return over, True

    async def _open(self, tasks: anyio.abc.TaskGroup, first: dict[str, Any]) -> None:
        if anyio.current_time() < self._not_before:
            return
        self._stamps.forget()
        await tasks.start(self._hold)
        if self._send is not None and self._opening and first.get("method") != "initialize":
            await self._greet_again(first)

    async def _greet_again(self, first: dict[str, Any]) -> None:
        """The server knows nothing of a session that broke: repeat the client's handshake, whose answer it has already."""
        for message in self._opening:
            if message is first or self._send is None:
                continue
            if message.get("method") == "initialize":
                self._swallow, self._greeted = message.get("id"), anyio.Event()
            with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await self._send(SessionMessage(jsonrpc_message_adapter.validate_python(message, by_name=False)))
            if message.get("method") == "initialize":  # its answer names the session that all else belongs to
                with anyio.move_on_after(CONNECT_SECONDS):
                    await self._greeted.wait()

    async def _hold(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """One connection's life."""
        scope = self._scope = anyio.CancelScope()
        over = self._over = anyio.Event()
        words = f"The connection to {self.host} broke: it was ended there. Try again."
        own: Send | None = None
        try:
            with scope:
                async with self._connected() as (reading, own):
                    self._send = own
                    task_status.started()
                    async for item in reading:
                        if not isinstance(item, Exception):  # else an event that is no message: its log has it
                            self._take(item.message)
        except (RefusalError, UntoldError) as error:  # nothing was tried: it can be tried again at once
            words, self._failures = str(error), 0
            self._old_transport = self._old_transport and self._proven
        except Exception as error:  # whatever the network does, the client gets words
            words = self._credentials.last_words if _is_401(error) else ""
            words = words or failures.of_error(error, self.host)
        if self._send is own:
            self._send = None
        if not scope.cancel_called:
            self._broke(words)
        over.set()
        if self._over is over:
            self._greeted.set()
        if own is None:
            self._old_transport = self._old_transport and self._proven
            task_status.started()

    def _broke(self, words: str) -> None:
        self._failures += 1
        self._not_before = anyio.current_time() + BACKOFF[min(self._failures, len(BACKOFF)) - 1]
        self._last_words = words
        for id_ in list(self._waiting):
            self._refuse(id_, words)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncGenerator[tuple[Any, Send], None]:
        auth = await self._credentials.open()
        url = filled(self._told.url, await self._gateway.secrets(names_in(self._told.url)))
        if not allowed(url):
            raise UntoldError("The address has to be https://…; http:// only on this computer.")
        timeout = httpx2.Timeout(CONNECT_SECONDS, read=READ_SECONDS)
        if self._old_transport:
            async with sse_client(url, timeout=CONNECT_SECONDS, sse_read_timeout=READ_SECONDS, auth=auth) as (
                reading,
                writing,
            ):
                yield reading, writing.send
            return
        hooks = {"response": [self._noted]}
        async with (
            httpx2.AsyncClient(auth=auth, timeout=timeout, event_hooks=hooks) as client,
            streamable_http_client(url, http_client=client, max_sse_event_size=wire.MAX_LINE) as (
                reading,
                writing,
            ),
        ):
            yield reading, writing.send

    async def _noted(self, response: httpx2.Response) -> None:
        """Keep the status of a request that failed: the transport's own error does not tell it."""
        if response.status_code < 400 or response.request.method != "POST":
            return
        with contextlib.suppress(ValueError, httpx2.RequestNotRead):
            id_ = json.loads(response.request.content).get("id")
            if id_ in self._waiting:
                self._statuses[id_] = response.status_code

    def _take(self, parsed: JSONRPCMessage) -> None:
        message: dict[str, Any] = parsed.model_dump(by_alias=True, mode="json", exclude_unset=True)
        self._stamps.learn(message)
        id_ = message.get("id")
        if "method" not in message and id_ is not None:
            if id_ == self._swallow and id_ not in self._waiting:
                self._swallow = None
                self._greeted.set()
                return
            status = self._statuses.pop(id_, 0)
            if status in STALE and self._turn_to_the_old_transport():
                return
            error = cast("dict[str, Any]", message.get("error") or {})
            words = self._credentials.words.pop(id_, "")
            if status == GONE and self._forgot(error) and self._begin_anew(id_):
                return
            self._waiting.pop(id_, None)
            self._twice.discard(id_)
            if status and error and (words or error.get("message") in (_NO_ANSWER, _NOT_FOUND)):
                error["message"] = words or failures.of_status(status, self.host)
            else:
                self._failures, self._proven, self._unproven = 0, True, None
        self._heard(message)

    def _turn_to_the_old_transport(self) -> bool:
        """The very first request was answered as a server of before 2025-03-26 answers it: send it there the old way."""
        first, self._unproven = self._unproven, None
        if first is None or self._scope is None or self._tasks is None:
            return False
        self._old_transport, self._send = True, None
        self._scope.cancel()
        self._tasks.start_soon(self.send, first, self._tasks)
        return True

    def _forgot(self, error: dict[str, Any]) -> bool:
        """Whether a 404 means that the session is over (2025-11-25, Transports §Session Management), and not an unknown method."""
        return bool(self._opening) and self._proven and error.get("code") != wire.METHOD_NOT_FOUND

    def _begin_anew(self, id_: wire.RequestId) -> bool:
        """The server has forgotten the session, so it has done nothing: connect anew, and send the request there, once."""
        message = self._waiting.get(id_)
        if message is None or id_ in self._twice or self._scope is None or self._tasks is None:
            return False
        self._twice.add(id_)
        self._send = None
        self._scope.cancel()
        self._tasks.start_soon(self.send, message, self._tasks)
        return True

    def _words(self) -> str:
        wait = self._not_before - anyio.current_time()
        again = f" It is tried again in {wait:.0f} s." if wait >= 1 else ""
        return f"{self._last_words or f'{self.host} cannot be reached.'}{again}"

    def _answer_with(self, message: dict[str, Any], words: str) -> None:
        if "method" in message and message.get("id") is not None:
            self._waiting[message["id"]] = message
            self._refuse(message["id"], words)

    def _refuse(self, id_: wire.RequestId, words: str) -> None:
        self._twice.discard(id_)
        if self._waiting.pop(id_, None):
            self._heard({"jsonrpc": "2.0", "id": id_, "error": {"code": wire.INTERNAL_ERROR, "message": words}})


def _is_401(error: BaseException) -> bool:
    return any(
        isinstance(one, httpx2.HTTPStatusError) and one.response.status_code == 401 for one in failures.flat(error)
    )
