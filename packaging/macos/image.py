"""The disk image: the app beside a link to Applications, so that one drag installs it. Not yet run on macOS."""

from __future__ import annotations

import os
import shutil

from building import Build, run

VOLUME = "Doorkeep"


def make(build: Build, app: str) -> str:
    """A compressed, read-only image. Returns its path. Raises BuildError."""
    path = os.path.join(build.into, f"doorkeep-{build.version}-macos-{machine()}.dmg")
    stage = os.path.join(build.scratch, "image")
    os.makedirs(stage)
    shutil.copytree(app, os.path.join(stage, os.path.basename(app)), symlinks=True)
    os.symlink("/Applications", os.path.join(stage, "Applications"))
    run(command(stage, path))
    return path


def command(stage: str, path: str) -> list[str]:
    """hdiutil(1): made from a folder, compressed by lzfse, which macOS reads since 10.11."""
    return [
        *("hdiutil", "create", "-volname", VOLUME, "-srcfolder", stage, "-fs", "HFS+"),
        *("-format", "ULFO", "-ov", "-quiet", path),
    ]


def machine() -> str:
    """`arm64` or `x86_64`: a build is for the processor that it was made on."""
    import platform

    return platform.machine()
