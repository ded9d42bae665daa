"""What one process for a remote server does: serve until stdin ends, or sign in or out and end. The line to the gateway is stdin
and stdout in each case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from servers.remote import credentials, lines
from servers.remote.asking import Gateway, RefusalError
from servers.remote.pump import serve
from servers.remote.told import Told, UntoldError


async def stdio(told: Told, headers: dict[str, str] | None) -> None:
    """Serve. `headers`: themselves, where no gateway keeps secrets."""
    gateway = Gateway(lines.write)
    opens = credentials.Sent(told, gateway, headers) if headers is not None else credentials.of(told, gateway)
    await serve(told, gateway, opens)


async def sign_in(told: Told) -> int:
    """Sign in, tell the gateway what came of it; gives the exit status."""
    from servers.remote.signing_in import SignInError
    from servers.remote.signing_in import sign_in as do

    async def deed(gateway: Gateway) -> dict[str, Any]:
        try:
            return {"words": await do(told, gateway)}
        except SignInError as error:
            raise RefusalError(str(error)) from None

    return await _do(deed)


async def sign_out(told: Told) -> int:
    """Sign out, tell the gateway what came of it; gives the exit status."""
    from servers.remote.signing_out import sign_out as do

    async def deed(gateway: Gateway) -> dict[str, Any]:
        revoked, words = await do(told, gateway)
        return {"words": words, "revoked": revoked}

    return await _do(deed)


async def _do(deed: Callable[[Gateway], Awaitable[dict[str, Any]]]) -> int:
    """One deed, while the gateway's answers are read; the gateway's end is its end too."""
    gateway = Gateway(lines.write)
    status = 1

    async def listen(whole: anyio.CancelScope) -> None:
        while line := await lines.next_line():
            message = lines.parsed(line)
            if message is not None:
                gateway.answered(message)
        whole.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, tasks.cancel_scope)
        try:
            gateway.tell("doorkeep/signed", await deed(gateway))
            status = 0
        except (RefusalError, UntoldError) as error:
            gateway.tell("doorkeep/not_signed", {"words": str(error)})
        tasks.cancel_scope.cancel()
    return status
