"""Archives that come out the same from the same files: sorted names, one time, no owner. And the checksums of what is handed out."""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile


def tar_gz(folder: str, path: str, top: str, epoch: int) -> None:
    """Write `folder` as `path` (.tar.gz) with `top` as the only name at its root. Modes and links stay as they are."""
    with (
        open(path, "wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in _sorted(folder):
            member = archive.gettarinfo(os.path.join(folder, name), os.path.normpath(os.path.join(top, name)))
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch, 0, 0, "", ""
            if member.isreg():
                with open(os.path.join(folder, name), "rb") as file:
                    archive.addfile(member, file)
            else:
                archive.addfile(member)


def _sorted(folder: str) -> list[str]:
    found = ["."]
    for where, folders, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(where, name), folder) for name in (*folders, *names)]
    return sorted(found)


def digest(path: str) -> str:
    """SHA-256 in hexadecimal."""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def write_checksums(paths: list[str], into: str) -> str:
    """`SHA256SUMS` as `sha256sum --check` reads it, names only. Returns its path."""
    path = os.path.join(into, "SHA256SUMS")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{digest(each)}  {os.path.basename(each)}\n" for each in sorted(paths, key=os.path.basename))
    return path
