"""Finding what an edit names and putting the new text there: exactly what was named, as often as was said, or nothing at all.

Text is compared with every line end as `\n`; what is put in gets the line ends of where it lands. Nothing is ever guessed.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from servers.runtime.changing import nearest
from servers.runtime.changing.pieces import Pieces, Splice
from servers.runtime.changing.text import Plain, with_eol
from servers.runtime.errors import ToolError

MAX_EDITS = 50
_SHOWN = 20


# One replacement: of `old` by `new`, `count` times; or of the lines `start` to `end`. (No docstring: the input schema would
# carry it to the model.)
class Edit(msgspec.Struct, forbid_unknown_fields=True):
    new: str
    old: Annotated[str, Meta(description="Exact text, with enough around it to be unique")] = ""
    count: Annotated[int, Meta(ge=0, description="How often it occurs; 0: all")] = 1
    start: Annotated[int, Meta(ge=0, description="Instead of old: first line, numbered as read")] = 0
    end: Annotated[int, Meta(ge=0, description="Last line; start - 1 inserts")] = 0


def apply(own: str, edits: list[Edit], *, path: str, trusted_lines: bool) -> Pieces[str]:
    """`own`, a file's text with its own line ends, after all edits. Raises ToolError, and then none counts.

    `trusted_lines`: line numbers may be used, since the caller named the state of the file that they count in.
    """
    pieces = Pieces(own)
    for number, edit in enumerate(edits, 1):
        where = f"Edit {number} of {len(edits)}: " if len(edits) > 1 else ""
        if edit.old and edit.start:
            raise ToolError(f"{where}give either `old` or `start` and `end`, not both. Nothing was changed.")
        if edit.start:
            if not trusted_lines:
                raise ToolError(f"{where}line numbers need `if_match`, the etag of the read that showed them.")
            _replace_lines(pieces, Plain(own), edit, where, path)
        elif edit.old:
            _replace_text(pieces, edit, where, path)
        else:
            raise ToolError(f"{where}`old` is empty. Name the text to replace, or use write_file with mode=append.")
    return pieces


def _replace_text(pieces: Pieces[str], edit: Edit, where: str, path: str) -> None:
    plain = Plain(pieces.text)
    old = edit.old if edit.old in plain.text else edit.old.replace("\r\n", "\n")
    places = _places(plain.text, old)
    if not places:
        raise ToolError(where + nearest.explain(plain.text, old, path))
    if edit.count and len(places) != edit.count:
        lines = _lines(plain.text, places)
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        raise ToolError(
            f"{where}`old` occurs {len(places)} times in {path}, not {edit.count}: at lines "
            f"{', '.join(map(str, lines))}{more}. Nothing was changed. Give more of the text around the place that is meant, "
            "or the count, or count=0 for all of them."
        )
    for at in reversed(places):
        end = at + len(old)
        new = with_eol(edit.new, plain.eol_at(at, end))
        pieces.replace(plain.position(at), plain.position(end), new)


def _places(text: str, old: str) -> list[int]:
    out: list[int] = []
    at = text.find(old)
    while at >= 0:
        out.append(at)
        at = text.find(old, at + len(old))
    return out


def _lines(text: str, places: list[int]) -> list[int]:
    out: list[int] = []
    line, seen = 1, 0
    for place in places[:_SHOWN]:
        line += text.count("\n", seen, place)
        seen = place
        out.append(line)
    return out


def _replace_lines(pieces: Pieces[str], plain: Plain, edit: Edit, where: str, path: str) -> None:
    """Lines count in the file as it was; they are found again behind what earlier edits changed."""
    starts = [0]
    at = plain.text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = plain.text.find("\n", at + 1)
    total = len(starts) - (starts[-1] == len(plain.text))
    if edit.start > total + 1 or edit.end < edit.start - 1 or edit.end > total:
        raise ToolError(f"{where}{path} has {total:,} lines; {edit.start} to {edit.end} are not lines of it.")
    begin = starts[edit.start - 1] if edit.start <= total else len(plain.text)
    end = starts[edit.end] if edit.end < len(starts) else len(plain.text)
    new = edit.new.replace("\r\n", "\n")
    if new and not new.endswith("\n") and (end < len(plain.text) or plain.text.endswith("\n")):
        new += "\n"
    if begin == len(plain.text) and begin and not plain.text.endswith("\n"):
        new = "\n" + new
    first, last = pieces.position(plain.position(begin)), pieces.position(plain.position(end))
    if first is None or last is None or last < first:
        raise ToolError(
            f"{where}the lines {edit.start} to {edit.end} were changed by an earlier edit. Nothing was changed."
        )
    pieces.replace(first, last, with_eol(new, plain.eol_at(begin, end)))


def changed(splices: list[Splice[str]]) -> bool:
    """Whether the splices make any difference at all, given that a replacement by the same text is one too."""
    return bool(splices)
