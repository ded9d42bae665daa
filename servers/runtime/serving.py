"""A server as a program: its arguments, the descriptors, the policy it begins with, and the loop.

python -m servers.filesystem --folder ~/Documents=write --undo ~/.undo     with any client
python -m servers.filesystem --gateway --undo DIR                          started by the gateway, which sends the policy
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, cast, get_args

import msgspec

from servers.runtime import wire

if TYPE_CHECKING:
    from servers.runtime.server import Server


class Arguments(msgspec.Struct):
    """What the command line says. `undo` is an absolute path or empty."""

    folders: list[wire.Folder] = []
    gateway: bool = False
    undo: str = ""


class UsageError(Exception):
    """The command line cannot be understood."""


def parse(argv: Sequence[str]) -> Arguments:
    """Read the arguments. Raises UsageError in words for the terminal."""
    found = Arguments()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in ("--folder", "--undo"):
            if not equals:
                if not rest:
                    raise UsageError(f"{name} needs a value")
                value = rest.pop(0)
            if name == "--undo":
                found.undo = os.path.abspath(os.path.expanduser(value))
            else:
                found.folders.append(_folder(value))
        elif word == "--gateway":
            found.gateway = True
        else:
            raise UsageError(f"unknown argument {word}")
    if found.gateway and found.folders:
        raise UsageError("--gateway and --folder exclude each other: the gateway says which folders are granted")
    return found


def _folder(text: str) -> wire.Folder:
    path, equals, access = text.rpartition("=")
    if not equals or access not in get_args(wire.Access) or not path:
        raise UsageError(f"--folder {text}: write PATH=ACCESS, with off, read, ask or write")
    real = os.path.realpath(os.path.expanduser(path))
    if not os.path.isdir(real):
        raise UsageError(f"--folder {text}: {real} is not a folder")
    return wire.Folder(real, cast("wire.Access", access))


def usage(server: Server) -> str:
    """What `--help` prints."""
    return (
        f"{server.title}: an MCP server on stdin and stdout (servers.{server.name} {server.version})\n\n"
        f"usage: python -m servers.{server.name} --folder PATH=ACCESS [--folder …] [--undo DIR]\n\n"
        "  --folder PATH=ACCESS  grant a folder; ACCESS is off, read, ask or write\n"
        "                        (ask: reads only, since nobody can be asked here)\n"
        "  --undo DIR            keep what is needed to undo changes there; without it they cannot be undone\n"
        "  --gateway             the gateway started this and says which folders are granted\n"
    )


def serve(server: Server, argv: Sequence[str], *, max_line: int = wire.MAX_LINE) -> NoReturn:
    """Run until stdin ends or the parent is gone. Exit status 2 for arguments that make no sense."""
    if "--help" in argv or "-h" in argv:
        sys.stdout.write(usage(server))
        sys.exit(0)
    if "--version" in argv:
        sys.stdout.write(f"{server.name} {server.version}\n")
        sys.exit(0)
    try:
        arguments = parse(argv)
    except UsageError as error:
        sys.stderr.write(f"{error}\n\n{usage(server)}")
        sys.exit(2)
    _run(server, arguments, max_line)


def _run(server: Server, arguments: Arguments, max_line: int) -> NoReturn:
    import gc
    import signal

    from servers.runtime.descriptors import divert

    source, sink = divert()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in a terminal reaches the whole group: no stack, just the end

    from servers.runtime.ground import Ground
    from servers.runtime.parent import Wait
    from servers.runtime.protocol import Protocol
    from servers.runtime.stdio import Loop

    policy = wire.Policy(0, tuple(arguments.folders))
    ground = Ground(policy, trusted=arguments.gateway, undo_folder=arguments.undo, confine=server.confine)
    loop = Loop(source, sink, Wait(source), max_line=max_line)
    protocol = Protocol(server, ground, loop.send, loop.send_now)
    gc.freeze()  # what is there now stays: later collections need not look at it
    gc.enable()
    loop.serve(protocol)
