"""Stand-ins for packaged builds: this project's code as release V in ROOT/versions/V, with programs that the interpreter runs.

They say that they are frozen and lie as an installation does, so that paths, launching and upgrading are the real ones.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from app.desktop.versions import put_in_force

PROJECT = Path(__file__).parents[2]
PARTS = ("app", "servers", "resources")
PROGRAMS = ("doorkeep", "doorkeep-bridge", "doorkeep-tray")
START = """#!/bin/sh
"exec" "{python}" "-P" "$0" "$@"
import os, sys
here = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(here, "_internal"))
sys.frozen, sys._MEIPASS = True, os.path.join(here, "_internal")
sys.executable = os.path.realpath(__file__)
with open(os.path.join(here, "_internal", "{name}.py")) as file:
    exec(compile(file.read(), "{name}.py", "exec"))
"""
# The shell takes the second line for a command, Python for a string: a path with spaces may not stand after #!.
INTERPRETER = os.path.abspath(sys.executable)


class Releases:
    """An installation folder; `add` puts a release beside the others."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, version: str) -> Path:
        folder = self.root / "versions" / version
        inside = folder / "_internal"
        for part in PARTS:
            shutil.copytree(PROJECT / part, inside / part)
        release = inside / "app" / "version.py"
        release.write_text(f'"""The release this is."""\n\nVERSION = "{version}"\n')
        for name in PROGRAMS:
            shutil.copy(PROJECT / "packaging" / "programs" / f"{name}.py", inside)
            program = folder / name
            program.write_text(START.format(python=INTERPRETER, name=name))
            program.chmod(0o755)
        return folder

    def patch(self, version: str, path: str, old: str, new: str) -> None:
        """Make a release's code another in one place."""
        file = self.root / "versions" / version / "_internal" / path
        before = file.read_text()
        assert before.count(old) == 1, f"{path} has {before.count(old)} times: {old}"
        file.write_text(before.replace(old, new))

    def install(self, version: str) -> None:
        """Bring it into force, as an installer does at its end."""
        put_in_force(str(self.root), version)

    def program(self, name: str) -> str:
        """By the stable path."""
        return str(self.root / "current" / name)
