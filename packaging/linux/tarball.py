"""The archive for every other Linux: unpack it, start the program inside, and a window offers to install it for this user."""

from __future__ import annotations

import os
import platform
import shutil

import archives
import onedir
from building import Build, run

READ_ME = """Doorkeep stands between AI apps and your computer.

Start `doorkeep-tray` (double-click it): a window offers to install Doorkeep for you. Nothing outside your home is touched.
Without a desktop: ./doorkeep install

To remove it again: `doorkeep uninstall`, or the same window.
"""


def make(build: Build) -> str:
    """Makes `doorkeep-VERSION-linux-MACHINE.tar.gz`. Returns its path."""
    name = f"doorkeep-{build.version}-linux-{platform.machine()}"
    path = os.path.join(build.into, f"{name}.tar.gz")
    tree = os.path.join(build.scratch, "tar")
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(build.folder, tree, symlinks=True)
    with open(os.path.join(tree, "README.txt"), "w", encoding="utf-8") as file:
        file.write(READ_ME)
    onedir.settle(tree, build.epoch)
    build.say("packing the .tar.gz")
    archives.tar_gz(tree, path, name, build.epoch)
    shutil.rmtree(tree)
    return path


def prove(build: Build, path: str) -> None:
    """Unpack it where a person might, and have it test itself there. Raises BuildError."""
    place = os.path.join(build.scratch, "Ann Müller’s downloads")
    os.makedirs(place)
    run(["tar", "--extract", "--gzip", "--file", path, "--directory", place])
    (name,) = os.listdir(place)
    passed = onedir.prove(build, os.path.join(place, name))
    build.say(f"self-test of what the .tar.gz unpacks: {passed} checks passed")
    shutil.rmtree(place)
