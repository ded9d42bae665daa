"""The folder of three programs: PyInstaller makes it, it proves itself, and it may not have grown past what was agreed."""

from __future__ import annotations

import json
import os
import shutil
import sys

from building import ROOT, Build, BuildError, run, size_of

SIZES = os.path.join(ROOT, "packaging", "sizes.json")
"""By system and artefact: how many bytes it may have. Raising one is a decision, made in a commit that says why."""
PROGRAMS = ("doorkeep", "doorkeep-tray", "doorkeep-bridge")


def make(build: Build, also_version: str = "") -> str:
    """Make the onedir in `build.folder`, and beside it `doorkeep-also`, which says that it is `also_version`. Returns the folder."""
    work = os.path.join(build.scratch, "pyinstaller")
    env = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(build.epoch),
        "PYINSTALLER_CONFIG_DIR": os.path.join(work, "cache"),
        "DOORKEEP_ALSO_VERSION": also_version,
    }
    above = os.path.dirname(build.folder)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", above, "--workpath", work]
    build.say("PyInstaller collects the three programs (about a minute)")
    os.makedirs(build.scratch, exist_ok=True)
    run([*command, os.path.join(ROOT, "packaging", "doorkeep.spec")], env=env, log=f"{build.scratch}/pyinstaller.log")
    for folder in (build.folder, *([f"{build.folder}-also"] if also_version else [])):
        settle(folder, build.epoch)
    return build.folder


def settle(folder: str, epoch: int) -> None:
    """The same modes and times in every build: only programs and libraries may be run, nobody else may write."""
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            if os.path.islink(path):
                continue
            runnable = (where == folder and name.removesuffix(".exe") in PROGRAMS) or name in ("rg", "rg.exe")
            os.chmod(path, 0o755 if runnable else 0o644)
            os.utime(path, (epoch, epoch))
        os.chmod(where, 0o755)


def prove(build: Build, folder: str) -> int:
    """`doorkeep self-test` of a build, in a throw-away account and without a screen. Returns how many checks passed.

    Raises BuildError with what failed.
    """
    account = os.path.join(build.scratch, "account")
    os.makedirs(account, exist_ok=True)
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "XDG_"))},
        "HOME": account,
        "QT_QPA_PLATFORM": "offscreen",
    }
    suffix = ".exe" if sys.platform == "win32" else ""
    try:
        said = run([os.path.join(folder, f"doorkeep{suffix}"), "self-test"], env=env, seconds=300)
    except BuildError as error:
        raise BuildError(f"The build does not pass its own self-test, so it is not kept. {error}") from None
    finally:
        shutil.rmtree(account, ignore_errors=True)
    findings = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    if not findings or not all(finding["ok"] for finding in findings):
        raise BuildError(f"The self-test said nothing it could be trusted with:\n{said}")
    return len(findings)


def hold_size(build: Build, name: str, path: str) -> int:
    """Check an artefact against the agreed size; its bytes. Raises BuildError where it has grown past it."""
    found = size_of(path)
    with open(SIZES, encoding="utf-8") as file:
        agreed = json.load(file).get(sys.platform, {}).get(name)
    if agreed is not None and found > agreed:
        biggest = "\n".join(f"  {size:>12,}  {what}" for size, what in _biggest(path)) if os.path.isdir(path) else ""
        raise BuildError(
            f"{name} has {found:,} bytes, {found - agreed:,} more than was agreed ({agreed:,}).\n"
            "Leave out what is not needed (packaging/leaving_out.py), or agree on more (packaging/sizes.json) and say why.\n"
            + biggest
        )
    build.say(f"{name}: {found / 1e6:.1f} MB" + (f" of {agreed / 1e6:.1f} agreed" if agreed is not None else ""))
    return found


def _biggest(folder: str) -> list[tuple[int, str]]:
    found = [
        (os.lstat(path).st_size, os.path.relpath(path, folder))
        for where, _, names in os.walk(folder)
        for path in (os.path.join(where, name) for name in names)
    ]
    return sorted(found, reverse=True)[:10]
