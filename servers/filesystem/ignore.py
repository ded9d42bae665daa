"""What `.gitignore` files leave out (gitignore(5)), asked name by name while a tree is walked.

The files count from the granted folder down, whether or not it is a repository; a folder that holds `.git` begins anew. Who
walks never goes into a folder that is ignored, so what lies below one needs no question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from servers.filesystem.globs import MAX_LENGTH, translate

NAME = ".gitignore"
MAX_BYTES = 1 << 20
"""A longer ignore file is left out of account."""
MAX_RULES = 5000


class _Run:
    """Consecutive rules of one kind, ignoring or taking back, as quick tests. Rules that end in `/` are about folders only."""

    __slots__ = ("_folder_names", "_folder_paths", "_literals", "_names", "_paths", "_suffixes", "ignores")

    def __init__(self, ignores: bool, rules: list[tuple[str, bool]]) -> None:
        self.ignores = ignores
        literals: set[str] = set()
        suffixes: list[str] = []
        kinds: dict[tuple[bool, bool], list[str]] = {}
        for glob, only_folders in rules:
            path = "/" in glob
            if not path and not only_folders and not any(char in glob for char in "*?[\\"):
                literals.add(glob)
            elif not path and not only_folders and glob[:1] == "*" and not any(char in glob[1:] for char in "*?[\\"):
                suffixes.append(glob[1:])
            else:
                kinds.setdefault((path, only_folders), []).append(translate(glob.lstrip("/")))
        self._literals = frozenset(literals)
        self._suffixes = tuple(suffixes)
        self._names = _either(kinds.get((False, False)))
        self._paths = _either(kinds.get((True, False)))
        self._folder_names = _either(kinds.get((False, True)))
        self._folder_paths = _either(kinds.get((True, True)))

    def matches(self, name: str, path: str, folder: bool) -> bool:
        if name in self._literals or (self._suffixes and name.endswith(self._suffixes)):
            return True
        if (self._names is not None and self._names(name)) or (self._paths is not None and self._paths(path)):
            return True
        return folder and bool(
            (self._folder_names is not None and self._folder_names(name))
            or (self._folder_paths is not None and self._folder_paths(path))
        )


def _either(expressions: Iterable[str] | None):
    return re.compile("|".join(expressions)).fullmatch if expressions else None


class Rules:
    """One ignore file's rules. Later ones win, so they are asked from the last."""

    __slots__ = ("_runs",)

    def __init__(self, text: str) -> None:
        runs: list[tuple[bool, list[tuple[str, bool]]]] = []
        for line in text.split("\n")[:MAX_RULES]:
            rule = _rule(line)
            if rule is None:
                continue
            ignores, glob, only_folders = rule
            if not runs or runs[-1][0] != ignores:
                runs.append((ignores, []))
            runs[-1][1].append((glob, only_folders))
        self._runs = [_Run(ignores, rules) for ignores, rules in reversed(runs)]

    def __bool__(self) -> bool:
        return bool(self._runs)

    def verdict(self, name: str, path: str, folder: bool) -> bool | None:
        """Whether the entry is ignored; None where no rule speaks of it. `path` is relative to the ignore file's folder."""
        for run in self._runs:
            if run.matches(name, path, folder):
                return run.ignores
        return None


def _rule(line: str) -> tuple[bool, str, bool] | None:
    """(ignores, glob with a `/` in it exactly if it is anchored, only folders), or None for a line that is no rule."""
    line = line.removesuffix("\r")
    if line.startswith("#"):
        return None
    while line.endswith(" ") and not line.endswith("\\ "):
        line = line[:-1]
    ignores = not line.startswith("!")
    line = line if ignores else line[1:]
    only_folders = line.endswith("/")
    line = line[:-1] if only_folders else line
    if not line or len(line) > MAX_LENGTH or line.strip("/") == "":
        return None
    if line.startswith("**/") and "/" not in line[3:]:
        line = line[3:]  # at any depth, as a bare name is
    if "/" in line and not line.startswith("/"):
        line = "/" + line
    return ignores, line, only_folders


class Level:
    """The rules in force in one folder: its own file's, then those of the folders above. `depth`: characters of the folder's
    path, with `/` at its end, by which the paths asked about are longer than its own."""

    __slots__ = ("_above", "_depth", "_rules")

    def __init__(self, rules: Rules, depth: int, above: Level | None) -> None:
        self._rules = rules
        self._depth = depth
        self._above = above

    def ignores(self, name: str, path: str, folder: bool) -> bool:
        """Whether the entry is left out; `path` is relative to where all depths count from."""
        level: Level | None = self
        while level is not None:
            found = level._rules.verdict(name, path[level._depth :], folder)
            if found is not None:
                return found
            level = level._above
        return False


def inside(above: Level | None, text: str | None, depth: int, begins: bool) -> Level | None:
    """The level of a folder: `text` is its ignore file or None, `begins` says that it holds `.git`."""
    if begins:
        above = None
    if text is None:
        return above
    rules = Rules(text)
    return Level(rules, depth, above) if rules else above


def moved_down(text: str, parts: list[str]) -> list[str]:
    """The lines of an ignore file as they would stand in the folder `parts` below it; rules that cannot match there are gone."""
    out: list[str] = []
    for line in text.split("\n")[:MAX_RULES]:
        rule = _rule(line)
        if rule is None:
            continue
        ignores, glob, only_folders = rule
        if "/" in glob:
            rest = _below(glob.lstrip("/").split("/"), parts)
            if not rest:
                continue
            glob = "/" + "/".join(rest)
        elif glob.startswith(("!", "#")):
            glob = "\\" + glob
        out.append(f"{'' if ignores else '!'}{glob}{'/' if only_folders else ''}")
    return out


def _below(rule: list[str], parts: list[str]) -> list[str]:
    """What is left of an anchored rule behind the folders `parts`; empty where it does not lead there."""
    for number, part in enumerate(parts):
        if not rule[number:] or rule[number] == "**":
            return rule[number:]
        if not re.fullmatch(translate(rule[number]), part):
            return []
    return rule[len(parts) :]
