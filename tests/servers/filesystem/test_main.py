import subprocess
import sys

from tests.servers.filesystem.conftest import Files

HEAVY = ("asyncio", "dataclasses", "logging", "pathlib", "subprocess", "difflib", "mcp", "mcp_types", "sqlite3", "json")


def test_help_tells_how_to_start_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "servers.filesystem", "--help"], capture_output=True, text=True, check=True
    )
    assert "python -m servers.filesystem --folder PATH=ACCESS" in run.stdout


def test_the_program_speaks_the_older_era_too(files: Files) -> None:
    assert files.peer.initialize("2025-11-25")["serverInfo"]["name"] == "filesystem"
    assert "matches=0" in files.text("search_files", query="x")


def test_starting_imports_nothing_heavy() -> None:
    program = (
        "import sys; from servers.runtime import lean; lean.load(); import servers.filesystem.server;"
        "print(*[name for name in sys.argv[1:] if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program, *HEAVY], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
