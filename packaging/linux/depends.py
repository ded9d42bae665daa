"""What the package asks the system for: the libraries that are not packaged, by the names of Debian's packages.

A library that is missing from the table fails the build: it would otherwise be missing on somebody's machine.
"""

from __future__ import annotations

import os
import re

from building import BuildError, run
from reaching import from_the_system

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libxcb.so.1": "libxcb1",
    # Packaged where the building machine has them.
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
OF_THE_C_LIBRARY = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|util|resolv)\.so\.\d)")
ALWAYS = ("xkb-data",)
"""What the packaged libxkbcommon reads."""


def depends(folder: str) -> str:
    """The value of `Depends` for a build in `folder`. Raises BuildError."""
    files = libraries(folder)
    wanted: set[str] = set(ALWAYS)
    for name, users in from_the_system(files).items():
        if OF_THE_C_LIBRARY.fullmatch(name):
            continue
        if name not in PACKAGES:
            raise BuildError(
                f"{name} is needed by {', '.join(sorted(set(users))[:3])}, and no package is known for it."
            )
        wanted.add(PACKAGES[name])
    return ", ".join([f"libc6 (>= {c_library(files)})", *sorted(wanted)])


def libraries(folder: str) -> list[str]:
    """Every program and library below a folder, links left out."""
    found: list[str] = []
    for where, _, names in os.walk(folder):
        for path in (os.path.join(where, name) for name in sorted(names)):
            if os.path.islink(path):
                continue
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def c_library(files: list[str]) -> str:
    """The oldest glibc that has every symbol the files ask for, as `2.36`."""
    said = run(["objdump", "-p", *files])
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_(\d+\.\d+)", said)}
    return ".".join(map(str, max(versions, default=(2, 28))))
