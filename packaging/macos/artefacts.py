"""What is made for macOS: name for `--only` → how it is made and proved. Not yet run on macOS."""

from __future__ import annotations

import os
from collections.abc import Callable

import onedir
from building import Build, BuildError, run
from macos import bundle, codesign, image


def dmg(build: Build) -> list[str]:
    """The app, signed where an identity is named, proved, in an image that Apple has seen where credentials are named."""
    app = os.path.join(os.path.dirname(build.folder), bundle.NAME)
    if not os.path.isdir(app):
        raise BuildError(f"{app} is not there: PyInstaller makes it beside the folder of programs, on macOS alone.")
    signed = codesign.sign(app, build.scratch)
    onedir.prove(build, os.path.join(app, "Contents", "MacOS"))
    path = image.make(build, app)
    identity = os.environ.get(codesign.IDENTITY)
    if signed and identity:
        run(["codesign", "--force", "--timestamp", "--sign", identity, path])
        codesign.notarise(path)
    return [path]


ARTEFACTS: dict[str, Callable[[Build], list[str]]] = {"dmg": dmg}
