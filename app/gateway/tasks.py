"""Work that a server of others makes a task of, awaited for a client of the other era, to which it is an ordinary call.

The older revisions let the client make a task of a call, and some tools cannot be called otherwise (schema 2025-11-25, `Task`,
`ToolExecution`); the modern one leaves that to the server, as the extension `io.modelcontextprotocol/tasks`. Within an era tasks
pass as they are and nothing here is used. No task is left working once nobody waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.gateway.limits import Timer
from app.gateway.links import Progress
from app.gateway.translation import InputRequest, Members
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.greeting import Greeted
    from app.gateway.owing import Owed
    from app.gateway.upstream import Upstream

EXTENSION = "io.modelcontextprotocol/tasks"
POLL_SECONDS = 1.0
"""Between two looks at a modern task, where the server wishes nothing else; its wish counts within the bounds below."""
SHORTEST_POLL, LONGEST_POLL = 0.1, 60.0


class _Execution(msgspec.Struct, rename="camel"):
    task_support: str = ""


class _Tool(msgspec.Struct):
    name: str
    execution: _Execution = msgspec.field(default_factory=_Execution)


class _Task(msgspec.Struct, rename="camel"):
    """`Task` of the extension, with what its states add; `CreateTaskResult` is one too."""

    task_id: str
    status: str = ""
    status_message: str = ""
    poll_interval_ms: float = POLL_SECONDS * 1000
    result: msgspec.Raw = wire.NO_RAW
    error: msgspec.Raw = wire.NO_RAW
    input_requests: dict[str, InputRequest] = {}
    result_type: str = ""


class _Made(msgspec.Struct):
    """`CreateTaskResult` of 2025-11-25."""

    task: _Task


class _Awaited(msgspec.Struct):
    """A task that stands for a client's open call."""

    id: wire.RequestId
    owed: Owed
    task_id: str
    asked: set[str]
    """The task's questions that the client was given; a key is never used for another one."""
    timer: Timer | None = None


_read_tool = msgspec.json.Decoder(_Tool).decode
_read_task = msgspec.json.Decoder(_Task).decode
_read_made = msgspec.json.Decoder(_Made).decode
_read_name = msgspec.json.Decoder(str).decode


