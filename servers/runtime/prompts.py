"""Prompts: texts that a person picks, made from a few arguments, and the answer to `prompts/get`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from servers.runtime import wire
from servers.runtime.errors import ProtocolError

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.requests import PromptParams
    from servers.runtime.resources import Complete
    from servers.runtime.server import Server


class PromptArgument(msgspec.Struct, omit_defaults=True):
    """One argument that the person fills in."""

    name: str
    description: str
    required: bool = False


class PromptMessage(msgspec.Struct):
    """One message of a prompt: who says it, and its text."""

    role: Literal["user", "assistant"]
    text: str


class Prompt:
    """A registered prompt: `make` gets the call and the arguments by name, and gives text or messages."""

    def __init__(
        self,
        name: str,
        make: Callable[..., str | Sequence[PromptMessage]],
        *,
        title: str,
        description: str,
        arguments: Sequence[PromptArgument],
        complete: dict[str, Complete],
    ) -> None:
        self.name = name
        self.make = make
        self.arguments = tuple(arguments)
        self.complete = complete
        self._title = title
        self._description = description
        unknown = set(complete) - {argument.name for argument in arguments}
        if unknown:
            raise ValueError(f"the prompt {name} has no argument {', '.join(sorted(unknown))}")

    def shown(self) -> dict[str, Any]:
        """The prompt exactly as in `prompts/list`."""
        return {
            "name": self.name,
            "title": self._title,
            "description": self._description,
            "arguments": self.arguments,
        }


def get(server: Server, call: Call, params: PromptParams) -> bytes:
    """The body of `prompts/get`."""
    prompt = server.prompts.get(params.name)
    if prompt is None:
        raise ProtocolError(wire.INVALID_PARAMS, f"Unknown prompt: {params.name[:100]}")
    names = {argument.name for argument in prompt.arguments}
    unknown = [name for name in params.arguments if name not in names]
    missing = [one.name for one in prompt.arguments if one.required and one.name not in params.arguments]
    if unknown or missing:
        wrong = f"has no argument {unknown[0][:100]}" if unknown else f"needs the argument {missing[0]}"
        raise ProtocolError(wire.INVALID_PARAMS, f"The prompt {prompt.name} {wrong}")
    made = prompt.make(call, **params.arguments)
    messages = [PromptMessage("user", made)] if isinstance(made, str) else made
    shown = [{"role": one.role, "content": {"type": "text", "text": one.text}} for one in messages]
    return b'"description":%b,"messages":%b' % (wire.encode(prompt.shown()["description"]), wire.encode(shown))
