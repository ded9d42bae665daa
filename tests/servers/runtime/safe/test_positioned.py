import os
from pathlib import Path

from servers.runtime.safe.positioned import fill_at, read_at


def test_bytes_are_read_at_a_place(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    fd = os.open(path, os.O_RDONLY)
    try:
        assert read_at(fd, 3, 4) == b"456"
        assert read_at(fd, 100, 8) == b"89"
        assert read_at(fd, 5, 50) == b""
        buffer = bytearray(4)
        assert fill_at(fd, buffer, 8) == 2
        assert buffer[:2] == b"89"
    finally:
        os.close(fd)
