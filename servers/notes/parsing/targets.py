"""Reading what a link points at: the target, the part of it behind `#`, and the words shown instead."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote_to_bytes

from servers.notes.parsing.parts import Link

SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]+:")
"""An address of its own (RFC 3986 §3.1). One letter and a colon is a drive."""


def text_of(content: bytes, start: int, end: int) -> str:
    """The characters of a span; what is no UTF-8 becomes U+FFFD."""
    return content[start:end].decode("utf-8", "replace")


def split(target: bytes) -> tuple[bytes, bytes]:
    """A target and its part, the `#` between them left out."""
    name, _, part = target.partition(b"#")
    return name, part


_WIKI = re.compile(rb"([ \t]*)([^|#]*)(?:#([^|]*))?(?:\|(.*))?\Z", re.DOTALL)


def wiki_link(content: bytes, start: int, end: int, kind: Literal["wiki", "property"]) -> Link | None:
    """The link whose `[[…]]` is `start:end`, a `!` before it taken in; None where it names nothing."""
    match = _WIKI.match(content[start + 2 : end - 2])
    if match is None:
        return None
    space, name, part, text = match.groups()
    words = (end - 2 - len(text), end - 2) if text is not None else (0, 0)
    if text is not None and (part if part is not None else name).endswith(b"\\"):
        # In a table the bar is written \|.
        name, part = (name, part[:-1]) if part is not None else (name[:-1], part)
    bare = name if part is None else part
    first = start + 2 + len(space)
    last = first + len(name.rstrip() if part is None else name) + (1 + len(bare.rstrip()) if part is not None else 0)
    name = name.strip()
    if not name and part is None:
        return None
    embed = kind == "wiki" and start > 0 and content[start - 1] == 0x21 and not _escaped(content, start - 1)
    return Link(
        kind,
        embed,
        name.decode("utf-8", "replace"),
        part.decode("utf-8", "replace").strip() if part is not None else "",
        start - embed,
        end,
        first,
        last,
        *words,
    )


def _escaped(content: bytes, at: int) -> bool:
    """Whether the character at `at` stands behind an odd number of backslashes."""
    count = 0
    while at - count > 0 and content[at - count - 1] == 0x5C:
        count += 1
    return count % 2 == 1


def decoded(target: bytes) -> str:
    """A Markdown destination's part as text: `%20` and `\\(` resolved (CommonMark 0.31 §2.4, §6.3)."""
    if b"\\" in target:
        target = re.sub(rb"\\([!-/:-@\[-`{-~])", rb"\1", target)
    if b"%" in target:
        target = unquote_to_bytes(target)
    return target.decode("utf-8", "replace")


def markdown_link(
    content: bytes,
    kind: Literal["markdown", "definition"],
    span: tuple[int, int],
    target: tuple[int, int],
    text: tuple[int, int],
) -> Link | None:
    """The link of a destination; None where it is an address with a scheme, or nothing at all."""
    written = content[target[0] : target[1]]
    if not written or SCHEME.match(written) or written.startswith(b"//"):
        return None
    name, part = split(written)
    embed = content[span[0]] == 0x21
    return Link(kind, embed, decoded(name), decoded(part), *span, *target, *text)
