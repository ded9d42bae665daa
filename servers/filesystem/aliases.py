"""Argument names of other well-known file servers, turned into ours. They are understood, never advertised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

Arguments = dict[str, Any]
Accept = Callable[[Arguments], Arguments]

_NAMES = {"dryRun": "dry_run", "ifMatch": "if_match", "maxChars": "max_chars", "sortBy": "sort"}
_OF_EDITS = {
    "oldText": "old",
    "newText": "new",
    "old_string": "old",
    "new_string": "new",
    "old_str": "old",
    "new_str": "new",
}


def rename(arguments: Arguments, names: dict[str, str] = _NAMES) -> Arguments:
    """`arguments` with other spellings of our names; one that is given by our own name too stays as it is."""
    for other, name in names.items():
        if other in arguments and name not in arguments:
            arguments[name] = arguments.pop(other)
    return arguments


def reading(arguments: Arguments) -> Arguments:
    """`head` and `tail` of read_text_file, `offset` and `length` of others (0 is the first line there)."""
    rename(arguments, {**_NAMES, "file_path": "path", "length": "lines", "limit": "lines"})
    head, tail, offset = arguments.get("head"), arguments.get("tail"), arguments.get("offset")
    if isinstance(head, int) and head > 0 and "lines" not in arguments:
        del arguments["head"]
        arguments["lines"] = head
    if isinstance(tail, int) and tail > 0 and "start" not in arguments:
        del arguments["tail"]
        arguments["start"] = -tail
    if isinstance(offset, int) and "start" not in arguments:
        del arguments["offset"]
        arguments["start"] = offset if offset < 0 else offset + 1
    return arguments


def listing(arguments: Arguments) -> Arguments:
    """`excludePatterns` of directory_tree, `max_depth` of others."""
    rename(arguments, {**_NAMES, "max_depth": "depth"})
    return _excluding(arguments)


def searching(arguments: Arguments) -> Arguments:
    """`pattern` of the reference server's search_files is about names; `excludePatterns` excludes."""
    rename(arguments)
    if "pattern" in arguments and "query" not in arguments:
        arguments["query"] = arguments.pop("pattern")
        arguments.setdefault("names", True)
    if "ignoreCase" in arguments and "case" not in arguments:
        arguments["case"] = "no" if arguments.pop("ignoreCase") else "yes"
    return _excluding(arguments)


def _excluding(arguments: Arguments) -> Arguments:
    unwanted = arguments.get("excludePatterns")
    if isinstance(unwanted, list):
        del arguments["excludePatterns"]
        wanted = arguments.get("glob")
        globs: list[Any] = cast("list[Any]", wanted) if isinstance(wanted, list) else []
        arguments["glob"] = [*globs, *[f"!{one}" for one in cast("list[Any]", unwanted)]]
    return arguments


def editing(arguments: Arguments) -> Arguments:
    """`oldText` and `newText` of the reference server, `old_string` and `new_string` of others, alone or in `edits`."""
    rename(arguments, {**_NAMES, "file_path": "path"})
    if "edits" not in arguments and any(name in arguments for name in _OF_EDITS):
        names = [name for name in _OF_EDITS if name in arguments]
        arguments["edits"] = [{name: arguments.pop(name) for name in names}]
    edits = arguments.get("edits")
    if isinstance(edits, list):
        arguments["edits"] = [
            rename(cast("Arguments", edit), _OF_EDITS) if isinstance(edit, dict) else edit
            for edit in cast("list[Any]", edits)
        ]
    return arguments


def moving(arguments: Arguments) -> Arguments:
    """`from` and `to`."""
    return rename(arguments, {**_NAMES, "from": "source", "to": "destination"})


def trashing(arguments: Arguments) -> Arguments:
    """A single `path`."""
    rename(arguments)
    if "path" in arguments and "paths" not in arguments:
        arguments["paths"] = [arguments.pop("path")]
    return arguments
