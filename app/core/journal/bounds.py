"""What an event may hold at most, and the form in which it is written: no caller's text can make a row that cannot be read."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from app.core.journal.record import NO_ARGUMENTS, Body, write_body

ARGUMENT_BYTES = 16 * 1024
PREVIEW_CHARS = 2_000
QUESTION_CHARS = 20_000
REASON_CHARS = 2_000
PATHS = 500
NAME_CHARS = 200

_is_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def bounded_arguments(arguments: bytes) -> msgspec.Raw:
    """The JSON object as it came, or one that says why it is not here."""
    if not arguments:
        return NO_ARGUMENTS
    if len(arguments) > ARGUMENT_BYTES:
        return msgspec.Raw(write_body({"left out": f"{len(arguments)} bytes of arguments"}))
    try:
        _is_object(arguments)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.Raw(write_body({"not a JSON object": arguments.decode("utf-8", "replace")}))
    return msgspec.Raw(arguments)


def bounded_paths(paths: list[str] | None) -> list[str] | None:
    """The first 500; a last entry says how many more there were."""
    if paths is None or len(paths) <= PATHS:
        return paths
    return [*paths[:PATHS], f"… and {len(paths) - PATHS} more"]


def written(body: Body) -> bytes:
    """The body as JSON. What is not Unicode (a file name of stray bytes) is written with its bytes escaped."""
    try:
        return write_body(body)
    except UnicodeEncodeError:
        plain: dict[str, Any] = {}
        for name in Body.__struct_fields__:
            plain[name] = _unicode(getattr(body, name))
        return write_body(Body(**plain))


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_unicode(item) for item in cast("list[Any]", value)]
    return value
