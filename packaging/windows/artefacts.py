"""What is made for Windows: name for `--only` → how it is made. Not yet run on Windows; the installer compiles on Linux, too."""

from __future__ import annotations

import os
from collections.abc import Callable

from building import Build
from onedir import PROGRAMS
from windows import installer, signtool


def setup(build: Build) -> list[str]:
    """The installer, of signed programs where a certificate is named."""
    signtool.sign([os.path.join(build.folder, f"{name}.exe") for name in PROGRAMS])
    return [installer.make(build)]


ARTEFACTS: dict[str, Callable[[Build], list[str]]] = {"setup": setup}
