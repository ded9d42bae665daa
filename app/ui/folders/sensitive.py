"""Which files in a granted folder often hold secrets: a bounded look by name, for the person's eyes only.

It decides nothing: the servers refuse by the same list, file by file, whatever was or was not found here.
"""

from __future__ import annotations

import fnmatch
import itertools
import json
import os
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

LIST = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
    "resources",
    "sensitive.json",
)
MOST_ENTRIES = 20_000
MOST_FOUND = 50
SECONDS = 1.0
DEPTH = 12
_ORDINARY = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv", "target", "build", "dist"})
"""Made by programs, large, and not where people keep secrets."""


class Sensitive(NamedTuple):
    """`inside` is the path relative to the folder, with `/`; `why` a short reason."""

    inside: str
    why: str


class Found(NamedTuple):
    """`whole`: every file was looked at; otherwise the look ended at its bound."""

    files: list[Sensitive]
    whole: bool


class _Rule(NamedTuple):
    why: str
    match: tuple[tuple[str, ...], ...]
    excepted: frozenset[str]


@lru_cache(maxsize=1)
def _rules() -> list[_Rule]:
    with open(LIST, encoding="utf-8") as file:
        raw: dict[str, Any] = json.load(file)
    return [
        _Rule(
            str(rule["why"]),
            tuple(tuple(str(pattern).split("/")) for pattern in rule["match"]),
            frozenset(rule.get("except", [])),
        )
        for rule in raw["sensitive"]
    ]


@lru_cache(maxsize=8192)
def _names(name: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What a folded name could end, as (the parts before it, the reason)."""
    if any(name in rule.excepted for rule in _rules()):
        return ()
    return tuple(
        (pattern[:-1], rule.why)
        for rule in _rules()
        for pattern in rule.match
        if fnmatch.fnmatchcase(name, pattern[-1].replace("[", "[[]"))
    )


def why(parts: tuple[str, ...]) -> str:
    """Why the last of the folded `parts` of a path is on the list, or an empty string."""
    for before, reason in _names(parts[-1]):
        if not before or parts[-1 - len(before) : -1] == before:
            return reason
    return ""


def look(folder: str, most: int = MOST_ENTRIES, seconds: float = SECONDS) -> Found:
    """Look through a folder, at most so many entries and so long. Links are not followed; what cannot be read is left out."""
    files: list[Sensitive] = []
    end = time.monotonic() + seconds
    for count, (inside, folded) in enumerate(_walk(folder)):
        if count >= most or (count % 256 == 0 and time.monotonic() > end):
            return Found(files, False)
        reason = why(folded)
        if reason:
            files.append(Sensitive(inside, reason))
            if len(files) >= MOST_FOUND:
                return Found(files, False)
    return Found(files, True)


def _walk(folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Breadth first: what lies near the top is found first. What lies below a hit is covered by it."""
    waiting: list[tuple[str, tuple[str, ...]]] = [("", ())]
    for inside, parts in waiting:
        try:
            with os.scandir(os.path.join(folder, inside) if inside else folder) as found:
                entries = list(itertools.islice(found, MOST_ENTRIES + 1))
        except OSError:
            continue
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            folded = (*parts, entry.name.casefold().rstrip(" .") or entry.name)
            yield name, folded
            try:
                below = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if below and len(folded) < DEPTH and folded[-1] not in _ORDINARY and not why(folded):
                waiting.append((name, folded))


def glob_of(inside: str) -> str:
    """The `reveal` entry that names that file. One at the top of a folder also names its namesakes below: see `namesakes`."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in inside)


def namesakes(inside: str) -> bool:
    """Whether revealing it reveals every file of that name in the folder."""
    return "/" not in inside
