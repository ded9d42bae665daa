"""What a server of others tells without being asked: to whom it goes, and in which era's form.

Its tools are the exception: what it says of them is compared with what the user accepted before any client hears of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.gateway.backchannel import PRIVATE
from app.gateway.eras import progress_line
from app.gateway.links import Progress
from app.gateway.streams import TOOLS
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.upstream import Upstream

_FOR_LISTENERS = ("notifications/resources/", "notifications/prompts/", "notifications/subscriptions/")


class _Heard(msgspec.Struct, rename="camel"):
    """Parameters of `notifications/progress` from a stranger, who may write null for what there is not."""

    progress_token: int | str
    progress: float
    total: float | None = None
    message: str | None = None


_read_progress = msgspec.json.Decoder(_Heard).decode


def told(upstream: Upstream, message: wire.Message, line: bytes) -> None:
    """One notification. Raises `msgspec.DecodeError` for one that makes no sense."""
    method = str(message.method)
    session = upstream.session
    if method.startswith(PRIVATE):
        return
    if method == TOOLS:
        upstream.check_tools()
    elif method == "notifications/progress":
        _progressed(upstream, message, line)
    elif upstream.modern != session.legacy:
        session.send(line + b"\n")
    elif method.startswith(_FOR_LISTENERS):
        upstream.on_notice(message)
    elif method == "notifications/message":
        if upstream.log_level:
            session.send(line + b"\n")
    elif not method.startswith("notifications/tasks"):
        session.send(line + b"\n")


def _progressed(upstream: Upstream, message: wire.Message, line: bytes) -> None:
    heard = _read_progress(message.params)
    progress = Progress(heard.progress_token, heard.progress)
    if heard.total is not None:
        progress.total = heard.total
    if heard.message is not None:
        progress.message = heard.message
    for owed in upstream.owed.values():
        if owed.token != progress.progress_token:
            continue
        if owed.shown_token is not msgspec.UNSET:
            _under_another_token(upstream, owed.shown_token, progress)
            return
        if owed.call is not None and owed.call.was_told:
            owed.awaiting.progressed(progress)  # it may only ever grow, and the door has spoken already
            return
    upstream.session.send(line + b"\n")


def _under_another_token(upstream: Upstream, token: str | int | None, progress: Progress) -> None:
    """The client came back with an answer under another token than the server knows."""
    if token is not None:
        total = None if progress.total is msgspec.UNSET else progress.total
        text = "" if progress.message is msgspec.UNSET else progress.message
        upstream.session.send(progress_line(token, progress.progress, total, text))
