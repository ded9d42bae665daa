"""Which files are pictures that a client can show, told by how they begin, never by their name."""

from __future__ import annotations

MAX_BYTES = 640 * 1024
"""A larger picture would not fit into a result once it is base64 (limit of results: 900,000 bytes)."""
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def mime_of(head: bytes) -> str:
    """The media type of a picture whose first 16 bytes are in `head`, or an empty string."""
    for beginning, mime in _BEGINNINGS:
        if head.startswith(beginning):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return ""
