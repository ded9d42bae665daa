"""What a server is made of: its tools, resources and prompts, registered by decorators, and `serve`, which runs it.

Registration only collects; schemas and lists are made when they are asked for.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from servers.runtime import results, wire
from servers.runtime.call import Call
from servers.runtime.confining import Confine, confine
from servers.runtime.prompts import Prompt, PromptArgument, PromptMessage
from servers.runtime.resources import Complete, Contents, Resource, ResourceTemplate
from servers.runtime.subscriptions import Watcher
from servers.runtime.tools import Accept, Change, ChangeTool, ReadTool, Tool

if TYPE_CHECKING:
    from servers.runtime.gateway import Gateway

Args = TypeVar("Args", bound=msgspec.Struct)
Returned = TypeVar("Returned")
Class = TypeVar("Class", bound=type[Change])
Reader = TypeVar("Reader", bound=Callable[..., Sequence[Contents] | Contents])
Lister = TypeVar("Lister", bound=Callable[[Call], Sequence[Resource]])
Maker = TypeVar("Maker", bound=Callable[..., str | Sequence[PromptMessage]])


def _words(doc: str | None, what: str) -> str:
    """A docstring as a description: lines joined, empty lines kept as paragraphs. Raises TypeError where there is none."""
    if not doc:
        raise TypeError(f"{what} needs a docstring: it is what the model reads")
    paragraphs = doc.strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


class Server:
    """One MCP server. `name` is its key everywhere; `instructions` are read by the model, at most 2,000 characters."""

    def __init__(self, name: str, *, title: str, version: str, instructions: str) -> None:
        self.name = name
        self.title = title
        self.version = version
        self.instructions = instructions
        self.tools: dict[str, Tool] = {}
        self.templates: list[ResourceTemplate] = []
        self.prompts: dict[str, Prompt] = {}
        self.short_list = False
        """Whether the list of tools says only what a model chooses by (schema.terse): for servers of many tools."""
        self.list_resources: Callable[[Call], Sequence[Resource]] | None = None
        self.watch: Watcher | None = None
        self.gateway: Gateway | None = None
        """Whom a tool may ask for a secret; None where no gateway started the server."""
        self.on_news: Callable[[str, str], None] = _unheard
        self.confine: Confine = confine
        """What holds the process to its folders; a server that needs more puts its own in place."""

    def tool(
        self,
        *,
        title: str,
        reads: Sequence[str] = (),
        name: str = "",
        accept: Accept | None = None,
        open_world: bool = False,
        plan_first: bool = False,
        meta: dict[str, Any] | None = None,
    ) -> Callable[[Callable[[Call, Args], Returned]], Callable[[Call, Args], Returned]]:
        """Register a function as a tool that changes nothing. Its annotations give arguments and result, its docstring the words.

        `reads` names arguments that hold a path or a list of paths. A result annotated with a struct is declared as output schema.
        """

        def register(function: Callable[[Call, Args], Returned]) -> Callable[[Call, Args], Returned]:
            hints = typing.get_type_hints(function)
            arguments = next(hint for argument, hint in hints.items() if argument not in ("call", "return"))
            returned = hints.get("return")
            named = name or function.__name__
            self._add(
                ReadTool(
                    function,
                    name=named,
                    arguments=arguments,
                    title=title,
                    description=_words(function.__doc__, named),
                    result=returned if _is_facts(returned) else None,
                    facts=wire.ToolFacts(reads=tuple(reads), plan_first=plan_first),
                    hints=_hints(read_only=True, destructive=False, idempotent=True, open_world=open_world),
                    accept=accept,
                    meta=meta,
                )
            )
            return function

        return register

    def change(
        self,
        *,
        title: str,
        destructive: bool,
        idempotent: bool,
        reads: Sequence[str] = (),
        writes: Sequence[str] = (),
        result: type[msgspec.Struct] | None = None,
        name: str = "",
        accept: Accept | None = None,
        open_world: bool = False,
        plan_first: bool = False,
        switch: wire.GitSwitch | Literal[""] = "",
        meta: dict[str, Any] | None = None,
    ) -> Callable[[Class], Class]:
        """Register a class of `arguments`, `plan`, `apply` and perhaps `preview` as a tool that changes something (`Change`).

        `plan_first`: the paths it touches are not in its arguments, only a plan tells them. `switch`: what
        the user must have turned on for a folder before any client is shown the tool.
        """

        def register(change: Class) -> Class:
            named = name or change.__name__
            self._add(
                ChangeTool(
                    change,
                    name=named,
                    arguments=change.arguments,
                    title=title,
                    description=_words(change.__doc__, named),
                    result=result,
                    facts=wire.ToolFacts(
                        tuple(reads), tuple(writes), changes=True, plan_first=plan_first, switch=switch
                    ),
                    hints=_hints(
                        read_only=False, destructive=destructive, idempotent=idempotent, open_world=open_world
                    ),
                    accept=accept,
                    meta=meta,
                )
            )
            return change

        return register

    def resource_template(
        self,
        uri: str,
        *,
        name: str,
        title: str,
        mime_type: str = "",
        complete: dict[str, Complete] | None = None,
    ) -> Callable[[Reader], Reader]:
        """Register a function `(call, **variables)` that reads the resources whose URI matches; `{name}` and `{+name}` are known."""

        def register(read: Reader) -> Reader:
            described = {"name": name, "title": title, "description": _words(read.__doc__, uri)}
            self.templates.append(
                ResourceTemplate(uri, read, mime_type=mime_type, complete=complete or {}, **described)
            )
            return read

        return register

    def resources(self, function: Lister) -> Lister:
        """Register the function that names the resources worth listing."""
        self.list_resources = function
        return function

    def watch_resources(self, function: Watcher) -> Watcher:
        """Register the function `(call, wanted)` that begins and ends watching; only then clients may subscribe.

        It is told the whole of what is `wanted` from now on, with `call.folders`, each time that or the folders change;
        `wanted.uris` empty and `wanted.lists` false: nothing any more. What it watches it tells by `resource_updated` and
        `resources_changed`.
        """
        self.watch = function
        return function

    def resource_updated(self, uri: str, path: str) -> None:
        """Tell whoever subscribed to `uri`. `path`: the absolute path behind it, so that nobody hears of a closed folder.

        From any thread, as often as it happens; returns at once. Only a URI exactly as in `wanted.uris` is told.
        """
        self.on_news(uri, path)

    def resources_changed(self) -> None:
        """Tell whoever wants to hear of it that `resources/list` would now give another list. As `resource_updated`."""
        self.on_news("", "")

    def prompt(
        self,
        *,
        title: str,
        arguments: Sequence[PromptArgument] = (),
        name: str = "",
        complete: dict[str, Complete] | None = None,
    ) -> Callable[[Maker], Maker]:
        """Register a function `(call, **arguments)` that makes a prompt's text or its messages."""

        def register(make: Maker) -> Maker:
            named = name or make.__name__
            words = _words(make.__doc__, named)
            self.prompts[named] = Prompt(
                named, make, title=title, description=words, arguments=arguments, complete=complete or {}
            )
            return make

        return register

    def _add(self, tool: Tool) -> None:
        if tool.name in self.tools:
            raise ValueError(f"two tools are called {tool.name}")
        self.tools[tool.name] = tool

    def serve(self, argv: Sequence[str]) -> typing.NoReturn:
        """Run as a program: read `argv` (without the program's name), serve stdin and stdout until stdin ends. Does not return."""
        from servers.runtime.serving import serve

        serve(self, argv)


def _unheard(_uri: str, _path: str) -> None:
    """Nobody is served yet."""


def _is_facts(returned: Any) -> bool:
    return isinstance(returned, type) and issubclass(returned, msgspec.Struct) and returned is not results.Image


def _hints(*, read_only: bool, destructive: bool, idempotent: bool, open_world: bool) -> dict[str, bool]:
    return {
        "readOnlyHint": read_only,
        "destructiveHint": destructive,
        "idempotentHint": idempotent,
        "openWorldHint": open_world,
    }
