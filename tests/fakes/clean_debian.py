"""A Debian with nothing in it but what every Debian has, in a folder of its own (debootstrap, chroot). Needs root.

Where its packages come from is read from this machine's own configuration of apt.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

USER = "ann"
HOME = "home/ann"
APT = "DEBIAN_FRONTEND=noninteractive"
UNTOLD = ("proc", "tmp", "var/cache", "var/log", "var/lib/apt", "var/lib/dpkg", "run", "dev")
"""Where files come and go whatever is installed. What dpkg itself knows is asked of dpkg."""


class CleanDebian:
    """One tree. `root`: where it lies here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> None:
        """The base system and one ordinary user."""
        words = [line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line]
        suite = dict(words)["VERSION_CODENAME"].strip('"')
        _run(["debootstrap", "--variant=minbase", suite, str(self.root), _mirror()])
        for name in ("apt/sources.list", "apt/sources.list.d", "apt/apt.conf.d", "resolv.conf", "hosts"):
            _take_over(Path("/etc") / name, self.root / "etc" / name)
        subprocess.run(["mount", "-t", "proc", "proc", str(self.root / "proc")], check=True, timeout=60)
        self.as_root("useradd", "--create-home", "--shell", "/bin/bash", USER)
        self.as_root("env", APT, "apt-get", "update", "-qq")

    def install_needs(self, package: Path) -> None:
        """What a package depends on, and not the package."""
        asked = ["dpkg-deb", "--field", str(package), "Depends"]
        needs = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
        self.as_root("env", APT, "apt-get", "satisfy", "-y", "-qq", "--no-install-recommends", needs)
        self.as_root("env", APT, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "git")

    def bring(self, package: Path) -> str:
        """Carry a file inside. Returns its path there."""
        shutil.copy(package, self.root / "tmp" / package.name)
        return f"/tmp/{package.name}"

    def as_root(self, *command: str) -> str:
        """Run there as root."""
        return _run(
            ["chroot", str(self.root), "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", *command]
        )

    def as_user(self, *command: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Run there as the ordinary user, without a display, a session bus or anything of this machine's environment."""
        named = {"HOME": f"/{HOME}", "USER": USER, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **env}
        words = [f"{name}={value}" for name, value in named.items()]
        done = subprocess.run(
            ["chroot", f"--userspec={USER}:{USER}", str(self.root), "env", "-i", "-C", f"/{HOME}", *words, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done

    def files(self) -> set[str]:
        """Every file, folder and link, but where files come and go anyway."""
        found: set[str] = set()
        for where, folders, names in os.walk(self.root):
            inside = os.path.relpath(where, self.root)
            folders[:] = [name for name in folders if os.path.normpath(os.path.join(inside, name)) not in UNTOLD]
            found.update(os.path.normpath(os.path.join(inside, name)) for name in (*folders, *names))
        return found

    def processes(self) -> list[int]:
        """Those that run inside."""
        found: list[int] = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    if os.readlink(f"/proc/{name}/root") == str(self.root):
                        found.append(int(name))
                except OSError:
                    continue
        return found

    def end(self) -> None:
        """Nothing runs inside any more, and nothing of it stays."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        proc = self.root / "proc"
        if os.path.ismount(proc):
            subprocess.run(["umount", "-l", str(proc)], check=True, timeout=60)
        if not os.path.ismount(proc):
            shutil.rmtree(self.root, ignore_errors=True)


@contextmanager
def clean_debian(folder: Path) -> Iterator[CleanDebian]:
    """A tree below `folder`, gone at the end."""
    debian = CleanDebian(folder.resolve() / "debian")
    try:
        debian.make()
        yield debian
    finally:
        debian.end()


def _mirror() -> str:
    """The first address that this machine's apt knows (sources.list(5), both forms)."""
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for place in places:
        if place.suffix in (".list", ".sources") and place.is_file():
            text = place.read_text()
            found = re.search(r"^URIs:\s*(\S+)", text, re.MULTILINE) or re.search(
                r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)", text, re.MULTILINE
            )
            if found:
                return found[1]
    raise AssertionError("apt of this machine knows no source of packages")


def _take_over(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    elif target.exists() or target.is_symlink():
        target.unlink()
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("docker*"))
    elif source.exists():
        shutil.copy(source, target)


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
