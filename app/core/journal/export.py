"""The log as a file for other programs: one JSON record a line, or a table that is safe to open in a spreadsheet.

The file appears whole or not at all, readable by its owner alone.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable
from typing import IO

import msgspec

from app.core.errors import JournalError
from app.core.journal.record import CallRecord

FORMATS = ("jsonl", "csv")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so may be run by a spreadsheet; an apostrophe in front makes it text."""
STEP = 200


def export(
    records: Iterable[CallRecord], path: str, form: str, progress: Callable[[int, int], None] = lambda _count, _id: None
) -> int:
    """Write the records to `path`; gives how many. `progress` hears their number and the last id. Raises JournalError."""
    path = os.path.abspath(path)
    if os.path.isdir(path):
        raise JournalError("The log was not exported.", f"{path} is a folder.", "Name a file.")
    try:
        fd, partial = tempfile.mkstemp(prefix=".doorkeep-export-", dir=os.path.dirname(path))
    except OSError as error:
        raise _failed(path, error) from error
    try:
        with os.fdopen(fd, "wb") as out:
            number = write(records, out, form, progress)
            out.flush()
            os.fsync(out.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
    return number


def write(
    records: Iterable[CallRecord],
    out: IO[bytes],
    form: str,
    progress: Callable[[int, int], None] = lambda _count, _id: None,
) -> int:
    """Write the records to an open binary file, UTF-8; gives how many. CSV follows RFC 4180 with a byte-order mark. Raises OSError."""
    if form == "csv":
        out.write(b"\xef\xbb\xbf" + _line(CallRecord.__struct_fields__))
    number = 0
    encode = msgspec.json.Encoder().encode
    for record in records:
        out.write(_cells(record) if form == "csv" else encode(record) + b"\n")
        number += 1
        if number % STEP == 0:
            progress(number, record.id)
    return number


def _cells(record: CallRecord) -> bytes:
    cells: list[str] = []
    for name in CallRecord.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, str):
            cells.append(safe(value))
        elif isinstance(value, msgspec.Raw):
            cells.append(bytes(value).decode("utf-8", "replace"))
        elif isinstance(value, list):
            cells.append(safe("\n".join(record.paths)))
        else:
            cells.append("" if value is None else str(value))
    return _line(cells)


def safe(text: str) -> str:
    """The text as a spreadsheet shows it instead of running it."""
    text = text.replace("\0", "")
    return "'" + text if text.lstrip(" ").startswith(FORMULA) else text


def _line(cells: Iterable[str]) -> bytes:
    quoted = ['"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\r\n') else cell for cell in cells]
    return (",".join(quoted) + "\r\n").encode("utf-8", "replace")


def _failed(path: str, error: OSError) -> JournalError:
    return JournalError(
        "The log was not exported.", f"{path}: {error.strerror}.", "Nothing was left there; choose another place."
    )
