"""The tool read_file: text by lines, pictures, and bytes of anything else. What leaves was read from the descriptor that was judged."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.filesystem import hexdump, images
from servers.filesystem.reading import Lines, Page, Readable, look
from servers.runtime import cursor
from servers.runtime.call import MAX_CHARS, Call
from servers.runtime.changing.text import is_binary
from servers.runtime.errors import ToolError
from servers.runtime.results import Image, Text
from servers.runtime.safe.names import shown
from servers.runtime.safe.opening import open_file
from servers.runtime.safe.positioned import read_at
from servers.runtime.safe.words import said

TOOL = "read_file"
_PREVIEW_ROWS = 16


class ReadFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of read_file."""

    path: Annotated[str, Meta(description="File")] = ""
    paths: Annotated[list[str], Meta(description="Or several", max_length=20)] = []
    start: Annotated[int, Meta(description="First line; -50: the last 50")] = 1
    lines: Annotated[int, Meta(description="0: all that fit into max_chars", ge=0)] = 0
    max_chars: Annotated[int, Meta(ge=1, le=4_000_000)] = MAX_CHARS
    form: Annotated[
        Literal["auto", "text", "hex"],
        Meta(description="auto: text, pictures, else the start as hex"),
    ] = msgspec.field(default="auto", name="as")
    number: Annotated[bool, Meta(description="With line numbers")] = False
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


class _Paged(msgspec.Struct, frozen=True):
    """What a cursor is bound to, beside the file's etag."""

    path: str
    form: str


class Reading(msgspec.Struct, frozen=True):
    """One file's share of a call."""

    args: ReadFile
    max_chars: int


def read_file(call: Call, args: ReadFile) -> list[Text | Image]:
    """Read text files (whole or some lines), pictures, or any bytes as hex. The first line of a result says path, etag, which
    lines of how many, and `next`, the cursor of the next page; below it stands the file's text as it is. Pass the etag as
    if_match when you change the file."""
    if bool(args.path) == bool(args.paths):
        raise ToolError("Give either `path` or `paths`.")
    if args.path:
        return _one(call, args.path, Reading(args, min(args.max_chars, call.max_chars)))
    if args.cursor:
        raise ToolError("A cursor goes on with one file: give its `path`.")
    parts: list[Text | Image] = []
    left = min(args.max_chars, call.max_chars)
    for number, path in enumerate(args.paths):
        share = max(left // (len(args.paths) - number), 1)
        try:
            found = _one(call, path, Reading(args, share))
        except ToolError as error:
            found = [Text(f"path={_quoted(path)} error: {error.text}")]
        left -= sum(len(part) for part in found if isinstance(part, str))
        parts += found
    return parts


def _one(call: Call, path: str, reading: Reading) -> list[Text | Image]:
    wanted = call.folders.resolve(path)
    with open_file(call.folders, wanted) as opened:
        call.touch(opened.path)
        file = look(opened)
        args = reading.args
        if args.form == "auto" and images.mime_of(file.head):
            picture = _picture(file)
            if picture is not None:
                return picture
        if args.form == "hex" or (args.form == "auto" and is_binary(file.head)):
            return [_hex(file, reading)]
        return [_text(call, file, reading)]


def _head(file: Readable) -> str:
    return f"path={_quoted(shown(file.path))} etag={file.etag}"


def _quoted(path: str) -> str:
    return path if " " not in path and '"' not in path else msgspec.json.encode(path).decode()


def _picture(file: Readable) -> list[Text | Image] | None:
    mime = images.mime_of(file.head)
    facts = f"{_head(file)} type={mime} bytes={file.size}"
    if file.size > images.MAX_BYTES:
        return [Text(f"{facts} not shown: a result can hold a picture of at most {images.MAX_BYTES:,} bytes")]
    content = file.content if file.content is not None else b""
    return [Text(facts), Image(content, mime)]


def _text(call: Call, file: Readable, reading: Reading) -> Text:
    args = reading.args
    lines = Lines(file)
    lines.source.check = call.check
    try:
        if args.cursor:
            at, line = _position(file, reading, "text")
            page = lines.go_on(at, line, args.lines, reading.max_chars)
        else:
            page = lines.page(args.start, args.lines, reading.max_chars)
    except OSError as error:
        raise said("read", file.path, error) from None
    body = _numbered(page) if args.number and page.first else page.text
    return Text(f"{_head(file)} {_facts(file, page)}\n{body}")


def _position(file: Readable, reading: Reading, form: str) -> list[int]:
    position = cursor.read(reading.args.cursor, list[int], TOOL, _Paged(file.path, form), file.etag)
    if len(position) != 2 or not 0 <= position[0] <= file.size:
        raise ToolError("The cursor is not one that this server gave. Leave it out to begin with the first page.")
    return position


def _facts(file: Readable, page: Page) -> str:
    total = f"{page.total}" if page.total is not None else f"~{page.about}" if page.about else "?"
    span = f"-{page.from_end}..-1" if page.from_end else "?"
    if page.first:
        span = f"{page.first}-{page.last}" if page.text else "0-0"
    parts = [f"lines={span}/{total}"]
    if page.next is not None:
        parts.append(f"next={cursor.make(list(page.next), TOOL, _Paged(file.path, 'text'), file.etag)}")
    if page.begun or page.cut:
        parts.append(f"mid-line={'both' if page.begun and page.cut else 'start' if page.begun else 'end'}")
    if page.total is None:
        parts.append(f"bytes={file.size}")
    if page.encoding != "utf-8":
        parts.append(f"encoding={page.encoding}")
    if page.eol != "lf":
        parts.append(f"eol={page.eol}")
    return " ".join(parts)


def _numbered(page: Page) -> str:
    lines = page.text.split("\n")
    last = lines.pop()
    width = len(str(page.last))
    out = [f"{number:>{width}}\t{line}\n" for number, line in enumerate(lines, page.first)]
    if last:
        out.append(f"{page.first + len(lines):>{width}}\t{last}")
    return "".join(out)


def _hex(file: Readable, reading: Reading) -> Text:
    """Rows of 16 bytes take the place of lines."""
    args = reading.args
    fits = max(reading.max_chars // hexdump.WIDTH, 1)
    rows = min(args.lines or (fits if args.form == "hex" else _PREVIEW_ROWS), fits)
    count = -(-file.size // hexdump.ROW)
    if args.cursor:
        at = _position(file, reading, "hex")[0]
    else:
        at = max(count + args.start if args.start < 0 else args.start - 1, 0) * hexdump.ROW
    if at >= file.size and file.size:
        raise ToolError(f"{shown(file.path)} has {count:,} rows of {hexdump.ROW} bytes, not {args.start:,}.")
    try:
        content = read_at(file.fd, rows * hexdump.ROW, at)
    except OSError as error:
        raise said("read", file.path, error) from None
    end = at + len(content)
    facts = f"bytes={at}-{end}/{file.size} as=hex"
    if end < file.size:
        facts += f" next={cursor.make([end, 0], TOOL, _Paged(file.path, 'hex'), file.etag)}"
    return Text(f"{_head(file)} {facts}\n{hexdump.rows(content, at)}")
