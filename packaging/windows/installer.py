"""The installer: lists from the build, compiled by makensis, which runs on Linux as well. Nothing is run that it installs."""

from __future__ import annotations

import os
import re
import subprocess

import pixels
from building import Build, BuildError, run, size_of
from windows import listing, signtool

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "doorkeep.nsi")
PLACE = "$Place"


def make(build: Build) -> str:
    """The installer of `build.folder`. Returns its path. Raises BuildError."""
    path = os.path.join(build.into, f"doorkeep-{build.version}-windows-x64.exe")
    compiled(build, path)
    return path


def compiled(build: Build, path: str) -> str:
    """Compile, and give what the compiler said that it put in. Raises BuildError."""
    lists = os.path.join(build.scratch, "nsis")
    os.makedirs(lists, exist_ok=True)
    found = listing.read(build.folder)
    _write(os.path.join(lists, "install.nsh"), listing.installing(found, build.folder, PLACE))
    _write(os.path.join(lists, "uninstall.nsh"), listing.uninstalling(found, PLACE))
    icon = os.path.join(lists, "doorkeep.ico")
    with open(icon, "wb") as file:
        file.write(pixels.ico())
    given = {
        "VERSION": build.version,
        "FOUR": four(build.version),
        "KILOBYTES": str(-(-size_of(build.folder) // 1024)),
        "LISTS": lists,
        "ICON": icon,
        "OUTPUT": path,
    }
    sign = signtool.command()
    if sign:
        given["SIGN"] = subprocess.list2cmdline(sign)
    words = [f"-D{name}={value}" for name, value in given.items()]
    epoch = {**os.environ, "SOURCE_DATE_EPOCH": str(build.epoch)}
    return run(["makensis", "-V4", "-WX", "-INPUTCHARSET", "UTF8", *words, SCRIPT], env=epoch)


def four(version: str) -> str:
    """A version as Windows' resources have it: four numbers up to 65535. Raises BuildError."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", version, maxsplit=1)[0])][:4]
    if not numbers or max(numbers) > 65_535:
        raise BuildError(f"{version} cannot be told in four numbers, as Windows wants it.")
    return ".".join(map(str, [*numbers, 0, 0, 0][:4]))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\r\n") as file:
        file.write(text)
