"""Bytes as rows of hexadecimal digits, for files that hold no text."""

from __future__ import annotations

ROW = 16
"""Bytes in a row."""
WIDTH = 76
"""Characters that a full row takes, its line end included, with an offset of eight digits."""
_PRINTED = bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in range(256))


def rows(content: bytes, offset: int) -> str:
    """Lines `offset  hex  text`, each ended; `offset` is the first byte's place in the file."""
    out: list[str] = []
    for at in range(0, len(content), ROW):
        row = content[at : at + ROW]
        out.append(f"{offset + at:08x}  {row.hex(' '):<47}  {row.translate(_PRINTED).decode('ascii')}\n")
    return "".join(out)
