"""What a bundle's file is called."""

from __future__ import annotations

import pytest

from app.core.bundles.names import is_bundle


@pytest.mark.parametrize(("path", "is_one"), [("a.mcpb", True), ("A.DXT", True), ("a.zip", False), ("mcpb", False)])
def test_a_bundle_is_told_by_its_name(path: str, is_one: bool) -> None:
    assert is_bundle(path) is is_one
