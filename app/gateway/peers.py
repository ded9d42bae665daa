"""Who is at the other end of the local socket: user, process, and whether it descends from a server that we started.

The kernel's word counts, never what the peer says of itself. A process that cannot be told is refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Container
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

_ANCESTORS_MOST = 64
_WALKS = 8


if sys.platform == "linux":
    import struct

    def credentials(connection: socket.socket) -> tuple[int, int]:
        """The (pid, uid) that the kernel noted when the peer connected. Raises OSError."""
        import socket as names

        pid, uid, _gid = struct.unpack("iII", connection.getsockopt(names.SOL_SOCKET, names.SO_PEERCRED, 12))
        return pid, uid

    def parent_of(pid: int) -> int | None:
        """The parent's process id, None where the process is gone."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                stat = file.read(4096)
        except OSError:
            return None
        return int(stat[stat.rindex(b")") + 2 :].split(maxsplit=2)[1])  # the name before it may hold anything

    def started_at(pid: int) -> str:
        """When the process started, in a form that only serves comparison; empty where it is gone."""
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                stat = file.read(4096)
        except OSError:
            return ""
        fields = stat[stat.rindex(b")") + 2 :].split()
        return "" if fields[0] == b"Z" else fields[19].decode()

elif sys.platform == "darwin":
    import struct

    _SOL_LOCAL = 0
    _LOCAL_PEERCRED = 1
    _LOCAL_PEERPID = 2
    _PROC_PIDTBSDINFO = 3
    _BSDINFO_BYTES = 136

    def credentials(connection: socket.socket) -> tuple[int, int]:
        """The (pid, uid) that the kernel noted when the peer connected. Raises OSError."""
        xucred = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 76)
        pid = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID)
        return pid, struct.unpack_from("I", xucred, 4)[0]

    def _bsd_info(pid: int) -> bytes:
        import ctypes

        buffer = ctypes.create_string_buffer(_BSDINFO_BYTES)
        libproc = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
        size = libproc.proc_pidinfo(pid, _PROC_PIDTBSDINFO, ctypes.c_uint64(0), buffer, _BSDINFO_BYTES)
        return buffer.raw if size == _BSDINFO_BYTES else b""

    def parent_of(pid: int) -> int | None:
        """The parent's process id, None where the process is gone."""
        found = _bsd_info(pid)
        return struct.unpack_from("I", found, 16)[0] if found else None

    def started_at(pid: int) -> str:
        """When the process started, in a form that only serves comparison; empty where it is gone."""
        found = _bsd_info(pid)
        return "{}.{}".format(*struct.unpack_from("QQ", found, 120)) if found else ""

else:

    def credentials(_connection: socket.socket) -> tuple[int, int]:
        """On Windows the pipe's owner-only list of rights has refused everyone else already."""
        raise OSError("no credentials on this kind of socket")

    def parent_of(pid: int) -> int | None:
        """The parent's process id, None where the process is gone."""
        from app.gateway import windows_processes

        return windows_processes.parent_of(pid)

    def started_at(pid: int) -> str:
        """When the process started, in a form that only serves comparison; empty where it is gone."""
        from app.gateway import windows_processes

        return windows_processes.started_at(pid)


def descends_from_us(pid: int, groups: Container[int]) -> bool | None:
    """Whether `pid` was started by this gateway or by anything that it started; None where it cannot be told.

    `groups` are the process groups of the servers: where orphans are not handed to the gateway (macOS), their group
    and session still tell. The gateway itself does not count as its own descendant.
    """
    own = os.getpid()
    if pid == own:
        return False
    if sys.platform == "win32":
        from app.gateway import windows_processes

        return windows_processes.descends(pid)
    else:
        try:
            if os.getsid(pid) in groups or os.getpgid(pid) in groups:
                return True
        except OSError:
            return None
    lost = 0
    for _ in range(_WALKS):
        found, at = _walk(pid, own)
        if found is not None or at == pid:
            return found
        if at == lost:
            # Still not to be read, though a process that ended would have been replaced by its own parent: it is another
            # user's, hidden from us (/proc mounted with hidepid). Our servers are all ours.
            return False
        lost = at
    return None


def _walk(pid: int, own: int) -> tuple[bool | None, int]:
    """Up from `pid`: whether `own` was met, or None and the process whose parent cannot be told."""
    current = pid
    for _ in range(_ANCESTORS_MOST):
        parent = parent_of(current)
        if parent is None:
            return None, current
        if parent == own:
            return True, current
        if parent <= 1:
            return False, current
        current = parent
    return None, pid
