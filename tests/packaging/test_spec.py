"""What the recipe adds on systems that it was not run on here: read out of the recipe itself and run against PyInstaller's names."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
SPEC = ROOT / "packaging/doorkeep.spec"


class Recipe:
    """Some functions of the recipe, with its `CONF` and `BUNDLE`."""

    def __init__(self, work: Path) -> None:
        self.bundles: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.names: dict[str, Any] = {
            "os": os,
            "CONF": {"workpath": str(work)},
            "read_version": lambda: "1.2.3",
            "BUNDLE": lambda *given, **named: self.bundles.append((given, named)),
        }
        tree = ast.parse(SPEC.read_text(encoding="utf-8"))
        wanted: list[ast.stmt] = [
            node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in self.wanted
        ]
        assert len(wanted) == len(self.wanted)
        exec(compile(ast.Module(wanted, []), str(SPEC), "exec"), self.names)

    wanted = ("looks", "bundled", "update_address")

    def __getattr__(self, name: str) -> Any:
        return self.names[name]


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    return Recipe(tmp_path)


@pytest.mark.parametrize("program", ["doorkeep", "doorkeep-tray", "doorkeep-bridge"])
def test_on_windows_each_program_has_its_icon_and_its_words(recipe: Recipe, program: str) -> None:
    found = recipe.looks(program, "1.2.3")
    assert set(found) == {"icon", "version"}
    assert Path(found["icon"]).read_bytes()[:4] == b"\0\0\1\0"
    assert f"{program}.exe" in Path(found["version"]).read_text(encoding="utf-8")


def test_on_macos_the_folder_becomes_an_app_with_identity_icon_and_reasons(recipe: Recipe) -> None:
    recipe.bundled("collected")
    ((given, named),) = recipe.bundles
    assert given == ("collected",)
    assert (named["name"], named["bundle_identifier"], named["version"]) == (
        "Doorkeep.app",
        "org.doorkeep.Doorkeep",
        "1.2.3",
    )
    assert named["info_plist"]["CFBundleExecutable"] == "doorkeep-tray"
    assert Path(named["icon"]).read_bytes()[:4] == b"icns"


def test_an_address_for_updates_is_packaged_only_where_one_is_named(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOORKEEP_UPDATE_URL", raising=False)
    assert recipe.update_address() == []
    monkeypatch.setenv("DOORKEEP_UPDATE_URL", "https://updates.example/latest.json")
    ((place, path, kind),) = recipe.update_address()
    assert (place, kind) == (os.path.join("resources", "updates.url"), "DATA")
    assert Path(path).read_text() == "https://updates.example/latest.json\n"