class Tasks:
    """Of one session's upstream."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._of: dict[wire.RequestId, _Awaited] = {}
        """By the client's request."""
        self._needed: set[str] = set()
        """Tools of a legacy server that can only be called as tasks."""
        self._extended = False
        """The modern server may answer a call with a task."""

    def learn(self, found: Greeted) -> None:
        """What the server, just greeted, does with tasks."""
        self._extended = found.modern and EXTENSION in found.capabilities.get("extensions", {})
        may = not found.modern and "tasks" in found.capabilities
        self._needed = {name for tool in found.tools if may and (name := _needing(tool))}

    def offered(self, capabilities: Members) -> Members:
        """A legacy client's capabilities for a modern server: tasks are awaited here."""
        if not self._extended:
            return capabilities
        return {**capabilities, "extensions": {**capabilities.get("extensions", {}), EXTENSION: {}}}

    def augmented(self, params: Members, method: str) -> Members:
        """A modern client's parameters for a legacy server, as a task where the tool cannot be called otherwise."""
        return {**params, "task": {}} if method == "tools/call" and self._is_needed(params) else params

    def began(self, id_: wire.RequestId, owed: Owed, message: wire.Message) -> bool:
        """Wait for the task that a call was answered with. False where the result is none."""
        if owed.method != "tools/call" or id_ in self._of:
            return False
        try:
            task = self._made(owed, bytes(message.result))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        if task is None:
            return False
        awaited = self._of[id_] = _Awaited(id_, owed, task.task_id, set())
        if self._upstream.modern:
            self._look_later(awaited, task)
        else:
            params = wire.encode({"taskId": task.task_id})
            self._upstream.send_again(
                id_, owed, "tasks/result", params
            )  # answered when the task is done, and not before
        return True

    def ended(self, id_: wire.RequestId) -> None:
        """The call has its answer."""
        self._stop(self._of.pop(id_, None))

    def dropped(self, id_: wire.RequestId) -> None:
        """Nobody waits for the call any more, nor for its task."""
        awaited = self._of.pop(id_, None)
        self._stop(awaited)
        if awaited is not None and self._upstream.alive:
            self._ask("tasks/cancel", {"taskId": awaited.task_id}, _Heedless())

    def server_gone(self) -> None:
        """The tasks went with it."""
        for awaited in self._of.values():
            self._stop(awaited)
        self._of.clear()

    # --

    def _is_needed(self, params: Members) -> bool:
        name = params.get("name")
        return bool(self._needed) and (_read_name(name) if isinstance(name, msgspec.Raw) else name) in self._needed

    def _made(self, owed: Owed, result: bytes) -> _Task | None:
        if self._upstream.modern:
            task = _read_task(result) if self._extended and b'"task"' in result else None
            return task if task is not None and task.result_type == "task" else None
        return _read_made(result).task if b'"taskId"' in result and self._is_needed(owed.params) else None

    def _ask(self, method: str, params: Members, awaiting: _Heedless) -> None:
        """A request of ours about a task; a modern server wants to be told each time what the client can do."""
        upstream = self._upstream
        params = upstream.in_modern_words(params) if upstream.modern else params
        upstream.request(upstream.next_id(), method, wire.encode(params), awaiting)

    def _look_later(self, awaited: _Awaited, task: _Task) -> None:
        wait = min(max(task.poll_interval_ms / 1000, SHORTEST_POLL), LONGEST_POLL)
        awaited.timer = self._upstream.core.loop.later(wait, lambda: self._look(awaited))

    def _look(self, awaited: _Awaited) -> None:
        if self._of.get(awaited.id) is awaited:
            self._ask("tasks/get", {"taskId": awaited.task_id}, _Look(self, awaited))

    def looked(self, awaited: _Awaited, message: wire.Message) -> None:
        """How a modern task stands."""
        if self._of.get(awaited.id) is not awaited:
            return
        if message.error:
            self._over(awaited, wire.Message(error=message.error))
            return
        try:
            task = _read_task(message.result)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._fail(awaited, "The server says nothing that makes sense of the task that it began.")
            return
        if task.status == "completed":
            self._over(awaited, wire.Message(result=task.result))
        elif task.status == "failed" and task.error:
            self._over(awaited, wire.Message(error=task.error))
        elif task.status in ("failed", "cancelled"):
            words = f": {task.status_message[:500]}" if task.status_message else "."
            self._fail(awaited, f"The server ended the task that it had begun ({task.status}){words}")
        elif not self._asks(awaited, task):
            self._look_later(awaited, task)

    def _asks(self, awaited: _Awaited, task: _Task) -> bool:
        """Whether the task waits for what the client has not been asked yet: then it is asked, and the look after that waits."""
        fresh = {key: one for key, one in task.input_requests.items() if key not in awaited.asked}
        if task.status != "input_required" or not fresh:
            return False
        awaited.asked.update(fresh)
        self._upstream.back.ask_client(
            awaited.id, awaited.owed, fresh, lambda answers: self._answered(awaited, task, answers)
        )
        return True

    def _answered(self, awaited: _Awaited, task: _Task, answers: dict[str, msgspec.Raw]) -> None:
        if self._of.get(awaited.id) is awaited:
            given = {key: msgspec.Raw(bytes(answer)) for key, answer in answers.items()}
            self._ask("tasks/update", {"taskId": awaited.task_id, "inputResponses": given}, _Heedless())
            self._look_later(awaited, task)

    def _over(self, awaited: _Awaited, message: wire.Message) -> None:
        self.ended(awaited.id)
        self._upstream.forget(awaited.id)
        awaited.owed.awaiting.answered(message)

    def _fail(self, awaited: _Awaited, words: str) -> None:
        self.ended(awaited.id)
        self._upstream.forget(awaited.id)
        awaited.owed.awaiting.gone(words)

    def _stop(self, awaited: _Awaited | None) -> None:
        if awaited is not None and awaited.timer is not None:
            awaited.timer.cancel()


class _Heedless:
    """A request of ours whose answer changes nothing."""

    def answered(self, message: wire.Message) -> None:
        """Nobody waits for it."""

    def progressed(self, progress: Progress) -> None:
        """There is none."""

    def gone(self, words: str) -> None:
        """The call itself is told."""

    def interrupted(self, result: bytes) -> None:
        """It has no questions."""


class _Look(_Heedless):
    def __init__(self, tasks: Tasks, awaited: _Awaited) -> None:
        self._tasks = tasks
        self._awaited = awaited

    def answered(self, message: wire.Message) -> None:
        """How it stands."""
        self._tasks.looked(self._awaited, message)


def _needing(tool: msgspec.Raw) -> str:
    """The name of a tool that can only be called as a task; empty for any other."""
    if b'"required"' not in bytes(tool):
        return ""
    try:
        found: Any = _read_tool(tool)
    except msgspec.DecodeError:
        return ""
    return found.name if found.execution.task_support == "required" else ""
