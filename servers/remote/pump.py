"""The remote server as a stdio server: lines of the client's go upstream, messages of the server's come down as lines.

No header or token is written anywhere. What the remote server says can never be taken for a private request of ours.
"""

from __future__ import annotations

from typing import Any

import anyio
import anyio.abc

from servers.remote import lines
from servers.remote.asking import Gateway
from servers.remote.credentials import Credentials
from servers.remote.told import Told
from servers.remote.upstream import Upstream
from servers.runtime import wire

MOST_WAITING = 2048
"""Messages of the client's that were not sent yet."""


async def serve(told: Told, gateway: Gateway, credentials: Credentials) -> None:
    """Serve stdin and stdout until stdin ends."""
    upstream = Upstream(told, _pass_down, credentials, gateway)
    put, take = anyio.create_memory_object_stream[dict[str, Any]](MOST_WAITING)

    async def send_all(tasks: anyio.abc.TaskGroup) -> None:
        async for message in take:
            await upstream.send(message, tasks)

    async with anyio.create_task_group() as tasks, put, take:
        tasks.start_soon(send_all, tasks)
        while line := await lines.next_line():  # never waits for the remote server: the gateway's answers come here too
            message = lines.parsed(line)
            if message is None or gateway.answered(message):
                continue
            try:
                put.send_nowait(message)
            except anyio.WouldBlock:
                _refuse(message)
        tasks.cancel_scope.cancel()


def _refuse(message: dict[str, Any]) -> None:
    if "method" in message and message.get("id") is not None:
        words = "Too many requests wait for the remote server."
        lines.write_line(wire.error_line(message["id"], wire.INTERNAL_ERROR, words))


def _pass_down(message: dict[str, Any]) -> None:
    """A message of the remote server's, unless it takes words that are the gateway's and ours alone."""
    method = message.get("method")
    private = isinstance(method, str) and method.startswith("doorkeep/")
    asked = method is not None and str(message.get("id", "")).startswith(wire.PRIVATE)
    if not private and not asked:
        message.pop("doorkeep", None)
        lines.write(message)
