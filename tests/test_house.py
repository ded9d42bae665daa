"""The house rules, as tests: what may import what, how large a room may be, and that each room has its test."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for top in ("app", "servers") for path in (ROOT / top).rglob("*.py"))
PACKAGING = sorted(path for path in (ROOT / "packaging").rglob("*.py") if path.parent.name != "programs")
"""It has no `__init__.py`, which would shadow a library; the three programs in `programs` are proved by the packaged build."""
TESTS = sorted((ROOT / "tests").rglob("*.py"))
ROOMS = [path for path in SOURCES if path.name != "__init__.py"]
BANNED_NAMES = {"utils", "helpers", "common", "manager", "misc", "data", "info"}
MOST_LINES = 400


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def test_floors_and_forbidden_imports_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    run = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"], ids=name)
def test_init_files_are_empty(path: Path) -> None:
    assert path.read_text() == ""


@pytest.mark.parametrize("path", ROOMS + TESTS + PACKAGING, ids=name)
def test_no_room_is_longer_than_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", ROOMS + PACKAGING, ids=name)
def test_rooms_say_what_they_are_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", SOURCES + PACKAGING, ids=name)
def test_names_say_something(path: Path) -> None:
    assert path.stem not in BANNED_NAMES
    assert path.parent.name not in BANNED_NAMES


@pytest.mark.parametrize("path", ROOMS + PACKAGING, ids=name)
def test_each_room_has_its_test(path: Path) -> None:
    inside = path.relative_to(ROOT)
    stem = path.stem.strip("_")
    expected = ROOT / "tests" / inside.parent / f"test_{stem}.py"
    assert expected.exists(), f"{expected.relative_to(ROOT)} is missing"


@pytest.mark.parametrize("path", [p for p in ROOMS if p.is_relative_to(ROOT / "app/bridge")], ids=name)
def test_the_bridge_imports_the_standard_library_and_itself(path: Path) -> None:
    """And the number of the release, which is one line without imports."""
    outside = {module for module in imports(path) if module.split(".")[0] not in sys.stdlib_module_names}
    assert {module for module in outside if not module.startswith(("app.bridge", "app.version"))} == set()


def test_the_number_of_the_release_needs_nothing() -> None:
    assert imports(ROOT / "app/version.py") == set()


@pytest.mark.parametrize("path", [p for p in ROOMS if p.is_relative_to(ROOT / "app")], ids=name)
def test_the_app_knows_of_servers_only_the_wire(path: Path) -> None:
    of_servers = {module for module in imports(path) if module.split(".")[0] == "servers"}
    allowed = {"servers.runtime", "servers.runtime.wire"}
    assert {
        module for module in of_servers if module not in allowed and not module.startswith("servers.runtime.wire.")
    } == set()


SPEAK_SQL = (ROOT / "app/core/journal", ROOT / "servers/notes/index")


@pytest.mark.parametrize("path", [p for p in ROOMS if not any(map(p.is_relative_to, SPEAK_SQL))], ids=name)
def test_only_the_journal_and_the_notes_index_speak_sql(path: Path) -> None:
    assert "sqlite3" not in imports(path)


@pytest.mark.parametrize("path", [p for p in ROOMS if not p.is_relative_to(ROOT / "app/gateway")], ids=name)
def test_only_the_gateway_writes_the_journal(path: Path) -> None:
    if not path.is_relative_to(ROOT / "app/core/journal"):
        assert not any(module.startswith("app.core.journal.writer") for module in imports(path))


@pytest.mark.parametrize("path", [p for p in ROOMS if not p.is_relative_to(ROOT / "app/core/vault")], ids=name)
def test_only_the_vault_speaks_to_the_keychain(path: Path) -> None:
    assert not any(module.split(".")[0] in ("keyring", "secretstorage") for module in imports(path))


@pytest.mark.parametrize("path", [p for p in ROOMS if not p.is_relative_to(ROOT / "app/core/vault")], ids=name)
def test_only_the_gateway_asks_the_vault(path: Path) -> None:
    if not path.is_relative_to(ROOT / "app/gateway"):
        assert not any(module.startswith("app.core.vault") for module in imports(path))


@pytest.mark.parametrize("path", ROOMS + TESTS + PACKAGING, ids=name)
def test_no_registry_host_is_written_down(path: Path) -> None:
    hosts = "|".join(["registry" + r"\.npmjs", "files" + r"\.pythonhosted", "py" + r"pi\.org"])
    assert not re.search(hosts, path.read_text())
