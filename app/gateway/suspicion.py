"""Words in a tool's description that are not for describing a tool: what a person should see before accepting it.

Nothing is refused here, and no text is trusted for looking clean; what is found is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, cast

import msgspec

Kind = Literal["hides", "instructs", "names", "secrets"]

MAX_TEXT = 20_000
"""Characters of one tool that are looked at; more is suspicious by itself, and looking takes time that others wait for."""
MOST = 20
"""Warnings about one tool."""
_HIDDEN = {
    *range(0x00AD, 0x00AE), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x061C, 0x180E,
    *range(0xE0000, 0xE01F0), 0x3164, 0x115F, 0x1160, 0xFFA0,
}  # fmt: skip
"""Zero-width characters, direction overrides, tags, variation selectors that spell, and blanks that are letters."""
_INSTRUCTS = [
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"<\s*/?\s*(important|system|secrets?|instructions?|admin|critical)\b[^>]{0,40}>", "marks text as orders"),
        (
            r"\b(ignore|disregard|forget|override)\b.{0,40}\b(previous|prior|above|earlier|other|all|any)\b.{0,40}"  # noqa: ISC004
            r"\b(instructions?|rules?|prompts?|guidelines?|tools?)\b",
            "tells the model to ignore what it was told",
        ),
        (
            r"\b(do not|don't|never|must not|without)\b.{0,30}\b(tell|telling|mention|mentioning|inform|informing|notify|"  # noqa: ISC004
            r"notifying|reveal|revealing|show|showing|ask|asking|alert|alerting)\b.{0,30}\b(user|human|person|anyone)\b",
            "tells the model to keep something from the user",
        ),
        (
            r"\b(before|prior to)\b.{0,30}\b(using|calling|invoking|running|executing)\b.{0,30}\b(this|any|other|every|all)\b"  # noqa: ISC004
            r".{0,20}\b(tools?|functions?|commands?)\b.{0,80}\b(read|call|run|send|fetch|open|get)\b",
            "tells the model to do something else first",
        ),
        (
            r"\b(you|the (ai|assistant|model|agent))\b.{0,15}\b(must|should|have to|shall)\b.{0,10}\b(always|first|never|also)\b",
            "gives the model orders",
        ),
        (r"\b(system prompt|hidden instruction|jailbreak|developer mode)\b", "speaks of the model's own instructions"),
        (
            r"\b(instead of|rather than|prefer (this|it) (over|to))\b.{0,60}\b(tools?|servers?)\b",
            "steers away from other tools",
        ),
    )
]
_SECRETS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"~/\.(ssh|aws|gnupg|kube|netrc|npmrc|docker|cursor|config)\b",
        r"\b(id_rsa|id_ed25519|\.env\b|authorized_keys|credentials\.json|mcp\.json|claude_desktop_config|\.netrc)",
        r"\b(provide|pass|include|give|send|supply|enter|paste|read|attach|append)\b.{0,40}"  # noqa: ISC004
        r"\b(api[ _-]?keys?|passwords?|passphrases?|private keys?|secrets?|credentials?|access tokens?|seed phrase|cookies?)\b",
        r"\b(conversation|chat) history\b",
    )
]
_SECRET_NAMES = re.compile(
    r"^(api_?key|password|passwd|passphrase|secret|client_?secret|private_?key|access_?token|auth_?token|credentials?)$",
    re.IGNORECASE,
)


class Warned(msgspec.Struct, frozen=True):
    """One finding. `kind`: it hides text, instructs the model, names other servers' tools, or asks for secrets."""

    kind: Kind
    where: str
    """The member of the tool, as a path (`description`, `inputSchema.properties.note.description`)."""
    words: str


def warnings(tool: Mapping[str, Any], others: Mapping[str, Iterable[str]]) -> list[Warned]:
    """What a person should see of a tool. `others`: the tools of other servers, by server."""
    found: dict[Warned, None] = {}
    names = _foreign_names(others, str(tool.get("name", "")))
    left = MAX_TEXT
    for where, text in _texts(tool, ""):
        for warned in _of_text(where, text[:left], names):
            found[warned] = None
        left -= len(text)
        if left < 0:
            found[Warned("hides", where, f"has more than {MAX_TEXT} characters by here, more than anybody reads")] = (
                None
            )
        if left < 0 or len(found) >= MOST:
            break
    for name in _arguments(tool):
        if _SECRET_NAMES.match(name):
            found[Warned("secrets", f"inputSchema.properties.{name}", f"wants a secret as its argument {name}")] = None
    return list(found)[:MOST]


def _arguments(tool: Mapping[str, Any]) -> Iterable[str]:
    schema: Any = tool.get("inputSchema")
    properties: Any = cast("dict[str, Any]", schema).get("properties") if isinstance(schema, dict) else None
    return list(cast("dict[str, Any]", properties))[:1000] if isinstance(properties, dict) else ()


def warnings_of_text(where: str, text: str) -> list[Warned]:
    """The same of one text, such as a server's instructions; these may tell the model how to use the server."""
    return [warned for warned in _of_text(where, text[:MAX_TEXT], {}) if warned.words != "gives the model orders"]


def _of_text(where: str, text: str, names: Mapping[str, str]) -> Iterator[Warned]:
    hidden = sorted({letter for letter in text if _is_hidden(letter)})
    if hidden:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in hidden[:5])
        yield Warned("hides", where, f"holds characters that nobody sees ({codes})")
    shown = unicodedata.normalize("NFKC", "".join(letter for letter in text if not _is_hidden(letter)))
    one_line = " ".join(shown.split())
    for pattern, words in _INSTRUCTS:
        if pattern.search(one_line):
            yield Warned("instructs", where, words)
    for pattern in _SECRETS:
        match = pattern.search(one_line)
        if match:
            yield Warned("secrets", where, f"asks for secrets or private files ({match.group()[:60]})")
            break
    for word in set(re.findall(r"[A-Za-z0-9_-]{5,128}", shown)) & set(names):
        yield Warned("names", where, f"names {word}, a tool of {names[word]}")


def _is_hidden(letter: str) -> bool:
    code = ord(letter)
    return code in _HIDDEN or (unicodedata.category(letter) in ("Cc", "Co", "Cs") and letter not in "\n\r\t")


def _foreign_names(others: Mapping[str, Iterable[str]], own: str) -> dict[str, str]:
    """Names that are no everyday words, so that they can only mean the tool."""
    return {
        name: server
        for server, names in others.items()
        for name in names
        if name != own and len(name) >= 5 and ("_" in name or "-" in name)
    }


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, with its place; names of members too, since the model reads them."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            place = f"{where}.{name}" if where else name
            if where:
                yield f"{where}, the name of a member", name
            yield from _texts(inner, place)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from _texts(inner, f"{where}[{number}]")
