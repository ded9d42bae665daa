"""The parts of a note, as spans: half-open, `start:end`, in bytes of its file."""

from __future__ import annotations

from typing import Literal

import msgspec


class Heading(msgspec.Struct, gc=False):
    """`start:body` is the heading's own line (or lines), `body:own_end` the text right under it, `start:end` its section with
    all deeper ones. `level` 1 to 6; `text` without marks, as written otherwise."""

    level: int
    text: str
    start: int
    body: int
    own_end: int = 0
    end: int = 0


class Link(msgspec.Struct, gc=False):
    """One internal link; addresses with a scheme (https:, mailto:) are none.

    wiki `[[target#part|text]]`, markdown `[text](target#part)`, definition `[text]: target#part`, property: a property's whole
    value is `"[[…]]"`. `embed`: a `!` stands before it, within `start:end`. `target` is the path or name without `#part`
    (percent-decoded in markdown links; empty: this note), `part` what follows the first `#` (`Heading#Deeper`, `^block`).
    `target_start:target_end` is the target with its part as written, without `<>`; `text_start:text_end` the alias or text.
    """

    kind: Literal["wiki", "markdown", "definition", "property"]
    embed: bool
    target: str
    part: str
    start: int
    end: int
    target_start: int
    target_end: int
    text_start: int = 0
    text_end: int = 0


class Tag(msgspec.Struct, gc=False):
    """A tag in the text: `name` without `#`, in the note's own case; the span is with `#`."""

    name: str
    start: int
    end: int


class Block(msgspec.Struct, gc=False):
    """A block's id: `^id` at the end of a line. The span is the mark's; `sections.block_span` tells the block's own."""

    id: str
    start: int
    end: int
