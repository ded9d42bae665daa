"""Unified diffs for people and models, made from what is known to have changed: nothing is compared that need not be.

Lines are shown without their line ends. A diff has three lines of context and is never longer than it was told.
"""

from __future__ import annotations

import msgspec

from servers.runtime.changing.pieces import Splice

CONTEXT = 3
MAX_CHARS = 20_000
MAX_LINE = 1000
"""Characters of one line that are shown."""
MAX_COMPARED = 2000
"""Lines of either side beyond which a stretch is shown as replaced whole instead of being compared."""


class Diff(msgspec.Struct, frozen=True):
    """`text` ends early where it would be too long, and says so; `added` and `removed` count all lines all the same."""

    text: str = ""
    added: int = 0
    removed: int = 0


class _Change(msgspec.Struct):
    """Whole lines: the characters `begin:stop` of the old text, its line number `line` (from 0), and the lines of both sides."""

    begin: int
    stop: int
    line: int
    old: list[str]
    new: list[str]


def of_texts(old: str, new: str, path: str, *, max_chars: int = MAX_CHARS) -> Diff:
    """The diff of two whole texts."""
    if old == new:
        return Diff()
    before = _same_start(old, new)
    after = _same_start(old[before:][::-1], new[before:][::-1])
    return of_splices(
        old, [Splice(before, len(old) - after, new[before : len(new) - after])], path, max_chars=max_chars
    )


def _same_start(one: str, other: str) -> int:
    """How many characters two texts have in common at their start, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def of_splices(old: str, splices: list[Splice[str]], path: str, *, max_chars: int = MAX_CHARS) -> Diff:
    """The diff of a text whose changed stretches are known (`Pieces.splices`)."""
    changes: list[_Change] = []
    line, seen = 0, 0
    for begin, stop, inside in _whole_lines(old, splices):
        line += old.count("\n", seen, begin)
        seen = begin
        new: list[str] = []
        at = begin
        for splice in inside:
            new += (old[at : splice.start], splice.new)
            at = splice.end
        new.append(old[at:stop])
        change = _Change(begin, stop, line, _lines(old[begin:stop]), _lines("".join(new)))
        changes += _compared(change)
    added = sum(len(change.new) for change in changes)
    removed = sum(len(change.old) for change in changes)
    return Diff(_rendered(old, changes, path, max_chars) if changes else "", added, removed)


def of_byte_splices(old: bytes, splices: list[Splice[bytes]], path: str, *, max_chars: int = MAX_CHARS) -> Diff:
    """As `of_splices`, for a text in UTF-8 whose changed stretches are known in bytes; none of them cuts a character in two.
    What is no UTF-8 is shown replaced."""
    if old.isascii():
        here = [Splice(one.start, one.end, _decoded(one.new)) for one in splices]
        return of_splices(old.decode("ascii"), here, path, max_chars=max_chars)
    parts: list[str] = []
    here: list[Splice[str]] = []
    at = place = 0
    for one in splices:
        before, inside = _decoded(old[at : one.start]), _decoded(old[one.start : one.end])
        start = place + len(before)
        place = start + len(inside)
        parts += (before, inside)
        here.append(Splice(start, place, _decoded(one.new)))
        at = one.end
    return of_splices("".join([*parts, _decoded(old[at:])]), here, path, max_chars=max_chars)


def _decoded(part: bytes) -> str:
    return part.decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    """The lines of `text` with their `\n`; `str.splitlines` would end lines at other characters too."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _whole_lines(old: str, splices: list[Splice[str]]) -> list[tuple[int, int, list[Splice[str]]]]:
    """The splices, each with the whole lines that it touches; those that touch the same lines together."""
    groups: list[tuple[int, int, list[Splice[str]]]] = []
    for splice in splices:
        begin = old.rfind("\n", 0, splice.start) + 1
        whole = splice.start == begin and (not splice.new or splice.new.endswith("\n"))
        whole = whole and (splice.end == begin or old[splice.end - 1] == "\n")
        stop = splice.end if whole else old.find("\n", splice.end) + 1 or len(old)
        if groups and begin < groups[-1][1]:
            first, last, inside = groups.pop()
            groups.append((first, max(stop, last), [*inside, splice]))
        else:
            groups.append((begin, stop, [splice]))
    return groups


