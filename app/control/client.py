"""The near end of the local socket, for the tray and the command line: controls, events, and tool calls by hand.

Blocking, with a bound on every wait. Nothing here starts a gateway but `ensure_gateway`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, Self

import msgspec

from app.bridge.home import address, check_socket_folder, stopped_mark
from app.bridge.releases import is_older
from app.control.frames import FRAMES, Hello, hello_line, read_welcome
from app.control.messages import Joined
from app.core.errors import DoorkeepError, GatewayUnreachableError
from app.version import VERSION
from servers.runtime import wire

CALL_SECONDS = 30.0
START_SECONDS = 15.0
REPLACE_SECONDS = 45.0
"""An older gateway may take 16 s to leave in good order, and is ended by force after 25."""
LOOK_SECONDS = 0.1
"""How soon a request hears that nobody wants its answer any more."""
LINE_MOST = 256 * 1024 * 1024
"""Bytes. The gateway bounds what it sends; this only keeps a broken one from filling the memory."""


class Stream(Protocol):
    """A connection to the gateway."""

    def send(self, line: bytes, /) -> None: ...

    def receive(self, seconds: float | None, /) -> bytes:
        """The next bytes; empty at the end. Raises TimeoutError."""
        ...

    def close(self) -> None: ...


def open_stream(home: str) -> Stream:
    """Raises OSError where nobody listens."""
    import sys

    if sys.platform == "win32":
        from app.control.windows_stream import open_pipe

        return open_pipe(home)
    from app.control.posix_stream import SocketStream

    return SocketStream(address(home))


class Connection:
    """Lines to and from the gateway, after the hello. Raises GatewayUnreachableError where it fails or ends."""

    def __init__(self, home: str, hello: Hello) -> None:
        self.home = home
        wrong = check_socket_folder(address(home))
        if wrong:
            raise GatewayUnreachableError(f"The gateway's socket is not to be trusted: {wrong}.", "", "Remove it.")
        try:
            self._stream = open_stream(home)
        except OSError:
            raise unreachable(home) from None
        self._buffer = bytearray()
        try:
            self.send(hello_line(hello))
            welcome = read_welcome(self.line(CALL_SECONDS))
        except msgspec.MsgspecError:
            self.close()
            raise GatewayUnreachableError(
                "What listens at the gateway's door is no gateway.", "", "Is it of another release? Restart Doorkeep."
            ) from None
        except BaseException:
            self.close()
            raise
        if welcome.error is not None:
            self.close()
            raise GatewayUnreachableError(welcome.error.title, welcome.error.detail, welcome.error.fix)
        self.version = welcome.version
        self.pid = welcome.pid

    def send(self, line: bytes) -> None:
        """Send whole lines."""
        try:
            self._stream.send(line)
        except OSError:  # a refusal may wait to be read
            if not self._buffer:
                self._fill(CALL_SECONDS)

    def line(self, seconds: float | None) -> bytes:
        """The next line, without its newline. Raises TimeoutError after `seconds`."""
        end = None if seconds is None else time.monotonic() + seconds
        start = 0
        while True:
            found = self._buffer.find(b"\n", start)
            if found >= 0:
                line = bytes(self._buffer[:found])
                del self._buffer[: found + 1]
                return line
            start = len(self._buffer)
            if start > LINE_MOST:
                raise GatewayUnreachableError("The gateway sent a line without end.", "", "Restart Doorkeep.")
            self._fill(None if end is None else max(0.0, end - time.monotonic()))

    def close(self) -> None:
        """End it."""
        self._stream.close()

    def _fill(self, seconds: float | None) -> None:
        try:
            chunk = self._stream.receive(seconds)
        except TimeoutError:
            raise
        except OSError:
            chunk = b""
        if not chunk:
            raise GatewayUnreachableError(
                "The gateway ended.", "What was asked of it may or may not have been done.", "`doorkeep status` tells."
            )
        self._buffer += chunk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class ControlClient(Connection):
    """Control calls and events."""

    def __init__(self, home: str) -> None:
        super().__init__(home, Hello(FRAMES, "control"))
        self._next = 0
        self._events: list[Joined] = []

    @classmethod
    def connect(cls, home: str) -> ControlClient:
        """A control connection. Raises GatewayUnreachableError."""
        return cls(home)

    def call(self, name: str, /, seconds: float = CALL_SECONDS, **with_: Any) -> dict[str, Any]:
        """One control call (app.control.messages). Raises DoorkeepError with the gateway's words."""
        self._next += 1
        self.send(msgspec.json.encode({"id": self._next, "call": name, "with": with_}) + b"\n")
        end = time.monotonic() + seconds
        while True:
            try:
                answer = _joined(self.line(max(0.0, end - time.monotonic())))
            except TimeoutError:
                raise GatewayUnreachableError(
                    f"The gateway did not answer within {seconds:.0f} s.", "", "`doorkeep doctor` may say why."
                ) from None
            if answer.event:
                self._events.append(answer)
            elif answer.id in (self._next, 0):
                if answer.error is not None:
                    raise DoorkeepError(answer.error.title, answer.error.detail, answer.error.fix)
                return answer.ok

    def events(self, seconds: float | None = None) -> Iterator[Joined]:
        """What happens from now on (app.control.messages.Event); ends when nothing came for `seconds`."""
        self.call("follow")
        while True:
            while self._events:
                yield self._events.pop(0)
            try:
                found = _joined(self.line(seconds))
            except TimeoutError:
                return
            if found.event:
                self._events.append(found)


