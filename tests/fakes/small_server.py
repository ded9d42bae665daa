"""A small MCP server on the runtime, run as a process by the tests of the protocol. `--max-line N` lowers the bound."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.prompts import PromptArgument, PromptMessage
from servers.runtime.resources import BlobContents, Resource, TextContents
from servers.runtime.results import Image, Planned, Text
from servers.runtime.server import Server
from servers.runtime.serving import serve
from servers.runtime.wire import Plan

server = Server("small", title="Small", version="1.2.3", instructions="For tests.")


def no_confinement(policy: object, undo: str) -> None:
    """The tests give files to tools that take no folder."""


server.confine = no_confinement


class Echo(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(description="Given back as it is")]
    times: Annotated[int, Meta(description="How often", ge=1, le=1000)] = 1


def other_names(given: dict[str, Any]) -> dict[str, Any]:
    if "message" in given:
        given["text"] = given.pop("message")
    return given


@server.tool(title="Echo", accept=other_names)
def echo(call: Call, args: Echo) -> Text:
    """Give the text back."""
    return Text(args.text * args.times)


class Gate(msgspec.Struct, forbid_unknown_fields=True):
    began: Annotated[str, Meta(description="A file made when the call begins")]
    until: Annotated[str, Meta(description="The file that ends the call when it is there")]
    deaf: Annotated[bool, Meta(description="Never ask whether the call was taken back")] = False


@server.tool(title="Wait")
def wait(call: Call, args: Gate) -> Text:
    """Wait for a file."""
    with open(args.began, "w") as file:
        file.write("began")
    try:
        while not os.path.exists(args.until):
            if not args.deaf:
                call.check()
            time.sleep(0.002)
    finally:
        if call.cancelled:
            with open(args.began, "w") as file:
                file.write("cancelled")
    return Text("waited")


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


@server.tool(title="Noise")
def noise(call: Call, args: Nothing) -> Text:
    """Print, from here and from a child."""
    print('{"jsonrpc":"2.0","id":1,"result":"from print"}', flush=True)
    os.write(1, b"from descriptor 1\n")
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    return Text(f"read {len(sys.stdin.read())} from stdin")


class Failing(msgspec.Struct, forbid_unknown_fields=True):
    how: Annotated[Literal["tool", "bug", "deep", "wrong"], Meta(description="What goes wrong")]


@server.tool(title="Fail")
def fail(call: Call, args: Failing) -> Text:
    """Go wrong."""
    if args.how == "tool":
        raise ToolError("It is forbidden. Ask the user.")
    if args.how == "bug":
        raise KeyError("a secret that must not be shown")
    if args.how == "deep":
        return fail(call, args)
    return 7  # pyright: ignore[reportReturnType]


@server.tool(title="Steps")
def steps(call: Call, args: Nothing) -> Text:
    """Report progress."""
    for done in range(1, 4):
        call.progress(done, 3, f"step {done}")
        time.sleep(0.11)
    call.progress(2, 3)
    return Text("done")


class Facts(msgspec.Struct):
    path: str
    size: int


class Named(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(description="A name")] = "odd"


@server.tool(title="Facts", reads=("name",))
def facts(call: Call, args: Named) -> Facts:
    """Give facts, under an odd name by default."""
    call.touch("/somewhere/" + args.name.encode("utf-8", "replace").decode())
    return Facts("a\udcff.txt" if args.name == "odd" else args.name, 3)


@server.tool(title="Picture")
def picture(call: Call, args: Nothing) -> list[Text | Image]:
    """Give a picture and words."""
    return [Text("a picture"), Image(b"\x89PNG", "image/png")]


class Keep(msgspec.Struct, forbid_unknown_fields=True):
    path: Annotated[str, Meta(description="The file to write")]
    text: Annotated[str, Meta(description="What to write")]
    dry_run: Annotated[bool, Meta(description="Only say what would be done")] = False


class Kept(msgspec.Struct):
    path: str
    changed: bool


@server.change(title="Keep", writes=("path",), destructive=True, idempotent=True, result=Kept)
class keep:  # noqa: N801 - the name is the tool's
    """Write a file."""

    arguments = Keep

    @staticmethod
    def plan(call: Call, args: Keep, /) -> Planned:
        found = "nothing"
        if os.path.exists(args.path):
            with open(args.path) as file:
                found = file.read()
        return Planned(Plan(writes=[args.path], preview=f"+{args.text}", guard=f"was {found}"), found)

    @staticmethod
    def apply(call: Call, args: Keep, planned: Planned, /) -> Kept:
        with open(args.path, "w") as file:
            file.write(args.text)
        call.touch(args.path)
        call.change_id = "change-1"
        return Kept(args.path, planned.state != args.text)

    @staticmethod
    def preview(call: Call, args: Keep, planned: Planned, /) -> Kept:
        return Kept(args.path, False)


@server.tool(title="Granted")
def granted(call: Call, args: Nothing) -> Text:
    """Say which folders are granted, and whether there is an undo store."""
    rows = [f"{folder.path}={folder.access}" for folder in call.folders.open_folders()]
    return Text(f"{call.folders.generation} {call.folders.asked} {rows} {call.undo is not None}")


def greetings(call: Call, typed: str, others: dict[str, str]) -> Sequence[str]:
    return [f"{typed}{number}" for number in range(150)] if typed else [others.get("to", "")]


@server.resource_template(
    "thing://{kind}/{+path}", name="thing", title="A thing", mime_type="text/plain", complete={"kind": greetings}
)
def thing(call: Call, kind: str, path: str) -> list[TextContents | BlobContents]:
    """A thing of a kind."""
    if kind == "none":
        raise ToolError(f"There is no {path}.")
    call.touch("/" + path)
    return [TextContents(mime_type="text/plain", text=f"{kind}:{path}"), BlobContents(blob=b"\x00\x01")]


@server.resources
def things(call: Call) -> list[Resource]:
    return [Resource("thing://a/b", "b", title="B")]


@server.prompt(
    title="Greet",
    arguments=[PromptArgument("who", "Whom to greet", required=True), PromptArgument("to", "Where")],
    complete={"who": greetings},
)
def greet(call: Call, who: str, to: str = "here") -> list[PromptMessage]:
    """Greet somebody."""
    return [PromptMessage("user", f"Greet {who} {to}"), PromptMessage("assistant", "Hello")]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--max-line"]:
        serve(server, arguments[2:], max_line=int(arguments[1]))
    server.serve(arguments)
