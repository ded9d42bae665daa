"""Where the text that an edit named may have been meant: the three nearest places of the file, with line numbers, in bounded time."""

from __future__ import annotations

import time

_SECONDS = 0.2
_PLACES = 3
_LINES_SHOWN = 12
_CHARS_SHOWN = 200
_ENOUGH = 0.5


def explain(text: str, old: str, path: str) -> str:
    """Why `old` was not found in `text`, and what comes closest. What is quoted is the file's content, not a message."""
    head = f"`old` does not occur in {path}. Nothing was changed."
    places = places_like(text, old)
    if not places:
        return f"{head} Nothing in the file resembles it; read the file again."
    lines = text.split("\n")
    wanted = old.split("\n")
    height = min(max(len(wanted) - (not wanted[-1]), 1), _LINES_SHOWN)
    parts = [head, "The nearest places (file content, with line numbers):"]
    for first in places:
        shown = lines[first : first + height]
        parts.append("\n".join(f"{first + number + 1}: {_cut(line)}" for number, line in enumerate(shown)))
        why = _difference("\n".join(lines[first : first + len(wanted)]), old)
        if why:
            parts.append(f"({why})")
    parts.append("Copy the text exactly as it stands in the file.")
    return "\n".join(parts)


def _cut(line: str) -> str:
    return line if len(line) <= _CHARS_SHOWN else f"{line[:_CHARS_SHOWN]}… ({len(line) - _CHARS_SHOWN} more characters)"


def _difference(here: str, old: str) -> str:
    if here.split() == old.split():
        return "differs only in spaces, tabs or line breaks"
    if here.casefold().split() == old.casefold().split():
        return "differs only in upper and lower case"
    return ""


def places_like(text: str, old: str) -> list[int]:
    """At most three line indexes (from 0) where something like `old` begins, best first. Takes at most about 0.2 s."""
    deadline = time.monotonic() + _SECONDS
    lines = [_folded(line) for line in text.split("\n")]
    wanted = [_folded(line) for line in old.split("\n")]
    scores: dict[int, float] = {}
    at: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if line:
            at.setdefault(line, []).append(number)
    for offset, line in enumerate(wanted):
        for number in at.get(line, ())[:1000]:
            if number >= offset:
                scores[number - offset] = scores.get(number - offset, 0.0) + len(line)
    if not scores:
        scores = _by_likeness(lines, wanted, deadline)
    best = sorted(scores, key=lambda first: (-scores[first], first))
    return _apart(best, len(wanted))


def _folded(line: str) -> str:
    return " ".join(line.split()).casefold()


def _by_likeness(lines: list[str], wanted: list[str], deadline: float) -> dict[int, float]:
    """Lines that resemble the longest of `wanted`, by the share of characters in common, in order."""
    from difflib import SequenceMatcher

    offset = max(range(len(wanted)), key=lambda number: len(wanted[number]))
    goal = wanted[offset]
    if not goal:
        return {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(goal[:500])
    scores: dict[int, float] = {}
    for number, line in enumerate(lines):
        if number % 64 == 0 and time.monotonic() > deadline:
            break
        if number < offset or not line:
            continue
        if goal in line:
            scores[number - offset] = 1.0 + len(goal) / len(line)
            continue
        matcher.set_seq1(line[:500])
        if matcher.real_quick_ratio() > _ENOUGH and matcher.quick_ratio() > _ENOUGH:
            ratio = matcher.ratio()
            if ratio > _ENOUGH:
                scores[number - offset] = ratio
    return scores


def _apart(best: list[int], height: int) -> list[int]:
    """The first three that do not lie on one another."""
    out: list[int] = []
    for first in best:
        if all(abs(first - other) >= height for other in out):
            out.append(first)
            if len(out) == _PLACES:
                break
    return out
