"""Which part of a server's entry is a secret, as far as names, known shapes and randomness tell. Pure functions of text.

What is taken for one by mistake is only kept more carefully than it needs; what is missed stays in the open. So rather more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from app.clients.adopting.strings import Leaf, Path
from app.core.redaction import MARK, clean_text, names_secret

Where = Literal["env", "args", "headers", "url"]

ENV = ("env", "environment")
HEADERS = ("headers", "http_headers")
ADDRESSES = ("url", "serverUrl", "httpUrl")
LONG = 20
"""Characters of a word from which on randomness alone makes it a suspect."""
RANDOM = 3.3
"""Bits a character. Words of people have 2 to 3, tokens in hexadecimal 3.4 to 4, others 4.5 and more."""

_FLAG = re.compile(r"--?[A-Za-z][A-Za-z0-9_.-]*")
_ASSIGNED = re.compile(r"(?:--?)?([A-Za-z][A-Za-z0-9_.-]{0,63})=(.+)", re.DOTALL)
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,63}):[ \t]*(.+)", re.DOTALL)
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token)[ \t]+(.+)", re.DOTALL)
_PASSWORD = re.compile(r"://[^\s/:@]{0,256}:([^\s/@]{1,512})@")
_USER_ALONE = re.compile(r"://([^\s/:@]{16,512})@")
_QUERY = re.compile(r"[?&#]([A-Za-z0-9_.-]{1,64})=([^&#\s]+)")
_PIECE = re.compile(r"[A-Za-z0-9_~+-]{20,}")
_PLAIN_WORD = re.compile(r"(?:true|false|null|none|yes|no|on|off|[0-9]{1,5})", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Suspect(msgspec.Struct, frozen=True):
    """`leaf.value[start:end]` is a secret. `label`: what it is called there, for a person: `GITHUB_TOKEN`, `--api-key`."""

    leaf: Leaf
    where: Where
    label: str
    start: int
    end: int

    @property
    def value(self) -> str:
        return self.leaf.value[self.start : self.end]

    @property
    def whole(self) -> bool:
        """Whether the whole text is the secret."""
        return (self.start, self.end) == (0, len(self.leaf.value))

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        alone = self.where == "args" and self.label.startswith(("-", "argument "))
        return self.label if alone else f"{self.where} {self.label}".strip()


def suspects(leaves: Iterable[Leaf]) -> list[Suspect]:
    """Every secret of one entry, in its order; at most one a place."""
    found: list[Suspect] = []
    before = ""
    for leaf in leaves:
        where = where_of(leaf.path)
        if where == "env":
            found += _whole(leaf, where, str(leaf.path[-1]))
        elif where == "headers":
            found += _header(leaf, where, str(leaf.path[-1]), leaf.value, 0)
        elif where == "args":
            found += _argument(leaf, before)
            before = leaf.value
        elif where == "url":
            found += _inside(leaf, where, "")
    return found


def masked(value: str) -> str:
    """A secret as it may be shown: the sign of its kind where it has one, and how long it is."""
    kind = re.match(r"[A-Za-z]{2,8}[_-](?:[a-z]{2,4}[_-])?", value)
    shown = kind.group() if kind and len(value) >= 16 and clean_text(value) != value else ""
    return f"{shown}•••• ({len(value)} characters)"


def hidden(text: str, found: Iterable[Suspect]) -> str:
    """`leaf.value` with the secrets in it hidden."""
    for each in sorted(found, key=lambda one: one.start, reverse=True):
        text = text[: each.start] + "••••" + text[each.end :]
    return text


def looks_random(word: str) -> bool:
    """Whether a word is more likely a key than a name: long, letters and digits, nothing that repeats."""
    if len(word) < LONG or not re.search(r"[0-9]", word) or not re.search(r"[A-Za-z]", word):
        return False
    if _UUID.fullmatch(word):  # names an account or a workspace more often than it opens one
        return False
    counts = Counter(word)
    bits = -sum(count / len(word) * math.log2(count / len(word)) for count in counts.values())
    return bits >= RANDOM and (_words_of(word) < 0.6)


def _words_of(word: str) -> float:
    """How much of it is runs of small letters of four and more, as names have: `server-filesystem`."""
    return sum(len(run) for run in re.findall(r"[a-z]{4,}|[A-Z][a-z]{3,}", word)) / len(word)


def where_of(path: Path) -> Where | None:
    """Which part of an entry a text stands in; None where it is none that a server gets."""
    head = path[0] if path else ""
    if head in ENV and len(path) == 2:
        return "env"
    if head in HEADERS and len(path) == 2:
        return "headers"
    if head in ADDRESSES and len(path) == 1:
        return "url"
    if head == "args" and len(path) == 2:
        return "args"
    if head == "command" and len(path) == 2 and path[1] != 0:
        return "args"  # opencode: the whole command line
    return "args" if path[:2] == ("command", "args") and len(path) == 3 else None  # older Zed


def _whole(leaf: Leaf, where: Where, name: str) -> Iterator[Suspect]:
    """A variable goes behind the door whole, however small the secret in it is."""
    value = leaf.value
    if _is_secret(name, value) or any(_inside(leaf, where, name)):
        yield Suspect(leaf, where, name, 0, len(value))


def _header(leaf: Leaf, where: Where, name: str, value: str, offset: int) -> Iterator[Suspect]:
    scheme = _SCHEME.fullmatch(value)
    if scheme is not None and value.strip():
        yield Suspect(leaf, where, name, offset + scheme.start(1), offset + len(value))
    elif _is_secret(name, value):
        yield Suspect(leaf, where, name, offset, offset + len(value))


def _argument(leaf: Leaf, before: str) -> list[Suspect]:
    value = leaf.value
    assigned = _ASSIGNED.fullmatch(value)
    if assigned is not None and _is_secret(assigned.group(1), assigned.group(2)):
        label = value[: assigned.start(2) - 1]
        return [Suspect(leaf, "args", label, assigned.start(2), len(value))]
    if _FLAG.fullmatch(before) and not _FLAG.fullmatch(value) and _is_secret(before.lstrip("-"), value):
        return [Suspect(leaf, "args", before, 0, len(value))]
    header = _HEADER.fullmatch(value)
    if header is not None and not header.group(2).startswith("//"):
        found = list(_header(leaf, "args", header.group(1), header.group(2), header.start(2)))
        if found:
            return found
    position = leaf.path[-1] if leaf.path[0] == "command" and len(leaf.path) == 2 else int(leaf.path[-1]) + 1
    return list(_inside(leaf, "args", before if _FLAG.fullmatch(before) else f"argument {position}"))


def _is_secret(name: str, value: str) -> bool:
    if not value.strip() or _PLAIN_WORD.fullmatch(value.strip()):
        return False
    if names_secret(name):
        return not _is_a_path(value)
    return clean_text(value) == MARK or (looks_random(value) and not _is_a_path(value) and "/" not in value)


def _is_a_path(value: str) -> bool:
    """`SECRETS_FILE=/etc/…` names where a secret lies, it is none."""
    return bool(re.match(r"(?:[A-Za-z]:[\\/]|~?/|\.{1,2}/|file:)", value)) and clean_text(value) == value


def _inside(leaf: Leaf, where: Where, label: str) -> Iterator[Suspect]:
    """Secrets that are a part of a text: a password in an address, a key in its query, a token of a known shape."""
    text = leaf.value
    spans: list[tuple[int, int, str]] = []
    if "://" in text:
        spans += [(*found.span(1), "password") for found in _PASSWORD.finditer(text)]
        spans += [(*found.span(1), "user") for found in _USER_ALONE.finditer(text) if looks_random(found.group(1))]
        spans += [
            (*found.span(2), found.group(1))
            for found in _QUERY.finditer(text)
            if _is_secret(found.group(1), found.group(2))
        ]
    spans += [(start, end, label) for start, end in known_shapes(text)]
    local = where == "args" and "/" in text and "://" not in text  # a path: its parts are names
    for found in _PIECE.finditer(text) if not local else ():
        if looks_random(found.group()):
            spans.append((*found.span(), label))
    apart: list[tuple[int, int, str]] = []
    for start, end, name in spans:  # what is known best comes first
        if all(end <= other[0] or start >= other[1] for other in apart):
            apart.append((start, end, name))
    for start, end, name in sorted(apart):
        yield Suspect(leaf, where, name, start, end)


def known_shapes(text: str) -> list[tuple[int, int]]:
    """Where the log's own rules would put their mark: everything between what they leave standing."""
    kept = clean_text(text).split(MARK)
    if len(kept) < 2 or not text.startswith(kept[0]):
        return []
    found: list[tuple[int, int]] = []
    start = len(kept[0])
    for index, piece in enumerate(kept[1:], 2):
        end = len(text) if not piece and index == len(kept) else text.find(piece, start + 1)
        if end <= start:
            return []
        found.append((start, end))
        start = end + len(piece)
    return found
