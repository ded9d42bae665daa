"""`uv run python packaging/build.py`: the packages of the system it runs on, into dist/, each kept only once it has proved itself."""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable

import archives
import onedir
import signing
from building import ROOT, Build, BuildError, import_sources, read_epoch, read_version

SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}


def main(argv: list[str] | None = None) -> int:
    """0 where everything asked for was made and proved itself, 1 with words where not, 2 for wrong words."""
    import_sources()
    known = artefacts_here()
    args = parse(argv, ["onedir", *known])
    try:
        with tempfile.TemporaryDirectory(prefix="doorkeep-build-") as scratch:
            if args.twice:
                return compare_two(args, scratch)
            make_all(args, known, os.path.abspath(args.into), scratch)
    except BuildError as error:
        print(f"\nThe build failed. {error}", file=sys.stderr)
        return 1
    except OSError as error:
        traceback.print_exc()
        print(f"\nThe build failed: {error.strerror or error}. Nothing unfinished was kept.", file=sys.stderr)
        return 1
    return 0


def parse(argv: list[str] | None, names: list[str]) -> argparse.Namespace:
    """The words of the command line."""
    parser = argparse.ArgumentParser(prog="packaging/build.py", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, help="make this alone (may be given again)")
    parser.add_argument("--into", default=os.path.join(ROOT, "dist"), help="where the results go (default: dist/)")
    parser.add_argument("--onedir", help="take this folder, which `--only onedir` made, in place of building it")
    parser.add_argument("--also-version", default="", help="also make a folder that says it is this version, for tests")
    parser.add_argument("--version", help="what the packages say they are, with --onedir, for tests")
    parser.add_argument("--quick", action="store_true", help="pack fast and large, for tests")
    parser.add_argument("--twice", action="store_true", help="build two times and tell what differs")
    return parser.parse_args(argv)


def artefacts_here() -> dict[str, Callable[[Build], list[str]]]:
    """What can be made on this system beside the onedir."""
    system = SYSTEMS.get(sys.platform, "linux")
    if not os.path.isfile(os.path.join(ROOT, "packaging", system, "artefacts.py")):
        return {}
    return importlib.import_module(f"{system}.artefacts").ARTEFACTS


def make_all(
    args: argparse.Namespace, known: dict[str, Callable[[Build], list[str]]], into: str, scratch: str
) -> list[str]:
    """Make what was asked for. Returns the finished files. Raises BuildError."""
    folder = os.path.abspath(args.onedir) if args.onedir else os.path.join(into, "onedir", "doorkeep")
    made = os.path.join(scratch, "finished")
    os.makedirs(made)
    build = Build(folder, args.version or read_version(), made, scratch, read_epoch(), args.quick)
    if not args.onedir:
        onedir.make(build, args.also_version)
    build.say(f"self-test of the build: {onedir.prove(build, folder)} checks passed")
    onedir.hold_size(build, "onedir", folder)
    paths: list[str] = []
    for name, make in known.items():
        if not args.only or name in args.only:
            for path in make(build):
                if not args.quick:
                    onedir.hold_size(build, name, path)
                paths.append(path)
    return keep(build, paths, into) if paths else []


def keep(build: Build, paths: list[str], into: str) -> list[str]:
    """List, sum and sign what was made, and only then put it where people look."""
    if os.path.isfile(os.path.join(ROOT, "packaging", "sbom.py")):
        listed = os.path.join(build.into, f"doorkeep-{build.version}.cdx.json")
        importlib.import_module("sbom").write(listed)
        paths = [*paths, listed]
    sums = archives.write_checksums(paths, build.into)
    signatures = signing.sign([*paths, sums])
    os.makedirs(into, exist_ok=True)
    kept = [shutil.move(path, os.path.join(into, os.path.basename(path))) for path in (*paths, sums, *signatures)]
    for path in kept:
        build.say(f"kept {os.path.relpath(path)}")
    return kept


def compare_two(args: argparse.Namespace, scratch: str) -> int:
    """Build twice from nothing, and say what differs. 0 where nothing does."""
    sums: list[dict[str, str]] = []
    for number in ("one", "two"):
        into = os.path.join(scratch, number)
        os.makedirs(os.path.join(scratch, f"work-{number}"))
        make_all(args, artefacts_here(), into, os.path.join(scratch, f"work-{number}"))
        sums.append(digests(into))
    differing = sorted(name for name in sums[0].keys() | sums[1].keys() if sums[0].get(name) != sums[1].get(name))
    for name in differing:
        print(f"differs: {name}")
    print(f"{len(sums[0])} files, {len(differing)} of them differ between two builds")
    return 1 if differing else 0


def digests(folder: str) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path there; of a link, where it leads."""
    found: dict[str, str] = {}
    for where, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = os.path.join(where, name)
            inside = os.path.relpath(path, folder)
            if os.path.islink(path):
                found[inside] = os.readlink(path)
            elif os.path.isfile(path):
                found[inside] = archives.digest(path)
    return found


if __name__ == "__main__":
    sys.exit(main())
