"""A server whose resources are files in granted folders and whose tool says that they changed; for tests of subscriptions."""

from __future__ import annotations

import sys

import msgspec

from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.resources import Resource, TextContents
from servers.runtime.results import Text
from servers.runtime.server import Server
from servers.runtime.subscriptions import Wanted

server = Server("watching", title="Watching", version="1", instructions="For tests.")
told: list[Wanted] = []


class Changes(msgspec.Struct, forbid_unknown_fields=True):
    uris: list[str] = []
    paths: list[str] = []
    times: int = 1
    lists: bool = False


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


@server.tool(title="Change")
def change(call: Call, args: Changes) -> Text:
    """Say that resources changed."""
    for _ in range(args.times):
        for uri, path in zip(args.uris, args.paths, strict=True):
            server.resource_updated(uri, path)
        if args.lists:
            server.resources_changed()
    return Text("said")


@server.tool(title="Told")
def told_last(call: Call, args: Nothing) -> Text:
    """What is wanted now, and how often that changed."""
    last = told[-1] if told else Wanted()
    return Text(f"{len(told)} {sorted(last.uris)} {last.lists}")


@server.watch_resources
def watch(call: Call, wanted: Wanted) -> None:
    if "thing://refused" in wanted.uris:
        raise ToolError("thing://refused cannot be watched.")
    told.append(wanted)


@server.resource_template("thing://{+path}", name="thing", title="A thing", mime_type="text/plain")
def thing(call: Call, path: str) -> TextContents:
    """A thing."""
    return TextContents(mime_type="text/plain", text=path)


@server.resources
def things(call: Call) -> list[Resource]:
    return [Resource("thing://a", "a", title="A")]


if __name__ == "__main__":
    server.serve(sys.argv[1:])