def _compared(change: _Change) -> list[_Change]:
    """The parts of a change that differ. Lines alike at both ends are cheap to leave out; the middle is compared if it is short."""
    old, new = change.old, change.new
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    begin = change.begin + sum(map(len, change.old[:first]))
    if not old and not new:
        return []
    if not old or not new or len(old) > MAX_COMPARED or len(new) > MAX_COMPARED:
        return [_Change(begin, begin + sum(map(len, old)), change.line + first, old, new)]
    from difflib import SequenceMatcher

    out: list[_Change] = []
    at, place = 0, begin
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            continue
        place += sum(map(len, old[at:from_old]))
        at = from_old
        size = sum(map(len, old[from_old:to_old]))
        line = change.line + first + from_old
        out.append(_Change(place, place + size, line, old[from_old:to_old], new[from_new:to_new]))
    return out


def _rendered(old: str, changes: list[_Change], path: str, max_chars: int) -> str:
    parts = [f"--- {path}\n+++ {path}\n"]
    left = max_chars - len(parts[0])
    shift = 0
    for group in _hunks(changes):
        text, shift = _hunk(old, group, shift)
        if len(text) > left:
            cut = text.rfind("\n", 0, max(left - 60, 0)) + 1
            parts.append(text[:cut] + "… (the rest of the diff is left out)\n")
            break
        parts.append(text)
        left -= len(text)
    return "".join(parts)


def _hunks(changes: list[_Change]) -> list[list[_Change]]:
    groups: list[list[_Change]] = []
    for change in changes:
        last = groups[-1][-1] if groups else None
        if last is not None and change.line - (last.line + len(last.old)) <= 2 * CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _hunk(old: str, group: list[_Change], shift: int) -> tuple[str, int]:
    """One hunk's text, and by how many lines the new file is ahead of the old one behind it."""
    first, last = group[0], group[-1]
    above = _lines_before(old, first.begin, CONTEXT)
    below = _lines_after(old, last.stop, CONTEXT)
    body = [_shown(" ", line) for line in above]
    at = first.begin
    old_height = new_height = len(above) + len(below)
    for change in group:
        between = _lines(old[at : change.begin])
        body += [_shown(" ", line) for line in between]
        body += [_shown("-", line) for line in change.old] + [_shown("+", line) for line in change.new]
        old_height += len(between) + len(change.old)
        new_height += len(between) + len(change.new)
        at = change.stop
    body += [_shown(" ", line) for line in below]
    start = first.line - len(above)
    head = f"@@ -{_span(start, old_height)} +{_span(start + shift, new_height)} @@\n"
    return head + "".join(body), shift + new_height - old_height


def _span(start: int, height: int) -> str:
    return f"{start + (height > 0)},{height}" if height != 1 else str(start + 1)


def _shown(mark: str, line: str) -> str:
    bare = line.removesuffix("\n").removesuffix("\r")
    if len(bare) > MAX_LINE:
        bare = f"{bare[:MAX_LINE]}… ({len(bare) - MAX_LINE:,} more characters)"
    return f"{mark}{bare}\n" if line.endswith("\n") else f"{mark}{bare}\n\\ No newline at end of file\n"


def _lines_before(text: str, at: int, count: int) -> list[str]:
    start = at
    for _ in range(count):
        if start == 0:
            break
        start = text.rfind("\n", 0, start - 1) + 1
    return _lines(text[start:at])


def _lines_after(text: str, at: int, count: int) -> list[str]:
    end = at
    for _ in range(count):
        end = text.find("\n", end) + 1
        if end == 0:
            end = len(text)
            break
    return _lines(text[at:end])
