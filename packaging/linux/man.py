"""The manual pages, made of what the programs themselves say with --help, so that the two cannot disagree (man(7))."""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Iterator


def pages(version: str, epoch: int) -> dict[str, str]:
    """File name → text of every page. Needs `app` to be importable."""
    from app.__main__ import parser_of_words as tray
    from app.cli import COMMANDS

    date = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    top = argparse.ArgumentParser(prog="doorkeep")
    commands = top.add_subparsers()
    for room in dict.fromkeys(module for module, _ in COMMANDS.values()):
        importlib.import_module(room).register(commands)
    main = [
        *_head("doorkeep", "stands between AI apps and your computer", version, date),
        ".SH SYNOPSIS\n.B doorkeep\n[\\-\\-home PATH] [COMMAND]\n.SH DESCRIPTION",
        "AI apps reach files, repositories, notes and other MCP servers through one door: you say what lies behind it, see",
        "every call, and can take changes back. Without a command the desktop app starts.\n.SH COMMANDS",
        *(line for name, (_, words) in COMMANDS.items() for line in _command(commands.choices[name], words)),
        ".SH ENVIRONMENT\n.TP\n.B DOORKEEP_HOME\nwhere all state lies; \\-\\-home says the same.",
        ".SH FILES\n.TP\n.I ~/.local/share/doorkeep\nsettings, log, undo and logs of this user; removing the program leaves it.",
        ".SH EXIT STATUS\n0 on success, 1 where it failed (one line says what and why), 2 for wrong words.",
        ".SH SEE ALSO\n.BR doorkeep\\-tray (1),\n.BR doorkeep\\-bridge (1)",
    ]
    return {
        "doorkeep.1": "\n".join(main) + "\n",
        "doorkeep-tray.1": "\n".join(
            [
                *_head("doorkeep-tray", "the desktop app: tray icon and window", version, date),
                *_about(tray()),
                ".SH SEE ALSO\n.BR doorkeep (1)\n",
            ]
        ),
        "doorkeep-bridge.1": "\n".join(
            [
                *_head("doorkeep-bridge", "what an AI app starts to reach a server", version, date),
                ".SH SYNOPSIS\n.B doorkeep\\-bridge\n[\\-\\-home PATH] SERVER\n.SH DESCRIPTION",
                "Speaks the Model Context Protocol on its input and output, through Doorkeep. Clients start it; people need not.",
                ".SH SEE ALSO\n.BR doorkeep (1)\n",
            ]
        ),
    }


def _head(name: str, words: str, version: str, date: str) -> list[str]:
    return [f'.TH {name.upper()} 1 "{date}" "Doorkeep {version}"', f".SH NAME\n{_text(name)} \\- {_text(words)}"]


def _about(parser: argparse.ArgumentParser) -> list[str]:
    usage = parser.format_usage().removeprefix("usage: ").split()
    synopsis = f".SH SYNOPSIS\n.B {_text(usage[0])}\n{_text(' '.join(usage[1:]))}"
    return [synopsis, f".SH DESCRIPTION\n{_text(parser.description or '')}\n.SH OPTIONS", *_options(parser)]


def _command(parser: argparse.ArgumentParser, words: str = "") -> Iterator[str]:
    """A command and, below it, each of its own."""
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    yield f".SS {_text(usage.replace('[-h] ', ''))}"
    if words:
        yield _text(words[:1].upper() + words[1:] + ".")
    yield from _options(parser)
    for action in parser._actions:  # argparse has no public way to its sub-parsers
        if isinstance(action, argparse._SubParsersAction):
            about = {choice.dest: choice.help for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield from _command(below, about.get(name) or "")


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction) or not action.help:
            continue
        if action.help == argparse.SUPPRESS:
            continue
        name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        taken = f" {action.metavar or action.dest.upper()}" if action.option_strings and action.nargs != 0 else ""
        yield f".TP\n.B {_text(name + taken)}\n{_text(action.help % {**vars(action), 'prog': parser.prog})}"


def _text(words: str) -> str:
    """Words as troff takes them: nothing in them is a request, and a hyphen stays one that can be copied."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ")
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped
