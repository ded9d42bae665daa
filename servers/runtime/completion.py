"""Completion of template variables and prompt arguments while a person types (`completion/complete`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.runtime import wire
from servers.runtime.errors import ProtocolError

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.requests import CompleteParams, Reference
    from servers.runtime.resources import Complete
    from servers.runtime.server import Server

MAX_VALUES = 100
"""The most that one answer may hold (2026-07-28, CompleteResult)."""


def complete(server: Server, call: Call, params: CompleteParams) -> bytes:
    """The body of `completion/complete`: at most MAX_VALUES, and how many there are in all."""
    completers = _completers(server, params.ref)
    completer = completers.get(params.argument.name)
    values = list(completer(call, params.argument.value, params.context.arguments)) if completer is not None else []
    shown = {"values": values[:MAX_VALUES], "total": len(values), "hasMore": len(values) > MAX_VALUES}
    return b'"completion":' + wire.encode(shown)


def _completers(server: Server, ref: Reference) -> dict[str, Complete]:
    if ref.type == "ref/prompt":
        prompt = server.prompts.get(ref.name)
        if prompt is not None:
            return prompt.complete
        raise ProtocolError(wire.INVALID_PARAMS, f"Unknown prompt: {ref.name[:100]}")
    if ref.type == "ref/resource":
        for template in server.templates:
            if template.uri.text == ref.uri:
                return template.complete
        raise ProtocolError(wire.INVALID_PARAMS, f"Unknown resource template: {ref.uri[:200]}")
    raise ProtocolError(wire.INVALID_PARAMS, f"A completion is for ref/prompt or ref/resource, not {ref.type[:100]}")