class RequestError(DoorkeepError):
    """The answer was a JSON-RPC error; `code` is its code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class SessionClient(Connection):
    """A small client of revision 2026-07-28, named doorkeep, for calls by hand."""

    def __init__(self, home: str, server: str) -> None:
        super().__init__(home, Hello(FRAMES, "session", server=server, ppid=os.getppid()))
        self._next = 0

    def request(
        self, method: str, params: dict[str, Any], seconds: float, unwanted: Callable[[], bool] | None = None
    ) -> dict[str, Any]:
        """The result of one request. Raises RequestError, or DoorkeepError when `seconds` are over or it is `unwanted`."""
        self._next += 1
        meta = {
            wire.META_VERSION: wire.MODERN,
            wire.META_CAPABILITIES: {},
            wire.META_CLIENT: {"name": "doorkeep", "version": VERSION},
        }
        self.send(wire.request_line(self._next, method, msgspec.json.encode({**params, "_meta": meta})))
        end = time.monotonic() + seconds
        while True:
            try:
                left = max(0.0, end - time.monotonic())
                message = wire.decode(self.line(left if unwanted is None else min(left, LOOK_SECONDS)))
            except TimeoutError:
                if unwanted is not None and unwanted():
                    self._withdraw("nobody waits for it any more")
                    raise DoorkeepError("The call was cancelled.", "What it had done by then stays done.") from None
                if unwanted is not None and time.monotonic() < end:
                    continue
                self._withdraw("took too long")
                raise DoorkeepError(f"{method} took more than {seconds:.0f} s and was cancelled.") from None
            except msgspec.DecodeError:
                continue
            if message.method is msgspec.UNSET and message.id == self._next:
                if bytes(message.error):
                    error = msgspec.json.decode(message.error, type=wire.ErrorObject)
                    raise RequestError(error.code, error.message)
                return msgspec.json.decode(message.result)

    def call_tool(
        self,
        name: str,
        arguments: dict[str, Any],
        seconds: float = 300.0,
        unwanted: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        """`tools/call`: the result as it came (schema 2026-07-28, `CallToolResult`)."""
        return self.request("tools/call", {"name": name, "arguments": arguments}, seconds, unwanted)

    def list_tools(self, seconds: float = CALL_SECONDS) -> list[dict[str, Any]]:
        """`tools/list`, all pages."""
        tools: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        for _ in range(1000):
            result = self.request("tools/list", cursor, seconds)
            tools += result.get("tools", [])
            if not result.get("nextCursor"):
                break
            cursor = {"cursor": result["nextCursor"]}
        return tools

    def _withdraw(self, reason: str) -> None:
        """Tell the server that the request under way is not wanted any more (`notifications/cancelled`)."""
        cancelled = msgspec.json.encode({"requestId": self._next, "reason": reason})
        self.send(wire.notification_line("notifications/cancelled", cancelled))


def _joined(line: bytes) -> Joined:
    try:
        return msgspec.json.decode(line, type=Joined)
    except msgspec.MsgspecError:
        raise GatewayUnreachableError(
            "The gateway said something that this release does not understand.", "", "Restart Doorkeep."
        ) from None


def unreachable(home: str) -> GatewayUnreachableError:
    """Nobody answers: in words that fit the reason."""
    newer = _unfit(home)
    if newer is not None:
        return newer
    if os.path.exists(stopped_mark(home)):
        return GatewayUnreachableError(
            "Doorkeep is stopped.", "You stopped it, so nothing starts it by itself.", "Run `doorkeep gateway`."
        )
    return GatewayUnreachableError("No gateway is running.", f"Its home is {home}.", "Run `doorkeep gateway`.")


def newer_serves(version: str) -> str:
    """What to say where the gateway is of a newer release than this program; empty where it is not. It is never replaced."""
    if not is_older(VERSION, version):
        return ""
    return (
        f"Doorkeep {version} serves this home already, and this is the older release {VERSION}: it does not take its place. "
        "To go back to it, run `doorkeep stop` first; it may refuse files that the newer release has written."
    )


def _unfit(home: str) -> GatewayUnreachableError | None:
    """Why no gateway of this release can ever serve the home, if that is so."""
    from app.core.form import check

    try:
        check(home)
    except DoorkeepError as error:
        return GatewayUnreachableError(error.title, error.detail, error.fix)
    return None


def settled(home: str) -> None:
    """Return when a running gateway lives by the settings as they lie on disk now; none running is fine.

    Raises DoorkeepError where the gateway could not accept them.
    """
    try:
        with ControlClient(home) as control:
            answer = control.call("settings")
    except GatewayUnreachableError:
        return
    error = answer.get("error")
    if error:
        raise DoorkeepError(error["title"], error.get("detail", ""), error.get("fix", ""))


def ensure_gateway(home: str, seconds: float = START_SECONDS) -> ControlClient:
    """A control connection to a gateway that is started if need be, unless the user stopped it.

    One of an older release is asked to make way for one of the version in force; where it stays after all, it is the answer.
    """
    from app.bridge.launch import replace_gateway, start_gateway

    try:
        found = ControlClient(home)
    except GatewayUnreachableError:
        if os.path.exists(stopped_mark(home)) or _unfit(home) is not None:
            raise
        start_gateway(home)
    else:
        if not is_older(found.version, VERSION):
            return found
        found.close()
        replace_gateway(home)
        seconds = max(seconds, REPLACE_SECONDS)
    end = time.monotonic() + seconds
    while True:
        late = time.monotonic() > end
        try:
            found = ControlClient(home)
        except GatewayUnreachableError:
            if late:
                raise
        else:
            if late or not is_older(found.version, VERSION):
                return found
            found.close()
        time.sleep(0.02)
