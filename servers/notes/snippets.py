"""Where in a note's text the words of a query stand, and the lines to show of it. Made from the file's text as it is now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from servers.notes.index.asking import Term
from servers.notes.index.contents import spaced

WIDTH = 180
"""Characters of one line that are shown."""
_MAX_LOOKED_AT = 2_000


class _Folds(dict[int, str]):
    """Each character as one folded character without its accent, so that places stay the same."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKD", char)[0].lower()
        found = self[code] = plain if len(plain) == 1 else char
        return found


_folds = _Folds()


def folded(text: str) -> str:
    """`text` without case and accents, character by character."""
    return text.lower() if text.isascii() else text.translate(_folds)


def pattern(terms: Sequence[Term]) -> re.Pattern[str] | None:
    """Finds any of the terms in folded text; None where there are none."""
    parts = [part for part in map(_pattern, terms) if part]
    return re.compile("|".join(sorted(parts, key=len, reverse=True))) if parts else None


def _pattern(term: Term) -> str:
    text = folded(term.text)
    if spaced(text) != text:  # scripts without spaces have no ends of words
        return re.escape(text)
    words = [re.escape(word) for word in re.split(r"[\W_]+", text) if word]
    if not words:
        return ""
    end = "" if term.prefix else r"(?![^\W_])"
    return r"(?<![^\W_])" + r"[\W_]+".join(words) + end


def holds_all(groups: Sequence[Sequence[Term]], texts: Sequence[str]) -> bool:
    """Whether of each group one term stands in one of these texts."""
    there = [folded(text) for text in texts]
    for group in groups:
        one = pattern(group)
        if one is not None and not any(one.search(text) for text in there):
            return False
    return True


def lines(text: str, terms: Sequence[Term], most: int = 2) -> list[tuple[int, str]]:
    """The best lines of a text by number, in order: those with most of the terms; without any, the first that says something."""
    wanted = pattern(terms)
    found: dict[int, tuple[int, int, int]] = {}
    if wanted is not None:
        low = folded(text)
        start = line = 0
        for count, match in enumerate(wanted.finditer(low)):
            if count >= _MAX_LOOKED_AT:
                break
            line += low.count("\n", start, match.start())
            start = match.start()
            kinds, at, _ = found.get(line, (0, start, start))
            found[line] = (kinds + 1, at, start)
    best = sorted(sorted(found, key=lambda number: (-found[number][0], number))[:most])
    if not best:
        return _first(text)
    return [(number + 1, _clipped(text, found[number][1])) for number in best]


def _clipped(text: str, at: int) -> str:
    """The line around the place `at`, at most WIDTH characters of it."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    left, right = start, end
    if end - start > WIDTH:
        left = max(start, min(at - WIDTH // 3, end - WIDTH))
        right = left + WIDTH
    shown = text[left:right].strip().replace("\r", " ").replace("\t", " ")
    return f"{'…' if left > start else ''}{shown}{'…' if right < end else ''}"


def _first(text: str) -> list[tuple[int, str]]:
    """The first line behind the properties that is not empty."""
    inside = text.startswith(("---\n", "---\r\n"))
    for number, line in enumerate(text[: 64 * 1024].split("\n")):
        if number and inside and line.strip() == "---":
            inside = False
        elif not inside and line.strip() and line.strip() != "---":
            return [(number + 1, _clipped(line, 0))]
    return []
