"""`python3 packaging/release.py`: from what three systems built to what is handed out. It checks, names and lists; it uploads nothing.

Standard library only: it runs where nothing is installed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from archives import digest, write_checksums
from building import ROOT, BuildError, read_version

SUMS = "SHA256SUMS"
NEEDED = (".deb", ".tar.gz", ".dmg", "-windows-x64.exe", ".mcpb")
"""What a release has to have, by how the names end."""
NOTES = "release-notes.md"


def main(argv: list[str] | None = None) -> int:
    """0 where all is there and as it was built, 1 with words where not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", required=True, help="the tag of the release, vX.Y.Z")
    parser.add_argument("--from", dest="source", required=True, help="a folder with one folder for each system")
    parser.add_argument("--into", required=True, help="where the files to hand out go")
    args = parser.parse_args(argv)
    try:
        check_tag(args.tag, read_version())
        kept = collect(args.source, args.into)
        with open(os.path.join(ROOT, "CHANGELOG.md"), encoding="utf-8") as file:
            words = notes(file.read(), read_version())
        with open(os.path.join(os.path.dirname(os.path.abspath(args.into)), NOTES), "w", encoding="utf-8") as file:
            file.write(words)
    except BuildError as error:
        print(f"This is no release. {error}", file=sys.stderr)
        return 1
    print("\n".join(kept))
    return 0


def check_tag(tag: str, version: str) -> None:
    """The tag names the version that the source says it is. Raises BuildError."""
    if tag != f"v{version}":
        raise BuildError(f"The tag is {tag}, but app/version.py says {version}.")


def collect(source: str, into: str) -> list[str]:
    """Every file once, as it was built, with one list of checksums. Returns the names. Raises BuildError."""
    found: dict[str, str] = {}
    for system in sorted(os.listdir(source)):
        folder = os.path.join(source, system)
        verify(folder)
        for name in sorted(os.listdir(folder)):
            if name == SUMS:
                continue
            chosen = name
            if name.endswith(".cdx.json"):  # each system has its own, under one name
                chosen = f"{name.removesuffix('.cdx.json')}-{system.rsplit('-', 1)[-1]}.cdx.json"
            if chosen in found:
                raise BuildError(f"{name} was built on two systems.")
            found[chosen] = os.path.join(folder, name)
    missing = [ending for ending in NEEDED if not any(name.endswith(ending) for name in found)]
    if missing:
        raise BuildError(f"There is no {' and no '.join(missing)}.")
    os.makedirs(into, exist_ok=True)
    paths = [shutil.copyfile(path, os.path.join(into, name)) for name, path in sorted(found.items())]
    write_checksums([str(path) for path in paths], into)
    return [*sorted(found), SUMS]


def verify(folder: str) -> None:
    """Every file that the build summed is there and is as it was. Raises BuildError."""
    try:
        with open(os.path.join(folder, SUMS), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise BuildError(f"{folder} has no readable {SUMS}: {error.strerror}.") from None
    for line in lines:
        expected, _, name = line.partition("  ")
        path = os.path.join(folder, os.path.basename(name))
        if not os.path.isfile(path):
            raise BuildError(f"{name} is in {SUMS} and not in {folder}.")
        if digest(path) != expected:
            raise BuildError(f"{name} is not as it was built.")


def notes(changelog: str, version: str) -> str:
    """What the changelog says of a version. Raises BuildError where it says nothing."""
    parts = re.split(r"^## ", changelog, flags=re.M)
    for part in parts[1:]:
        head, _, body = part.partition("\n")
        if re.match(rf"{re.escape(version)}(\s|,|$)", head) and body.strip():
            return body.strip() + "\n"
    raise BuildError(f"CHANGELOG.md says nothing of {version}.")


if __name__ == "__main__":
    sys.exit(main())
