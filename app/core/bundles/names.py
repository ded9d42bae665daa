"""What a bundle's file is called. Nothing is read here: the window's start asks."""

from __future__ import annotations

ENDINGS = (".mcpb", ".dxt")


def is_bundle(path: str) -> bool:
    """Whether a file is a bundle, by its name."""
    return path.lower().endswith(ENDINGS)
