"""One tool of a server: how its arguments are read, how it is run, planned and described.

A read-only tool is one function. A changing tool is `plan` and `apply`, and with `dry_run` in its arguments also `preview`;
nothing is applied that was not planned in the same call.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import msgspec

from servers.runtime import results, wire
from servers.runtime.call import Call
from servers.runtime.errors import ProtocolError, ToolError, log_bug
from servers.runtime.requests import UNREADABLE

Accept = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns arguments that other servers' users are used to into ours; gets a dict of its own and may change it."""


class Tool:
    """What is the same for both kinds: a name, arguments, hints, and the words around them."""

    changes = False

    def __init__(
        self,
        name: str,
        arguments: type[msgspec.Struct],
        *,
        title: str,
        description: str,
        result: type[msgspec.Struct] | None,
        facts: wire.ToolFacts,
        hints: dict[str, bool],
        accept: Accept | None,
        meta: dict[str, Any] | None,
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.title = title
        self.description = description
        self.result = result
        self.facts = facts
        self.hints = hints
        self.meta = meta
        self._accept = accept
        self._decode = msgspec.json.Decoder(arguments).decode

    def read(self, arguments: msgspec.Raw) -> Any:
        """The arguments as the tool's struct. Raises ToolError that names the argument (SEP-1303), ProtocolError if unreadable."""
        text = arguments or b"{}"
        try:
            try:
                return self._decode(text)
            except msgspec.ValidationError as error:
                return self._read_otherwise(text, error)
        except UNREADABLE as error:
            raise ProtocolError(wire.INVALID_PARAMS, f"The arguments of {self.name} cannot be read: {error}") from None

    def _read_otherwise(self, text: bytes | msgspec.Raw, error: msgspec.ValidationError) -> Any:
        if self._accept is not None:
            plain = msgspec.json.decode(text)
            if isinstance(plain, dict):
                try:
                    return msgspec.convert(self._accept(typing.cast("dict[str, Any]", plain)), self.arguments)
                except msgspec.ValidationError as other:
                    error = other
        raise ToolError(self._wrong_argument(str(error))) from None

    def _wrong_argument(self, words: str) -> str:
        """msgspec's words, turned round so that the argument's name comes first."""
        what, _, where = words.partition(" - at `$")
        path = where.rstrip("`").lstrip(".")
        names = ", ".join(self.arguments.__struct_encode_fields__)
        if what.startswith("Object missing required field "):
            field = what.removeprefix("Object missing required field ").strip("`")
            missing = f"{path}.{field}" if path else field
            return f"The argument `{missing}` is missing. Arguments of {self.name}: {names}."
        if what.startswith("Object contains unknown field "):
            field = what.removeprefix("Object contains unknown field ").strip("`")
            unknown = f"{path}.{field}" if path else field
            known = _fields_at(self.arguments, path)
            if known:
                return f"There is no argument `{unknown}`. `{path}` has: {', '.join(known)}."
            return f"There is no argument `{unknown}`. Arguments of {self.name}: {names}."
        if path:
            return f"The argument `{path}` is not as it should be: {what[0].lower()}{what[1:]}."
        return f"The arguments of {self.name} must be an object: {what[0].lower()}{what[1:]}."

    def run(self, call: Call, arguments: msgspec.Raw) -> object:
        """Do what was asked and give back the tool's own result."""
        raise NotImplementedError

    def plan(self, call: Call, arguments: msgspec.Raw) -> wire.Plan:
        """What `run` would do, found out without doing it."""
        raise NotImplementedError


class ReadTool(Tool):
    """A tool that changes nothing."""

    def __init__(self, function: Callable[[Call, Any], object], **described: Any) -> None:
        super().__init__(**described)
        self._function = function

    def run(self, call: Call, arguments: msgspec.Raw) -> object:
        return self._function(call, self.read(arguments))

    def plan(self, call: Call, arguments: msgspec.Raw) -> wire.Plan:
        """Reads are planned by their arguments: the paths named in them, resolved."""
        read = self.read(arguments)
        paths: list[str] = []
        for name in self.facts.reads:
            value = getattr(read, name, None)
            for one in value if isinstance(value, (list, tuple)) else (value,):  # pyright: ignore[reportUnknownVariableType]
                if isinstance(one, str) and one:
                    paths.append(call.folders.resolve(one))
        return wire.Plan(reads=paths)


class Change(typing.Protocol):
    """What stands under `@server.change`: a class that only groups functions; all of them are static.

    With a struct `result` and `dry_run` in the arguments there is also `preview(call, args, planned)`, which gives back
    the result of a dry run; without it a dry run answers with the plan's preview as text.
    """

    arguments: Any
    """A struct class; Any because a protocol's attribute would otherwise have to be of exactly this type."""

    @staticmethod
    def plan(call: Call, args: Any, /) -> results.Planned: ...

    @staticmethod
    def apply(call: Call, args: Any, planned: results.Planned, /) -> results.Result: ...


class ChangeTool(Tool):
    """A tool that changes something: planned first, applied only if the world is as it was when the user said yes."""

    changes = True

    def __init__(self, change: type[Change], **described: Any) -> None:
        super().__init__(**described)
        self._plan = change.plan
        self._apply = change.apply
        self._preview: Callable[..., object] | None = getattr(change, "preview", None)
        self._can_dry_run = "dry_run" in self.arguments.__struct_fields__
        if self._can_dry_run and self.result is not None and self._preview is None:
            raise TypeError(f"{self.name} has dry_run and a result schema, so it needs preview(call, args, planned)")

    def run(self, call: Call, arguments: msgspec.Raw) -> object:
        args = self.read(arguments)
        planned = self._plan(call, args)
        if call.order is not None and call.order.guard and call.order.guard != planned.plan.guard:
            raise ProtocolError(wire.WORLD_MOVED, "What the user agreed to has changed meanwhile; nothing was applied.")
        if self._can_dry_run and args.dry_run:
            if self._preview is not None:
                return self._preview(call, args, planned)
            return results.Text(planned.plan.preview)
        if call.order is not None and not call.order.guard and not planned.plan.undoable:
            raise ProtocolError(wire.ASK_FIRST, "No before-image of this change can be kept; nothing was applied.")
        if call.cancelled:
            call.check()
        return self._apply(call, args, planned)

    def plan(self, call: Call, arguments: msgspec.Raw) -> wire.Plan:
        return self._plan(call, self.read(arguments)).plan


def run_tool(call: Call, asked: tuple[Tool, msgspec.Raw]) -> bytes:
    """The body of `tools/call`. Whatever goes wrong in a tool is a result that the model can read."""
    tool, arguments = asked
    try:
        return results.tool_body(tool.run(call, arguments))
    except ToolError as error:
        call.refusal = error.refusal
        return results.error_body(error.text)
    except ProtocolError:
        raise
    except Exception as error:
        log_bug(error)
        return results.error_body(
            f"{tool.name} failed for a reason it did not foresee ({type(error).__name__}); the server's log has the details."
        )


def run_plan(call: Call, asked: tuple[Tool, msgspec.Raw]) -> bytes:
    """The body of `doorkeep/plan`; a refusal is a JSON-RPC error with the tool's own words."""
    tool, arguments = asked
    return wire.encode(tool.plan(call, arguments))[1:-1] or b'"reads":[]'


def _fields_at(arguments: type[msgspec.Struct], path: str) -> list[str]:
    """The fields of the struct that stands at a path of arguments, `edits[0]` for example; empty where it is none."""
    from msgspec import inspect

    found: Any = inspect.type_info(arguments)
    for step in path.replace("[", ".[").split(".") if path else ():
        found = getattr(found, "type", found) if isinstance(found, inspect.Metadata) else found
        if step.startswith("["):
            found = getattr(found, "item_type", None)
        elif isinstance(found, inspect.StructType):
            found = next((field.type for field in found.fields if field.encode_name == step), None)
        else:
            return []
    found = getattr(found, "type", found) if isinstance(found, inspect.Metadata) else found
    return [field.encode_name for field in found.fields] if path and isinstance(found, inspect.StructType) else []
