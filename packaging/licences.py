"""Whose work is packaged, and on what terms: the texts themselves, as each licence asks for.

Python packages are those that the project depends on, at first or second hand; system libraries are told by the folder.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys

from building import ROOT

LICENCE_FILE = re.compile(r"(^|/)(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
QT = "Qt 6 and Qt for Python: GNU Lesser General Public License 3, or others (qt.io). Its libraries may be replaced: they lie beside."
PYTHON = os.path.join(os.path.dirname(os.__file__), "LICENSE.txt")
SYSTEM_FOLDERS = (
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
)


def packages(name: str = "doorkeep") -> list[str]:
    """The Python packages that an installed one needs on this system, sorted, itself left out; with the extras it asks for."""
    from packaging.requirements import Requirement

    found: set[tuple[str, str]] = set()
    ahead: list[tuple[str, str]] = [(name, "")]
    while ahead:
        of, extra = ahead.pop()
        for asked in map(Requirement, importlib.metadata.requires(of) or []):
            if asked.marker is not None and not asked.marker.evaluate({"extra": extra}):
                continue
            wanted = re.sub(r"[-_.]+", "-", asked.name).lower()
            new = {(wanted, each) for each in ("", *asked.extras)} - found
            found |= new
            ahead += new
    return sorted({each for each, _ in found})


def text(folder: str) -> str:
    """All of it as one text, in Debian's machine-readable form at its head (copyright-format 1.0), the rest as it was found."""
    with open(os.path.join(ROOT, "LICENSE"), encoding="utf-8") as file:
        own = file.read()
    head = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Doorkeep\n\n"
    files = f"Files: *\nCopyright: {_holder(own)}\nLicense: MIT\n{_indented(own)}\n\n"
    packaged = "".join(f"{'=' * 80}\n{title}\n{'=' * 80}\n{words.strip()}\n\n" for title, words in others(folder))
    return head + files + "What follows is packaged with it and stays under its own terms.\n\n" + packaged


def others(folder: str) -> list[tuple[str, str]]:
    """(whose, on what terms) of everything that is not Doorkeep's own."""
    found = [(f"Python {sys.version.split()[0]}", _read(PYTHON) or "Python Software Foundation License 2 (python.org)")]
    import sbom  # it asks for packages() of this room

    for name in sbom.needed():
        metadata = importlib.metadata.metadata(name)
        terms = next((metadata[field] for field in ("License-Expression", "License") if field in metadata), "")
        words = "\n\n".join(_licence_files(name))
        if name.startswith(("pyside6", "shiboken6")):
            words = f"{QT}\n{words}"
        found.append(
            (f"{metadata['Name']} {metadata['Version']}", f"{terms.splitlines()[0] if terms else ''}\n\n{words}")
        )
    return found + (_of_the_system(folder) if sys.platform == "linux" else [])


def _licence_files(name: str) -> list[str]:
    distribution = importlib.metadata.distribution(name)
    inside = [path for path in distribution.files or [] if LICENCE_FILE.search(str(path)) and ".dist-info" in str(path)]
    return [_read(str(distribution.locate_file(path))) for path in sorted(map(str, inside))]


def _of_the_system(folder: str) -> list[tuple[str, str]]:
    """Debian's own word on each library that was taken from this machine."""
    found: dict[str, str] = {}
    for name in sorted(os.listdir(os.path.join(folder, "_internal"))):
        path = next((f"{place}/{name}" for place in SYSTEM_FOLDERS if os.path.exists(f"{place}/{name}")), None)
        if path is None:
            continue
        owner = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, timeout=60, check=False).stdout
        package = owner.split(":")[0]
        if package and package not in found:
            found[package] = _read(f"/usr/share/doc/{package}/copyright")
    return sorted(found.items())


def _holder(own: str) -> str:
    line = next((line for line in own.splitlines() if line.startswith("Copyright")), "")
    return line.removeprefix("Copyright").replace("(c)", "").strip() or "the Doorkeep authors"


def _indented(words: str) -> str:
    return "\n".join(f" {line}" if line.strip() else " ." for line in words.strip().splitlines())


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
