"""The pixels of a virtual screen, read from the file that Xvfb maps them to (`-fbdir`): looking costs the measured program nothing."""

from __future__ import annotations

import mmap
import struct
import time
from pathlib import Path

_HEAD = 25
"""Fields of 32 bits at the start of an XWD file (X11/XWDFile.h), big endian."""


class Screen:
    """A screen of 32 bits a pixel, as `Xvfb -fbdir folder` keeps it."""

    def __init__(self, folder: str) -> None:
        with open(Path(folder) / "Xvfb_screen0", "rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        fields = struct.unpack_from(f">{_HEAD}I", self._map)
        self.width, self.height = fields[4], fields[5]
        self._row, self._start = fields[12], fields[0] + fields[19] * 12
        if fields[11] != 32:
            raise SystemExit("the virtual screen is not one of 32 bits a pixel")

    def close(self) -> None:
        """Lets the file go."""
        self._map.close()

    def has(self, colour: str, box: tuple[int, int, int, int], least: int, step: int = 1) -> bool:
        """Whether at least `least` pixels within (left, top, right, bottom) have exactly this colour (`#rrggbb`).

        Only each `step`th pixel of each `step`th row is looked at, and counts.
        """
        wanted = bytes.fromhex(colour[1:])[::-1]
        left, top, right, bottom = box
        count = 0
        for y in range(top, bottom, step):
            at = self._start + y * self._row
            row = self._map[at + left * 4 : at + right * 4]
            if wanted in row:
                count += sum(row[pixel : pixel + 3] == wanted for pixel in range(0, len(row), 4 * step))
                if count >= least:
                    return True
        return False

    def wait_for(
        self, colour: str, box: tuple[int, int, int, int], least: int, step: int = 1, seconds: float = 30
    ) -> None:
        """Until `has` holds, looked at each millisecond. Raises SystemExit where it never does."""
        end = time.monotonic() + seconds
        while not self.has(colour, box, least, step):
            if time.monotonic() > end:
                raise SystemExit(f"{colour} was not shown")
            time.sleep(0.001)
