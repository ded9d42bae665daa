"""Which files hold secrets and which ones other programs execute: the lists of resources/sensitive.json, asked by path.

Names are compared without regard to case, to trailing dots and spaces, and to characters that some file systems ignore, since
`.GIT`, `.git ` and `.g\u200cit` are one folder there. A name that matches covers everything below it.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence

import msgspec

from servers.runtime.wire import Folder


class Rule(msgspec.Struct, frozen=True):
    """One row of the list. `match` and `except` hold names, `*` standing for any characters of one name; a name may be a
    chain `a/b` of consecutive parts. `why` is a short reason for people."""

    why: str
    match: tuple[str, ...]
    excepted: tuple[str, ...] = msgspec.field(name="except", default=())


class Lists(msgspec.Struct, frozen=True):
    """The file's two lists."""

    sensitive: tuple[Rule, ...]
    executed: tuple[Rule, ...]


class Matcher:
    """A list made quick: exact names in a dictionary, the few with `*` in tuples. A question costs one to three microseconds."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._exact: dict[str, str] = {}
        self._chains: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._globs: list[tuple[str, str, str]] = []
        self._excepted: set[str] = set()
        for rule in rules:
            self._excepted.update(rule.excepted)
            for pattern in rule.match:
                self._add(pattern, rule.why)
        self._ends = tuple({end for start, end, _ in self._globs if not start})
        self._starts = tuple({start for start, _, _ in self._globs if start})

    def _add(self, pattern: str, why: str) -> None:
        if "/" in pattern:
            *before, last = pattern.split("/")
            self._chains.setdefault(last, []).append((tuple(before), f"{pattern}: {why}"))
        elif "*" in pattern:
            start, _, end = pattern.partition("*")
            self._globs.append((start, end, f"{pattern}: {why}"))
        else:
            self._exact[pattern] = f"{pattern}: {why}"

    def why(self, parts: Sequence[str]) -> str:
        """Why one of the folded `parts` is on the list, or an empty string."""
        for position, part in enumerate(parts):
            if part in self._excepted:
                continue
            found = self._exact.get(part)
            if found:
                return found
            for before, reason in self._chains.get(part, ()):
                if tuple(parts[max(position - len(before), 0) : position]) == before:
                    return reason
            if part.endswith(self._ends) or part.startswith(self._starts):
                for start, end, reason in self._globs:
                    if len(part) >= len(start) + len(end) and part.startswith(start) and part.endswith(end):
                        return reason
        return ""

    def mentions(self, parts: list[str]) -> bool:
        """Whether one of the folded `parts` can be the last name of a match; what lies above it does not count."""
        return any(
            part in self._exact or part in self._chains or part.endswith(self._ends) or part.startswith(self._starts)
            for part in parts
        )


_matchers: dict[str, Matcher] = {}
_MAX_SUSPECTS = 4096


def shipped() -> Lists:
    """The lists as Doorkeep ships them."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    with open(os.path.join(root, "resources", "sensitive.json"), "rb") as file:
        return msgspec.json.decode(file.read(), type=Lists)


def _matcher(name: str) -> Matcher:
    found = _matchers.get(name)
    if found is None:
        lists = shipped()
        _matchers["sensitive"] = Matcher(lists.sensitive)
        _matchers["executed"] = Matcher(lists.executed)
        found = _matchers[name]
    return found


def folded(path: str) -> list[str]:
    """The parts of `path` in the form they are compared in: case, trailing dots and spaces, ignorable characters taken out."""
    text = path.replace("\\", "/") if os.sep == "\\" else path
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return [part.rstrip(" .") or part for part in text.casefold().split("/") if part]


def sensitive(folder: Folder, path: str) -> str:
    """Why the object at `path` may hold secrets, or an empty string.

    Judged below `folder`, which covers it: who grants a folder like `.aws` by name has said what they want. `folder.reveal`
    globs, relative to the folder, take single files off the list.
    """
    inside = path[len(folder.path) :]
    why = _matcher("sensitive").why(folded(inside))
    if why and folder.reveal and _revealed(folder, inside):
        return ""
    return why


_suspects: dict[str, bool] = {}


def may_be_sensitive(name: str) -> bool:
    """Whether a name of a path could make `sensitive` give a reason: a quick first question for walks over many names."""
    found = _suspects.get(name)
    if found is None:
        if len(_suspects) >= _MAX_SUSPECTS:
            _suspects.clear()
        found = _suspects[name] = _matcher("sensitive").mentions(folded(name))
    return found


def executed(path: str) -> str:
    """Why other programs may execute the object at `path` (absolute; every part counts), or an empty string."""
    return _matcher("executed").why(folded(path))


def _revealed(folder: Folder, inside: str) -> bool:
    import fnmatch

    name = inside.replace(os.sep, "/").strip("/").casefold()
    for glob in folder.reveal:
        wanted = glob.casefold().strip("/")
        if fnmatch.fnmatchcase(name, wanted) or (
            "/" not in wanted and fnmatch.fnmatchcase(name.rsplit("/", 1)[-1], wanted)
        ):
            return True
        if any(fnmatch.fnmatchcase(name[:cut], wanted) for cut, char in enumerate(name) if char == "/"):
            return True
    return False
