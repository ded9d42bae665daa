"""What the figures are taken on: a throw-away home, a gateway, and folders of generated files."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.drive import Driver

ROOT = Path(__file__).parents[2]
WORDS = "the door opens for those who ask and stays shut for those who push and every call is written down".split()


class Ground:
    """A home whose one folder holds the corpora; `env` is what a client passes on."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.folder = scratch / "corpus"
        self.home = scratch / "home"
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(exist_ok=True)
        self.env = {
            name: os.environ[name]
            for name in ("HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM")
            if name in os.environ
        }
        self.bridge = [str(Path(sys.executable).with_name("doorkeep-bridge")), "--home", str(self.home), "filesystem"]
        (self.home / "doorkeep.toml").write_text(
            f'[[folders]]\npath = "{self.folder}"\naccess = "write"\n'
            "[limits]\ncalls_per_minute = 100000000\nresult_chars = 4000000\nresult_bytes = 16000000\n"
        )

    def write(self, name: str, content: bytes) -> Path:
        """One file of the corpus."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def gateway_command(self, home: Path | None = None) -> list[str]:
        """How the gateway is started by hand; without `home` for this ground's own."""
        return [sys.executable, "-m", "app.gateway", "--home", str(home or self.home)]

    @contextmanager
    def gateway(self, home: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A running gateway."""
        command = self.gateway_command(home)
        with subprocess.Popen(command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL) as process:
            try:
                self.wait_for_door(home)
                yield process
            finally:
                process.terminate()
                process.wait(20)

    def wait_for_door(self, home: Path | None = None, seconds: float = 20) -> None:
        """Until the gateway accepts a client."""
        from app.bridge.home import address

        end = time.monotonic() + seconds
        while not os.path.exists(address(str(home or self.home))):
            if time.monotonic() > end:
                raise SystemExit("the gateway did not start")
            time.sleep(0.002)

    def client(self) -> Driver:
        """A client of the whole chain."""
        return Driver(self.bridge, self.env).open()


def text(size: int, seed: int) -> bytes:
    """`size` bytes of words in lines of about 80 characters."""
    source = random.Random(seed)
    lines: list[str] = []
    length = 0
    while length < size:
        line = " ".join(source.choices(WORDS, k=14))
        lines.append(line)
        length += len(line) + 1
    return ("\n".join(lines) + "\n").encode()[: size - 1] + b"\n"


def tree(root: Path, files: int, per_folder: int, size: int) -> None:
    """A tree of `files` text files; made once."""
    if (root / ".whole").exists():
        return
    block = text(1 << 20, 1)
    for number in range(files):
        folder = root / f"d{number // per_folder % 40:02}" / f"e{number // per_folder:04}"
        if number % per_folder == 0:
            folder.mkdir(parents=True, exist_ok=True)
        start = (number * 7919) % (len(block) - size) if size else 0
        needle = b"needle in file %d\n" % number if number % 170 == 0 else b""
        (folder / f"file{number:06}.{'md' if number % 20 == 0 else 'txt'}").write_bytes(
            needle + block[start : start + size]
        )
    (root / ".whole").touch()
