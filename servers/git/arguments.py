"""Arguments that several tools share, with the words the model reads, and the bound of one result."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from servers.runtime.call import Call

# What these mean stands in the server's instructions once, not in the list seventeen times.
Repo = str
"""A path, a folder's name, or empty for the only repository in reach."""
Paths = Annotated[list[str], Meta(max_length=500)]
"""Relative to the repository's root."""
MaxChars = Annotated[int, Meta(ge=0)]
"""0: as much as the user's settings allow."""
Cursor = str
"""`next` of the page before."""


def bound(call: Call, max_chars: int = 0) -> int:
    """Characters that the result may have."""
    return min(max_chars or call.page_chars, call.max_chars)
