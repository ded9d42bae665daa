"""The list of what is packaged: everything that Doorkeep needs here, with versions and hashes, the same each time."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
sbom = importlib.import_module("sbom")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("sbom") / "doorkeep.cdx.json"
    sbom.write(str(path))
    return json.loads(path.read_text(encoding="utf-8"))


def test_it_is_cyclonedx_of_this_release(written: dict[str, Any]) -> None:
    assert (written["bomFormat"], written["specVersion"], written["version"]) == ("CycloneDX", "1.5", 1)
    assert written["metadata"]["component"]["version"] == importlib.metadata.version("doorkeep")
    assert written["serialNumber"].startswith("urn:uuid:")


def test_what_is_needed_at_first_and_second_hand_is_in_it_and_no_tool_of_ours(written: dict[str, Any]) -> None:
    names = {part["name"] for part in written["components"]}
    assert {"python", "msgspec", "keyring", "mcp", "pyside6-essentials", "shiboken6", "tomlkit"} <= names
    assert not {"pytest", "ruff", "pyinstaller", "pyright", "hypothesis"} & names


def test_each_part_has_the_installed_version_and_the_locked_hashes(written: dict[str, Any]) -> None:
    for part in written["components"][1:]:
        assert part["version"] == importlib.metadata.version(part["name"])
        assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
        assert all(one["value"].startswith("sha256:") for one in part["properties"])


def test_every_reference_leads_to_a_part(written: dict[str, Any]) -> None:
    known = {part["bom-ref"] for part in written["components"]} | {written["metadata"]["component"]["bom-ref"]}
    assert len(known) == len(written["components"]) + 1
    for line in written["dependencies"]:
        assert {line["ref"], *line["dependsOn"]} <= known
    (own,) = [line for line in written["dependencies"] if line["ref"].startswith("pkg:pypi/doorkeep@")]
    assert len(own["dependsOn"]) >= 8


def test_it_is_the_same_where_another_library_reads_what_is_installed(written: dict[str, Any], tmp_path: Path) -> None:
    """importlib_metadata, once it is loaded, answers for importlib.metadata too, and raises for what is missing."""
    importlib.import_module("importlib_metadata")
    again = tmp_path / "again.json"
    sbom.write(str(again))
    assert json.loads(again.read_text(encoding="utf-8")) == written


def test_two_of_the_same_commit_are_equal(written: dict[str, Any], tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    sbom.write(str(again))
    assert json.loads(again.read_text(encoding="utf-8")) == written
