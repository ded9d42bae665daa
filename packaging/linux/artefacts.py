"""What is made for Linux: name for `--only` → how it is made and proved."""

from __future__ import annotations

from collections.abc import Callable

from building import Build
from linux import deb, tarball


def tar(build: Build) -> list[str]:
    """The .tar.gz."""
    path = tarball.make(build)
    tarball.prove(build, path)
    return [path]


def debian(build: Build) -> list[str]:
    """The .deb."""
    path = deb.make(build)
    deb.prove(build, path)
    return [path]


ARTEFACTS: dict[str, Callable[[Build], list[str]]] = {"tar": tar, "deb": debian}
