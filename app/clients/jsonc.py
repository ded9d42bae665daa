"""A scanner for JSON (RFC 8259) and JSON with comments: where keys and values stand in the text, never a rewritten text.

It accepts exactly what the dialect allows and refuses the rest with line and column; no message quotes the file,
which holds other people's secrets.
"""

from __future__ import annotations

import json
import re
from typing import Literal

Dialect = Literal["json", "jsonc"]
"""`jsonc` also takes // and /* */ comments and one comma after the last member."""

MAX_DEPTH = 500
"""Deeper nesting is refused: no client writes it, and programs that parse recursively die of it."""

TOKEN = re.compile(
    r"""[ \t\r\n]*+(?:
      (?P<punct>[{}\[\],:])
    | (?P<string>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*")
    | (?P<scalar>(?:-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null)(?![0-9A-Za-z_.+-]))
    | (?P<comment>//[^\r\n]*+|/\*[\s\S]*?\*/)
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)


class JsoncError(ValueError):
    """The text is not of its dialect. `line` and `column` count from 1; `what` says what is wrong."""

    def __init__(self, text: str, at: int, what: str) -> None:
        lines = re.split(r"\r\n|\n|\r", text[:at])
        self.line = len(lines)
        self.column = len(lines[-1]) + 1
        self.what = what
        super().__init__(f"line {self.line}, column {self.column}: {what}")


class Value:
    """A value's place: `text[start:end]`. An object that was opened has `members`; others have None."""

    __slots__ = ("end", "members", "start")

    def __init__(self, start: int, end: int = -1) -> None:
        self.start = start
        self.end = end
        self.members: list[Member] | None = None

    def member(self, key: str) -> Member | None:
        """The only member of that key, or None. Raises LookupError where there are several."""
        found = [each for each in self.members or () if each.key == key]
        if len(found) > 1:
            raise LookupError(key)
        return found[0] if found else None


class Member:
    """`text[start:…]` is the quoted key, `colon` the index after the key's closing quote, `comma` of the comma after it or -1."""

    __slots__ = ("colon", "comma", "key", "start", "value")

    def __init__(self, key: str, start: int, colon: int) -> None:
        self.key = key
        self.start = start
        self.colon = colon
        self.comma = -1
        self.value = Value(-1)


def scan(text: str, dialect: Dialect = "json", depth: int = 2) -> Value:
    """The root value; objects down to `depth` levels (1: only the root) have their members listed. Raises JsoncError.

    `text` carries no byte-order mark. A lone surrogate escape is fine, as it is for every JSON.parse.
    """
    return _Scanner(text, dialect == "jsonc", depth).run()


class _Scanner:
    """One pass over the tokens with a stack instead of recursion."""

    def __init__(self, text: str, lenient: bool, depth: int) -> None:
        self.text = text
        self.lenient = lenient
        self.depth = depth
        self.stack: list[Value] = []
        self.at = 0
        self.fresh = False
        """Whether the innermost container has just been opened."""

    def run(self) -> Value:
        root = self._value(*self._next(0))
        while self.stack:
            self._step()
        kind, start, _ = self._next(self.at)
        if kind != "end":
            raise JsoncError(self.text, start, "something follows the end of the document")
        return root

    def _step(self) -> None:
        """Reads one member or item of the innermost open container, or closes it."""
        inside = self.stack[-1]
        closing = "}" if self.text[inside.start] == "{" else "]"
        kind, start, end = self._next(self.at)
        first = self.fresh
        if kind == "end":
            raise JsoncError(self.text, start, "the document ends too early")
        if kind == closing:
            self._close(inside, end)
            return
        if not first:
            if kind != ",":
                raise JsoncError(self.text, start, f'expected "," or "{closing}"')
            if inside.members:
                inside.members[-1].comma = start
            kind, start, end = self._next(end)
            if kind == closing:
                if not self.lenient:
                    raise JsoncError(self.text, start, "a comma stands before the end")
                self._close(inside, end)
                return
        if closing == "]":
            self._value(kind, start, end)
            return
        if kind != "string":
            raise JsoncError(self.text, start, "expected a key in double quotes")
        member = None
        if inside.members is not None:
            member = Member(json.loads(self.text[start:end]), start, end)
            inside.members.append(member)
        kind, at, end = self._next(end)
        if kind != ":":
            raise JsoncError(self.text, at, 'expected ":"')
        value = self._value(*self._next(end))
        if member is not None:
            member.value = value

    def _value(self, kind: str, start: int, end: int) -> Value:
        value = Value(start, end)
        self.at = end
        self.fresh = False
        if kind in {"{", "["}:
            if len(self.stack) >= MAX_DEPTH:
                raise JsoncError(self.text, start, f"nested deeper than {MAX_DEPTH} levels")
            if kind == "{" and len(self.stack) < self.depth:
                value.members = []
            self.stack.append(value)
            self.fresh = True
        elif kind not in {"string", "scalar"}:
            raise JsoncError(self.text, start, "the document ends too early" if kind == "end" else "expected a value")
        return value

    def _close(self, value: Value, end: int) -> None:
        value.end = end
        self.stack.pop()
        self.at = end
        self.fresh = False

    def _next(self, at: int) -> tuple[str, int, int]:
        """Kind (a punctuation mark itself, or `string`, `scalar`, `end`), start and end of the token after `at`."""
        while True:
            found = TOKEN.match(self.text, at)
            if found is None:
                raise JsoncError(self.text, _after_space(self.text, at), self._complaint(at))
            kind = found.lastgroup or ""
            if kind == "comment":
                if not self.lenient:
                    raise JsoncError(self.text, found.start(kind), "comments are not allowed here")
                at = found.end()
                continue
            start, end = found.span(kind)
            return (self.text[start] if kind == "punct" else kind), start, end

    def _complaint(self, at: int) -> str:
        start = _after_space(self.text, at)
        opening = self.text[start : start + 1]
        if opening == '"':
            return "a string is not closed, or holds a control character or an unknown escape"
        if opening == "'":
            return "strings are written in double quotes"
        if opening == "/" and self.text[start : start + 2] == "/*":
            return "a comment is not closed"
        return "this is not JSON"


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


COMMENT_OR_SPACE = re.compile(r"[ \t\r\n]++|//[^\r\n]*+|/\*[\s\S]*?\*/")


def after_comments(text: str, start: int, end: int) -> int:
    """The index after the last comment of `text[start:end]`, which holds white space and comments; `start` where none is."""
    return _last_comment(text, start, end)[1]


def ends_in_line_comment(text: str, start: int, end: int) -> bool:
    """Whether the last comment of `text[start:end]` is one that only a line's end closes."""
    return text.startswith("//", _last_comment(text, start, end)[0])


def _last_comment(text: str, start: int, end: int) -> tuple[int, int]:
    """Beginning and end of the last comment; the text's end and `start` where none is."""
    last = len(text), start
    at = start
    while at < end:
        found = COMMENT_OR_SPACE.match(text, at, end)
        if found is None:
            break
        at = found.end()
        if text[found.start()] == "/":
            last = found.span()
    return last


def after_comments_of_line(text: str, start: int) -> int:
    """The index after the comments that follow `start` on its own line; `start` where none does."""
    last = start
    at = start
    while True:
        found = COMMENT_OR_SPACE.match(text, at)
        if found is None:
            return last
        piece = found.group()
        if "\n" in piece or "\r" in piece:
            return last
        at = found.end()
        if piece[0] == "/":
            last = at
