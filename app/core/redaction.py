"""What of a call may be written down: no secret, and no more than the log's bound.

Secrets are found by the values that this process has met, by the names of arguments and by the shapes of well-known tokens.
Input is bounded before any pattern runs, and no pattern backtracks over more than one word.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from app.core import known

MAX_ARGUMENTS = 16 * 1024
"""Bytes of JSON that one row keeps of a call's arguments."""
MAX_PREVIEW = 2000
"""Characters that one row keeps of a result."""
MARK = "[redacted]"
_OVERLAP = 512

_KEY_PARTS = (
    *("password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey", "authorization"),
    *("credential", "cookie", "bearer"),
)
_KEY_ENDS = ("token", "pwd", "otp")
_KEYS = ("auth", "pin", "jwt", "pat")
_NO_LETTER = str.maketrans("", "", "_-. ")


def _shape(hint: str, pattern: str, put: str = MARK) -> tuple[str, re.Pattern[str], str]:
    return hint, re.compile(pattern), put


# Looking for one character costs next to nothing, so it stands before each group: text of 1 KiB costs about 5 us.
_GATES: tuple[tuple[str, tuple[tuple[str, re.Pattern[str], str], ...]], ...] = (
    (
        "-",
        (
            _shape(
                "PRIVATE KEY",
                r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z0-9 ]{0,40}-----)?",
            ),
            _shape("sk-", r"\bsk-[A-Za-z0-9_-]{16,}"),
            _shape("glpat-", r"\bglpat-[\w-]{16,}"),
            _shape("xox", r"\bxox[a-z]-[\w-]{10,}"),
            _shape("xapp-", r"\bxapp-[\w-]{10,}"),
            _shape("pypi-", r"\bpypi-[\w-]{16,}"),
        ),
    ),
    (
        "_",
        (
            _shape("gh", r"\bgh[oprsu]_[A-Za-z0-9]{20,}"),
            _shape("github_pat_", r"\bgithub_pat_\w{20,}"),
            _shape("npm_", r"\bnpm_[A-Za-z0-9]{20,}"),
            _shape("hf_", r"\bhf_[A-Za-z0-9]{20,}"),
            _shape("_live_", r"\b[a-z]{2,5}_live_[A-Za-z0-9]{12,}"),
            _shape("_test_", r"\b[a-z]{2,5}_test_[A-Za-z0-9]{12,}"),
            _shape("dop_v1_", r"\bdop_v1_[a-f0-9]{32,}"),
        ),
    ),
    (":", (_shape("://", r"(://[^\s/:@\"'\\]{0,256}):[^\s/@\"'\\]{1,512}@", r"\1:" + MARK + "@"),)),
    ("J", (_shape("eyJ", r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}"),)),
    (
        "A",
        (
            _shape("AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
            _shape("ASIA", r"\bASIA[0-9A-Z]{16}\b"),
            _shape("AIza", r"\bAIza[\w-]{30,}"),
        ),
    ),
    ("G", (_shape("SG.", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),)),
    ("2", (_shape("ya29.", r"\bya29\.[\w-]{10,}"),)),
    (" ", (_shape("earer ", r"\b([Bb]earer) [\w.~+/=-]{12,}", r"\1 " + MARK),)),
    (" ", (_shape("asic ", r"\b([Bb]asic) [\w.~+/=-]{12,}", r"\1 " + MARK),)),
)
_ASSIGNED = re.compile(
    r"""(?i)(?<![a-z0-9_.-])([a-z0-9_.-]{0,64}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)"""
    r"""[a-z0-9_]{0,32})(\\?["']?[ \t]{0,8}[=:][ \t]{0,8}\\?["']?)([^\s"'\\,;]{6,512})"""
)
_ASSIGNED_HINTS = ("passw", "passphrase", "secret", "token", "key")
_encode = msgspec.json.Encoder().encode


def clean_text(text: str) -> str:
    """The text with every known secret, and everything in the shape of one, replaced. Time grows with the length; keep it
    under 64 KiB."""
    text = known.without(text)
    for gate, shapes in _GATES:
        if gate in text:
            for hint, pattern, put in shapes:
                if hint in text:
                    text = pattern.sub(put, text)
    if "=" in text or ":" in text:
        lowered = text.lower()
        for hint in _ASSIGNED_HINTS:
            if hint in lowered:
                return _ASSIGNED.sub(r"\1\2" + MARK, text)
    return text


def clean_head(text: str, limit: int) -> str:
    """The first `limit` characters, cleaned before they are cut so that no half of a secret stays."""
    if len(text) <= limit:
        return clean_text(text)
    cleaned = clean_text(text[: limit + max(_OVERLAP, known.longest())])
    return cleaned[:limit]


def kept_arguments(arguments: dict[str, Any], encoded: bytes) -> bytes:
    """What a row keeps of a call's arguments: valid JSON of at most MAX_ARGUMENTS bytes, sizes said where it was cut.

    `encoded` is the JSON of `arguments`; it is given back as it is where nothing in it looks like a secret.
    """
    if len(encoded) <= MAX_ARGUMENTS and _harmless(arguments):
        return encoded
    for characters, entries in ((4096, 256), (1024, 64), (256, 32), (64, 16), (16, 8)):
        kept = _encode(_Cut(characters, entries).value(arguments))
        if len(kept) <= MAX_ARGUMENTS:
            return kept
    return _encode({"[cut]": f"{len(arguments)} arguments, {len(encoded)} bytes of JSON"})


def _harmless(arguments: dict[str, Any]) -> bool:
    """Whether flat arguments can be kept as they are; nested ones take the long way."""
    for key, value in arguments.items():
        if isinstance(value, (bool, int, float)) or value is None:
            if names_secret(key):
                return False
        elif not isinstance(value, str) or names_secret(key) or clean_text(value) != value:
            return False
    return True


_judged_keys: dict[str, bool] = {}


def names_secret(key: str) -> bool:
    """Whether an argument of this name holds a secret, whatever it looks like."""
    found = _judged_keys.get(key)
    if found is None:
        plain = key.lower().translate(_NO_LETTER)
        found = plain in _KEYS or plain.endswith(_KEY_ENDS) or any(part in plain for part in _KEY_PARTS)
        if len(key) < 64 and len(_judged_keys) < 1024:
            _judged_keys[key] = found
    return found


class _Cut:
    """Redacts and shortens a JSON value: strings to `characters`, objects and arrays to `entries`, depth to 32."""

    __slots__ = ("_characters", "_entries")

    def __init__(self, characters: int, entries: int) -> None:
        self._characters = characters
        self._entries = entries

    def value(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return self._object(cast("dict[str, Any]", value), depth)
        if isinstance(value, list):
            return self._array(cast("list[Any]", value), depth)
        return value

    def _text(self, text: str) -> str:
        kept = clean_head(text, self._characters)
        if len(text) <= self._characters:
            return kept
        return f"{kept}… [cut: {len(text)} characters in all]"

    def _object(self, value: dict[str, Any], depth: int) -> Any:
        if depth >= 32:
            return f"[cut: an object of {len(value)} members]"
        kept: dict[str, Any] = {}
        for key, entry in list(value.items())[: self._entries]:
            name = clean_head(key, 256)
            secret = names_secret(key) and not isinstance(entry, bool) and entry is not None
            kept[name] = MARK if secret else self.value(entry, depth + 1)
        if len(value) > self._entries:
            kept["[cut]"] = f"{len(value)} members in all"
        return kept

    def _array(self, value: list[Any], depth: int) -> Any:
        if depth >= 32:
            return f"[cut: an array of {len(value)} entries]"
        kept = [self.value(entry, depth + 1) for entry in value[: self._entries]]
        if len(value) > self._entries:
            kept.append(f"[cut: {len(value)} entries in all]")
        return kept
