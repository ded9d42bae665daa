from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from servers.runtime.safe import landlock

CONFINED = """
import os, subprocess, sys
from servers.runtime import wire
from servers.runtime.confining import confine
base = sys.argv[1]
folders = tuple(wire.Folder(f"{base}/{name}", name) for name in ("read", "ask", "write", "off"))
confine(wire.Policy(1, folders), f"{base}/undo")
def tried(act):
    try:
        act()
        return "yes"
    except PermissionError:
        return "no"
for name in ("read", "ask", "write", "off", "other", "undo"):
    print(name, tried(lambda: os.listdir(f"{base}/{name}")), tried(lambda: open(f"{base}/{name}/new", "w").close()))
import difflib, sqlite3
print(subprocess.run([sys.executable, "-c", "print('ran')"], capture_output=True, text=True).stdout.strip())
"""


@pytest.mark.skipif(not landlock.available(), reason="this kernel has no Landlock")
def test_a_confined_process_reaches_its_folders_and_python_alone(tmp_path: Path) -> None:
    for name in ("read", "ask", "write", "off", "other"):
        (tmp_path / name).mkdir()
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "read yes no",
        "ask yes yes",
        "write yes yes",
        "off no no",
        "other no no",
        "undo yes yes",
        "ran",
    ]


def test_a_refusal_by_the_kernel_is_said_and_our_own_checks_go_on() -> None:
    program = (
        "import _thread, time\n"
        "from servers.runtime import wire\n"
        "from servers.runtime.confining import confine\n"
        "_thread.start_new_thread(time.sleep, (60,))\n"
        "confine(wire.Policy(1), '')\n"
        "print('goes on')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "goes on\n"
    if landlock.available():
        assert "before the first thread" in done.stderr
