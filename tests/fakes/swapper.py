"""Exchanges two paths as fast as the kernel can (renameat2, RENAME_EXCHANGE) until it is killed: the attacker of the race tests."""

from __future__ import annotations

import ctypes
import os
import sys

AT_FDCWD = -100
EXCHANGE = 2


def main() -> None:
    one, other = os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2])
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    if rename(AT_FDCWD, one, AT_FDCWD, other, EXCHANGE) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    sys.stdout.write("swapping\n")
    sys.stdout.flush()
    parent = os.getppid()
    while os.getppid() == parent:
        for _ in range(1000):
            rename(AT_FDCWD, one, AT_FDCWD, other, EXCHANGE)


if __name__ == "__main__":
    main()
