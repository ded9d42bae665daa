"""Globs as regular expressions that take linear time on any name: `*` and `?` within one name, `**` across folders, `[…]`, `{a,b}`.

A glob without `/` is about names at any depth; one with `/` about the path below the folder it is asked of. No pattern may
make matching slow: each star takes the earliest place where what follows it fits and never comes back to look for another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from servers.runtime.errors import ToolError

MAX_LENGTH = 1000
"""Characters of one glob."""
MAX_ALTERNATIVES = 200
"""Patterns that the braces of one glob may stand for."""

Test = Callable[[str], object]
"""Given a name or a relative path, something true where it matches."""


def translate(glob: str) -> str:
    """The regular expression (for `fullmatch`) of a glob without braces. Raises ToolError where it is too long."""
    if len(glob) > MAX_LENGTH:
        raise ToolError(f"A glob has {len(glob):,} characters; at most {MAX_LENGTH:,} are possible.")
    parts: list[str] = []
    for part in glob.split("/"):
        if part != "**" or not parts or parts[-1] != "**":
            parts.append(part)
    if parts == ["**"]:
        return "(?s:.*)"
    groups: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            groups.append([])
        else:
            groups[-1].append(part)
    return "(?s:" + "".join(_joined(groups)) + ")"


def _joined(groups: list[list[str]]) -> Iterable[str]:
    """`groups` are the names between `**`s; those between two of them may be placed at the earliest folder where they fit."""
    last = len(groups) - 1
    for number, group in enumerate(groups):
        text = "/".join(_name(part) for part in group)
        if number == 0:
            yield text + ("/" if group and last else "")
        elif number < last:
            yield f"(?>(?:[^/]+/)*?{text}/)"
        elif group:
            yield f"(?:[^/]+/)*{text}"
        else:
            yield ".+"


def _name(part: str) -> str:
    """One name of a path. Between two stars stands a fixed row of characters, which may be taken where it is found first."""
    rows = _rows(part)
    if len(rows) == 1:
        return rows[0]
    middle = "".join(f"(?>[^/]*?{row})" for row in rows[1:-1])
    return f"{rows[0]}{middle}[^/]*{rows[-1]}"


def _rows(part: str) -> list[str]:
    rows = [""]
    position = 0
    while position < len(part):
        char = part[position]
        position += 1
        if char == "*":
            if len(rows) == 1 or rows[-1]:
                rows.append("")
        elif char == "?":
            rows[-1] += "[^/]"
        elif char == "[":
            text, position = _class(part, position)
            rows[-1] += text
        elif char == "\\" and position < len(part):
            rows[-1] += re.escape(part[position])
            position += 1
        else:
            rows[-1] += re.escape(char)
    return rows


def _class(part: str, start: int) -> tuple[str, int]:
    """The character class whose `[` ends at `start`, and where it ends; a lone `[` is itself."""
    at = start + 1 if part[start : start + 1] in ("!", "^") else start
    end = part.find("]", at + 1)
    if end < 0:
        return r"\[", start
    inside = part[at:end].replace("\\", r"\\").replace("[", r"\[").replace("&", r"\&").replace("~", r"\~")
    inside = inside.replace("|", r"\|").replace("]", r"\]").replace("^", r"\^")
    text = f"(?!/)[{'^' if at > start else ''}{inside}]"
    try:
        re.compile(text)
    except re.error:  # a range that runs backwards matches nothing
        text = "(?!)"
    return text, end + 1


def certain(part: str) -> str:
    """The longest text that every name matched by a glob without `/` and braces contains; may be empty."""
    text = re.sub(r"(?s)\\.|\[[!^]?.[^]]*\]|\?", "*", part)
    return max(text.split("*"), key=len)


def braces(glob: str) -> list[str]:
    """What a glob with `{a,b}` stands for. Braces without a comma or a partner are characters like any other."""
    done: list[str] = []
    waiting = [glob]
    while waiting:
        text = waiting.pop(0)
        span = _brace(text)
        if span is None:
            done.append(text)
            continue
        start, end, choices = span
        waiting[:0] = [text[:start] + choice + text[end:] for choice in choices]
        if len(done) + len(waiting) > MAX_ALTERNATIVES:
            raise ToolError(f"The glob {glob[:80]} stands for more than {MAX_ALTERNATIVES} patterns. Give fewer.")
    return done


def _brace(text: str) -> tuple[int, int, list[str]] | None:
    """The first brace with a comma that holds no other: start, end, choices."""
    start, choices, since = -1, list[str](), 0
    for position, char in enumerate(text):
        if char == "{":
            start, choices, since = position, [], position + 1
        elif char == "," and start >= 0:
            choices.append(text[since:position])
            since = position + 1
        elif char == "}" and start >= 0:
            if choices:
                return start, position + 1, [*choices, text[since:position]]
            start = -1
    return None


class Globs:
    """A list of globs as an argument gives it; `!` in front excludes. With excluding ones only, everything else is wanted.

    `wants(name, path)` is asked with a file's name and its path below the folder of the search, `/` between names.
    """

    def __init__(self, globs: Iterable[str], *, ignore_case: bool = False) -> None:
        flags = re.IGNORECASE if ignore_case else 0
        wanted: list[str] = []
        unwanted: list[str] = []
        for glob in globs:
            (unwanted if glob.startswith("!") else wanted).append(glob.removeprefix("!"))
        self._wanted = _tests(wanted, flags)
        self._unwanted = _tests(unwanted, flags)
        self.empty = not wanted and not unwanted

    def wants(self, name: str, path: str) -> bool:
        """Whether a file is wanted."""
        names, paths = self._unwanted
        if (names is not None and names(name)) or (paths is not None and paths(path)):
            return False
        names, paths = self._wanted
        if names is None and paths is None:
            return True
        return bool((names is not None and names(name)) or (paths is not None and paths(path)))

    def excludes_folder(self, name: str, path: str) -> bool:
        """Whether nothing below the folder can be wanted, because an excluding glob names it."""
        names, paths = self._unwanted
        if (names is not None and names(name)) or (paths is not None and paths(path)):
            return True
        return paths is not None and bool(paths(path + "/\0"))


def _tests(globs: list[str], flags: int) -> tuple[Test | None, Test | None]:
    """One test of names and one of paths."""
    names: list[str] = []
    paths: list[str] = []
    for glob in globs:
        for one in braces(glob):
            plain = one.removeprefix("./").rstrip("/") if one != "/" else one
            if "/" in plain or plain == "**":
                paths.append(translate(plain.lstrip("/")))
            elif plain:
                names.append(translate(plain))
    return _either(names, flags), _either(paths, flags)


def _either(expressions: list[str], flags: int) -> Test | None:
    return re.compile("|".join(expressions), flags).fullmatch if expressions else None


def is_glob(text: str) -> bool:
    """Whether `text` holds a character that only a glob gives meaning to."""
    return any(char in text for char in "*?[") or _brace(text) is not None
