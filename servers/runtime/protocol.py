"""Both eras of MCP over one stream of messages: what a line asks for, and who answers it.

A request that carries its version in `_meta` is served by itself (2026-07-28); `initialize` opens the older way. Nothing here
reads or writes a descriptor. The gateway's private words exist only where it started the server: from anybody else
`doorkeep/policy` would be a way to grant oneself folders.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from servers.runtime import batches, completion, prompts, requests, resources, wire
from servers.runtime.answers import Answers
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ProtocolError, ToolError, log_bug
from servers.runtime.framing import TooLong, stated_id
from servers.runtime.gateway import Gateway
from servers.runtime.subscriptions import Subscriptions
from servers.runtime.tools import Tool, run_plan, run_tool

if TYPE_CHECKING:
    from servers.runtime.ground import Ground
    from servers.runtime.server import Server

Run = Callable[[Call, Any], bytes | None]
"""Does a request and gives the members of its result; None where it has no answer for now."""

_LISTS = ("tools/list", "prompts/list", "resources/templates/list")
_read_order = msgspec.json.Decoder(wire.CallOrder).decode
_read_initialize = msgspec.json.Decoder(requests.InitializeParams).decode


class Job:
    """A request whose answer may take time; `Protocol.work` does it, on any thread."""

    __slots__ = ("asked", "call", "run")

    def __init__(self, call: Call, run: Run, asked: Any) -> None:
        self.call = call
        self.run = run
        self.asked = asked


class Batch:
    """The jobs of one array, done one after the other, and what of it was answered at once."""

    __slots__ = ("answers", "jobs")

    def __init__(self, jobs: list[Job], answers: list[bytes]) -> None:
        self.jobs = jobs
        self.answers = answers


Opener = Callable[[wire.Message], Job | None]


class Protocol:
    """One peer's conversation. `open` is called by one thread at a time.

    `send` takes whole lines and does not wait; `send_now` is for those that must not wait for the end of a call.
    """

    def __init__(
        self, server: Server, ground: Ground, send: Callable[[bytes], object], send_now: Callable[[bytes], object]
    ) -> None:
        self._server = server
        self._ground = ground
        self._trusted = ground.trusted
        self._send = send
        self._send_now = send_now
        self._answers = Answers(server, signed=not ground.trusted)
        self._in_flight: dict[wire.RequestId, Call] = {}
        self._subscriptions = Subscriptions(server, ground, send_now)
        self._revision = ""
        self._read_call = msgspec.json.Decoder(requests.CallParams).decode
        self._read_listen = msgspec.json.Decoder(requests.ListenParams).decode
        self._read_params = msgspec.json.Decoder(requests.Params).decode
        self._openers: dict[str, Opener] = {
            "tools/call": self._open_tool,
            "initialize": self._initialize,
            "server/discover": self._discover,
            "ping": self._ping,
            "resources/list": self._feature(requests.Params, self._list_resources),
            "resources/read": self._feature(requests.ReadParams, resources.read),
            "prompts/get": self._feature(requests.PromptParams, prompts.get),
            "completion/complete": self._feature(requests.CompleteParams, completion.complete),
            "resources/subscribe": self._opener(requests.ReadParams, self._subscriptions.subscribe),
            "resources/unsubscribe": self._opener(requests.ReadParams, self._subscriptions.unsubscribe),
            "subscriptions/listen": self._listen,
            **dict.fromkeys(_LISTS, self._list),
        }
        if self._trusted:
            self._openers["doorkeep/plan"] = self._open_plan
            server.gateway = Gateway(send_now)

    # -- what came

    def open(self, line: bytes | TooLong) -> Job | Batch | None:
        """Answer a line at once, or give back the job that will. Never raises for what a peer may send."""
        try:
            message = wire.decode(line)  # pyright: ignore[reportArgumentType] - TooLong is not bytes, see below
        except (*requests.UNREADABLE, TypeError) as error:
            return self._unreadable(line, error)
        id_, method = message.id, message.method
        if id_ is UNSET or id_ is None or method is UNSET:
            self._without_answer(message)
            return None
        try:
            if message.jsonrpc != "2.0":
                raise ProtocolError(wire.INVALID_REQUEST, 'A request needs "jsonrpc":"2.0"')
            opener = self._openers.get(method)
            if opener is not None:
                return opener(message)
            requests.is_modern(requests.read(self._read_params, message.params).meta)
            raise ProtocolError(wire.METHOD_NOT_FOUND, f"Unknown method: {method[:100]}")
        except ProtocolError as error:
            self._send(wire.error_line(None if error.nameless else id_, error.code, error.message, error.data))
        except Exception as error:
            log_bug(error)
            self._send(wire.error_line(id_, wire.INTERNAL_ERROR, f"Internal error ({type(error).__name__})"))
        return None

    def _unreadable(self, line: bytes | TooLong, error: Exception) -> Batch | None:
        if isinstance(line, TooLong):
            words = f"A message of {line.size:,} bytes is too long"
            self._refuse(stated_id(line.head, line.tail), wire.INVALID_REQUEST, words)
        elif not line or line.isspace():
            pass
        elif line.lstrip()[:1] == b"[" and isinstance(error, msgspec.ValidationError):
            return self._open_batch(line)
        elif isinstance(error, msgspec.ValidationError):
            self._refuse(stated_id(line[:256], line[-256:]), wire.INVALID_REQUEST, f"Not a JSON-RPC message: {error}")
        elif isinstance(error, RecursionError):
            self._refuse(stated_id(line[:256], line[-256:]), wire.PARSE_ERROR, "The JSON is nested too deeply")
        else:
            self._refuse(stated_id(line[:256], line[-256:]), wire.PARSE_ERROR, f"Not JSON: {error}")
        return None

    def _open_batch(self, line: bytes) -> Batch | None:
        answers: list[bytes] = []
        jobs: list[Job] = []
        send, self._send = self._send, answers.append
        try:
            for message in batches.split(line, self._revision):
                job = self.open(message)
                if isinstance(job, Job):
                    jobs.append(job)
        except ProtocolError as error:
            answers[:] = []
            send(wire.error_line(None, error.code, error.message))
        finally:
            self._send = send
        if jobs:
            return Batch(jobs, answers)
        joined = batches.join(answers)
        if joined:
            send(joined)
        return None

    def _refuse(self, id_: int | str | None, code: int, words: str) -> None:
        """An error for a message that could not be read. An id in flight is not used: its call is still being answered."""
        self._send(wire.error_line(None if id_ in self._in_flight else id_, code, words))

    def _without_answer(self, message: wire.Message) -> None:
        """Notifications, and what looks like neither request nor notification."""
        method = message.method
        gateway = self._server.gateway
        if method is UNSET:
            if gateway is not None and gateway.answered(message):
                return
            if message.id is UNSET or not (message.result or message.error):
                self._send(wire.error_line(None, wire.INVALID_REQUEST, "Neither a request nor an answer"))
        elif message.id is None:
            self._send(wire.error_line(None, wire.INVALID_REQUEST, "A request's id must not be null"))
        elif method == "notifications/cancelled":
            self._cancelled(message.params)
        elif method == "doorkeep/policy" and self._trusted:
            try:
                self._ground.accept(message.params)
                self._subscriptions.folders_changed()
            except requests.UNREADABLE as error:
                sys.stderr.write(f"a policy could not be read: {error}\n")

    def _cancelled(self, params: msgspec.Raw) -> None:
        try:
            id_ = msgspec.json.decode(params, type=requests.CancelledParams).request_id
        except requests.UNREADABLE:
            return
        call = self._in_flight.get(id_)
        if call is not None:
            call.cancel()
        elif id_ in self._subscriptions:
            self._subscriptions.end(id_)

    def cancel_all(self) -> None:
        """The peer is gone: nobody wants the calls in flight any more."""
        for call in list(self._in_flight.values()):
            call.cancel()

    # -- the work

    def _begin(self, message: wire.Message, meta: requests.Meta | msgspec.UnsetType) -> Call:
        """The call of a request that does work. Raises ProtocolError where it must not begin."""
        id_: Any = message.id
        modern = requests.is_modern(meta)
        if id_ in self._in_flight or id_ in self._subscriptions:
            raise ProtocolError(wire.INVALID_REQUEST, f"The id {id_} is still in use by another request", nameless=True)
        order = None
        if self._trusted and message.doorkeep:
            order = requests.read(_read_order, message.doorkeep)
            if order.generation > self._ground.generation:
                words = f"This server knows policy {self._ground.generation}, not {order.generation}"
                raise ProtocolError(wire.STALE_POLICY, words)
        token = None if meta is UNSET or meta.token is UNSET else meta.token
        call = Call(id_, modern=modern, order=order, token=token, send=self._send_now)
        self._ground.equip(call)
        self._in_flight[id_] = call
        return call

    def work(self, job: Job | Batch) -> bytes:
        """Do a job; gives its answer line, or nothing where the client took the call back. Never raises."""
        if isinstance(job, Batch):
            return batches.join([*job.answers, *map(self.work, job.jobs)])
        call = job.call
        try:
            if call.cancelled:
                return b""
            body = job.run(call, job.asked)
            if body is None:
                return b""
            facts = _facts(call)
            return self._answers.line(
                call.id, body, modern=call.modern, doorkeep=b',"doorkeep":' + facts if facts else b""
            )
        except ProtocolError as error:
            return wire.error_line(call.id, error.code, error.message, error.data)
        except ToolError as error:
            call.refusal = error.refusal
            return wire.error_line(call.id, wire.INVALID_PARAMS, error.text, doorkeep=_facts(call))
        except Cancelled:
            return b""
        except Exception as error:
            log_bug(error)
            return wire.error_line(call.id, wire.INTERNAL_ERROR, f"Internal error ({type(error).__name__})")
        finally:
            self._in_flight.pop(call.id, None)

    def refuse(self, job: Job | Batch, words: str) -> bytes:
        """The answer to a job that will not be done."""
        if isinstance(job, Batch):
            return batches.join([*job.answers, *[self.refuse(one, words) for one in job.jobs]])
        self._in_flight.pop(job.call.id, None)
        return wire.error_line(job.call.id, wire.INTERNAL_ERROR, words)

    def _tool(self, name: str) -> Tool:
        tool = self._server.tools.get(name)
        if tool is None:
            names = ", ".join(self._server.tools)
            raise ProtocolError(wire.INVALID_PARAMS, f"Unknown tool: {name[:100]}. There are: {names}")
        return tool

    def _open_tool(self, message: wire.Message) -> Job:
        params = requests.read(self._read_call, message.params)
        call = self._begin(message, params.meta)
        try:
            return Job(call, run_tool, (self._tool(params.name), params.arguments))
        except ProtocolError:
            self._in_flight.pop(call.id, None)
            raise

    def _open_plan(self, message: wire.Message) -> Job:
        params = requests.read(self._read_call, message.params)
        return Job(self._begin(message, params.meta), run_plan, (self._tool(params.name), params.arguments))

    def _feature(self, params_type: type[requests.Params], run: Callable[[Server, Call, Any], bytes]) -> Opener:
        """The opener of a request that a feature of the server answers, outside of this room."""

        def run_it(call: Call, params: Any) -> bytes:
            return run(self._server, call, params)

        return self._opener(params_type, run_it)

    def _opener(self, params_type: type[requests.Params], run: Run) -> Opener:
        read = msgspec.json.Decoder(params_type).decode

        def open_it(message: wire.Message) -> Job:
            params = requests.read(read, message.params)
            return Job(self._begin(message, params.meta), run, params)

        return open_it

    def _list_resources(self, server: Server, call: Call, params: requests.Params) -> bytes:
        self._subscriptions.listed(call)
        return resources.listed(server, call, params)

    # -- what is answered at once

    def _initialize(self, message: wire.Message) -> None:
        asked = requests.read(_read_initialize, message.params).protocol_version
        self._revision = asked if asked in wire.LEGACY else wire.LEGACY[0]
        self._answer(message, self._answers.initialized(self._revision), modern=False)

    def _discover(self, message: wire.Message) -> None:
        self._need_modern(message)
        self._answer(message, self._answers.discovered(), modern=True)

    def _ping(self, message: wire.Message) -> None:
        if requests.is_modern(requests.read(self._read_params, message.params).meta):
            raise ProtocolError(wire.METHOD_NOT_FOUND, f"Revision {wire.MODERN} has no ping")
        self._answer(message, b"", modern=False)

    def _list(self, message: wire.Message) -> None:
        params = requests.read(self._read_params, message.params)
        modern = requests.is_modern(params.meta)
        if params.cursor is not UNSET:
            raise ProtocolError(wire.INVALID_PARAMS, "This cursor is not one of this list's, which has one page")
        self._answer(message, self._answers.listed(str(message.method), modern=modern), modern=modern)

    def _listen(self, message: wire.Message) -> Job:
        """2026-07-28, subscriptions/listen: acknowledged by a notification; its answer would be the end of the stream."""
        self._need_modern(message)
        params = requests.read(self._read_listen, message.params)
        return Job(self._begin(message, params.meta), self._subscriptions.listen, params)

    def _need_modern(self, message: wire.Message) -> None:
        if not requests.is_modern(requests.read(self._read_params, message.params).meta):
            words = f"{message.method} needs params._meta with {wire.META_VERSION} and {wire.META_CAPABILITIES}"
            raise ProtocolError(wire.INVALID_PARAMS, words)

    def _answer(self, message: wire.Message, body: bytes, *, modern: bool) -> None:
        id_: Any = message.id
        self._send(self._answers.line(id_, body, modern=modern))


def _facts(call: Call) -> bytes:
    """The member `doorkeep` of an answer, for the gateway alone."""
    if call.order is None:
        return b""
    return wire.encode(wire.CallFacts(call.touched, call.change_id, call.refusal))
