"""What every step of a build is given, and how a step fails: in words, with nothing half made left where it looks finished."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The checkout."""


class BuildError(Exception):
    """The build cannot go on, or what it made may not be kept. The words are for whoever builds."""


@dataclass(frozen=True)
class Build:
    """`folder`: the onedir. `into`: where finished artefacts go. `scratch`: thrown away at the end. `epoch`: the commit's time in
    seconds since 1970, which every file of an artefact gets. `version`: as app/version.py says. `quick`: pack fast, for tests."""

    folder: str
    version: str
    into: str
    scratch: str
    epoch: int
    quick: bool = False
    began: float = field(default_factory=time.monotonic)

    def say(self, words: str) -> None:
        """One line of progress."""
        print(f"[{time.monotonic() - self.began:5.1f} s] {words}", flush=True)


def read_version() -> str:
    """The release that this checkout is."""
    found: dict[str, str] = {}
    with open(os.path.join(ROOT, "app", "version.py"), encoding="utf-8") as file:
        exec(file.read(), found)  # noqa: S102 - our own file, which says nothing else
    return found["VERSION"]


def read_epoch() -> int:
    """SOURCE_DATE_EPOCH (reproducible-builds.org), else the commit's time, else 1980, the oldest that a zip can say."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named:
        return int(named)
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return int(asked.stdout) if asked.returncode == 0 and asked.stdout.strip() else 315532800


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, log: str = "", seconds: float = 1200) -> str:
    """Run a tool and give what it printed. Its words go into `log` where one is named. Raises BuildError with the last of them."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise BuildError(f"{command[0]} is not installed here, and the build needs it.") from None
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if log:
        with open(log, "w", encoding="utf-8") as file:
            file.write(said)
    if done.returncode != 0:
        last = "\n".join(said.strip().splitlines()[-15:])
        raise BuildError(f"{os.path.basename(command[0])} failed with status {done.returncode}:\n{last}")
    return done.stdout.decode("utf-8", "replace")


def size_of(path: str) -> int:
    """Bytes of a file, or of all files below a folder, links not followed and counted as nothing."""
    if not os.path.isdir(path):
        return os.path.getsize(path)
    return sum(
        os.lstat(os.path.join(folder, name)).st_size
        for folder, _, names in os.walk(path)
        for name in names
        if not os.path.islink(os.path.join(folder, name))
    )


def import_sources() -> None:
    """Make `app` importable: what the packages say of the program is asked of the program."""
    if ROOT not in sys.path:
        sys.path.append(ROOT)
