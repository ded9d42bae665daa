"""What a property's value says: the part of YAML 1.2 that people write at the top of notes. The rest stays text.

A value is text, a number, a truth value, nothing, or a list of these. Dates and times are text, as they are written.
"""

from __future__ import annotations

import re

import msgspec

Scalar = str | int | float | bool | None
Value = Scalar | list[Scalar]

_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAX_NUMBER = 40
"""Characters beyond which digits are no number that anything could hold."""
_COMMENT = re.compile(r"(?:^|[ \t])#.*\Z", re.DOTALL)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", "N": "\x85",
    "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_QUOTED = re.compile(r""" *(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')""", re.DOTALL)
_FLOW_WORD = re.compile(
    r"""[ \t\n]*(?:("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|([^,\[\]{}\n"'][^,\[\]{}\n]*)|)[ \t\n]*(?:#[^\n]*\n[ \t\n]*)?""",
    re.DOTALL,
)


class Reading(msgspec.Struct):
    """`problem`: why YAML would refuse it, empty if it would not; `open`: it would swallow what follows. `nested`: `value` is
    the YAML as it is written."""

    value: Value
    problem: str = ""
    open: bool = False
    nested: bool = False


def value_of(lines: list[str]) -> Reading:
    """The value that `lines` say; the first is what follows the property's colon, the rest are the lines below it."""
    first = lines[0]
    if len(lines) == 1 and first[:1] not in _SPECIAL:
        return _plain(first)
    if first[:1] in ("|", ">"):
        return Reading(_block(first, lines[1:]))
    if first[:1] in ('"', "'"):
        return _quoted("\n".join(lines))
    if first[:1] == "[":
        return _flow("\n".join(lines))
    below = [line for line in lines[1:] if line.strip() and not line.lstrip().startswith("#")]
    if not below:
        return _marked(first)
    if first[:1] in _NO_WORD or first.startswith("- "):
        return _marked("\n".join(lines))
    if _COMMENT.sub("", first).strip():
        if any(line.startswith("- ") for line in below):
            return Reading(first.strip(), "a list stands below a value")
        if _COMMENT.search(first):
            return Reading(_COMMENT.sub("", first).strip(), "a value cannot go on behind a comment")
        return _plain(" ".join([first.strip(), *(line.strip() for line in below)]))
    if all(line.lstrip().startswith(("- ", "-\t")) or line.strip() == "-" for line in below):
        return _items(lines, below)
    return _nested(lines, below)


_NO_WORD = frozenset("[{&*!|>%@`")
_SPECIAL = frozenset("|>\"'[{&*!%@`#-?")


def _marked(text: str) -> Reading:
    """One line that begins with a character of YAML's own."""
    if text[:1] == "{":
        return Reading(text, nested=True) if text.rstrip().endswith("}") else _left_open(text, "{")
    if text[:1] in ("&", "!"):
        return Reading(text, nested=True)
    if text[:1] in ("*", "%", "@", "`"):
        return Reading(text, f"a value cannot begin with {text[0]} unless it is quoted")
    if text.startswith("- "):
        return Reading(text, "a list begins on a line of its own")
    return _plain(text)


def _left_open(text: str, mark: str) -> Reading:
    return Reading(text, f"the {mark} is never closed", open=True, nested=mark != '"')


def _nested(lines: list[str], below: list[str]) -> Reading:
    text = "\n".join(lines[1:])
    tabs = any(line.startswith("\t") for line in below)
    return Reading(text, "a tab cannot indent" if tabs else "", nested=True)


def _plain(text: str) -> Reading:
    if "#" in text:
        text = _COMMENT.sub("", text)
    text = text.strip()
    if ": " in text or text.endswith(":"):
        return Reading(text, "a value with a colon in it must be quoted")
    return Reading(scalar(text))


def scalar(text: str) -> Scalar:
    """What a plain word means (YAML 1.2 core schema; dates stay text)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-." and len(text) < _MAX_NUMBER:
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text


def _quoted(text: str) -> Reading:
    match = _QUOTED.match(text)
    if match is None:
        return _left_open(text, text[0])
    rest = text[match.end() :]
    if rest.strip() and not _COMMENT.match(rest):
        return Reading(text, "something stands behind the closing quote")
    return Reading(_unquoted(match))


def _unquoted(match: re.Match[str]) -> str:
    inside = match[1] if match[1] is not None else match[2]
    if "\n" in inside:
        inside = " ".join(line.strip(" \t") for line in inside.split("\n"))
    if match[1] is None:
        return inside.replace("''", "'")
    return _ESCAPE.sub(_escaped, inside) if "\\" in inside else inside


def _escaped(match: re.Match[str]) -> str:
    word = match[1]
    if len(word) == 1:
        return _ESCAPES.get(word, word)
    number = int(word[1:], 16)
    return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"


class Flow(msgspec.Struct):
    """A list on one line or several, `[a, "b"]`: its values, how each is written, and where in the text it ends."""

    values: list[Scalar]
    sources: list[str]
    end: int


def flow_items(text: str) -> Flow | None:
    """The list that `text` begins with; None where it holds more than plain values, or is no list."""
    found = _flow_until(text)
    return found if isinstance(found, Flow) else None


def _flow(text: str) -> Reading:
    found = _flow_until(text)
    if isinstance(found, Reading):
        return found
    rest = text[found.end :]
    if rest.strip() and not _COMMENT.match(rest):
        return Reading(text, "something stands behind the closing bracket")
    return Reading(found.values)


def _flow_until(text: str) -> Flow | Reading:
    found = Flow([], [], 1)
    if text[:1] != "[":
        return Reading(text)
    while True:
        match = _FLOW_WORD.match(text, found.end)
        if match is None:
            return _left_open(text, "[")
        end = text[match.end() : match.end() + 1]
        found.end = match.end() + 1
        if end in ("[", "{"):
            return Reading(text, nested=True) if text.rstrip().endswith("]") else _left_open(text, "[")
        if end not in (",", "]"):
            return _left_open(text, "[") if not end else Reading(text, "the list cannot be read")
        if match[1] is not None:
            quoted = _QUOTED.match(match[1])
            found.values.append(_unquoted(quoted) if quoted else match[1])
            found.sources.append(match[1])
        elif match[2] is not None:
            word = _COMMENT.sub("", match[2]).strip()
            found.values.append(scalar(word))
            found.sources.append(word)
        if end == "]":
            return found


def _items(lines: list[str], below: list[str]) -> Reading:
    out: list[Scalar] = []
    for line in below:
        item = line.lstrip()[1:].strip()
        if item[:1] in ('"', "'"):
            one = _quoted(item)
            if one.problem:
                return Reading("\n".join(lines[1:]), one.problem, open=one.open)
            out.append(one.value if isinstance(one.value, str) else "")
        elif item[:1] in _NO_WORD or item.startswith(("- ", "? ")):
            return Reading("\n".join(lines[1:]), nested=True)
        else:
            one = _plain(item)
            if one.problem:
                return Reading("\n".join(lines[1:]), nested=True)
            out.append(one.value if not isinstance(one.value, list) else None)
    return Reading(out)


def _block(mark: str, lines: list[str]) -> str:
    """`|` keeps line ends, `>` makes them spaces; `-` and `+` say what becomes of those at the end."""
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    bare = [line[indent:] for line in lines]
    if not any(line.strip() for line in bare):
        return ""
    text = "\n".join(bare) if mark[0] == "|" else re.sub(r"(?<!\n)\n(?!\n)", " ", "\n".join(bare))
    return text if "-" in mark.split("#", maxsplit=1)[0] else text + "\n"


def words_of(value: Value) -> list[str]:
    """A list property's words; one word, or several with commas between them, are a list too."""
    if isinstance(value, list):
        return [str(one) for one in value if one is not None and str(one).strip()]
    if value is None or value == "":
        return []
    return [word for part in str(value).split(",") if (word := part.strip())]


def tags_of(value: Value) -> list[str]:
    """The tags that a property names, without `#`; in one text they are parted by commas or spaces."""
    words = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return [name for word in words if word is not None and (name := str(word).strip().removeprefix("#"))]
