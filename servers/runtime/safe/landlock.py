"""Landlock: the kernel holds this process, and every program it starts, to a list of paths. Linux 5.13 and later.

A second wall behind the checks of opening.py, against mistakes in them and in the programs that only nominate. It cannot be
taken back, and it binds only threads started afterwards: call it before the first thread.
"""

from __future__ import annotations

import os
import stat as kinds
import sys
from collections.abc import Iterable

import msgspec

READ = 0b1100
"""READ_FILE and READ_DIR, of linux/landlock.h."""
EXECUTE = 0b1
_WRITE_FILE = 1 << 1
_REFER = 1 << 13
_TRUNCATE = 1 << 14
_IOCTL_DEV = 1 << 15
_OF_FILES = EXECUTE | _WRITE_FILE | (1 << 2) | _TRUNCATE | _IOCTL_DEV
_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NET_ALL = 0b11
_SCOPE_ALL = 0b11
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_RULE_PATH = 1
_VERSION = 1
_PR_SET_NO_NEW_PRIVS = 38


class Confinement(msgspec.Struct, frozen=True):
    """What came of it: `abi` of the kernel's Landlock, 0 where nothing is enforced and `reason` says why in words."""

    abi: int
    reason: str = ""


def confine(
    read_paths: Iterable[str], write_paths: Iterable[str], *, run_paths: Iterable[str] = (), network: bool = False
) -> Confinement:
    """From here on only these paths, and what lies below them, can be opened; `run_paths` can also be executed.

    Paths that do not exist are left out. `network=False` forbids TCP too, where the kernel can (6.7). Raises RuntimeError when
    other threads run already, OSError when the kernel refuses.
    """
    if sys.platform != "linux":
        return Confinement(
            0, f"Landlock belongs to Linux; on {sys.platform} only Doorkeep's own checks hold the server"
        )
    abi = available()
    if not abi:
        return Confinement(
            0, "this kernel has no Landlock, or it is switched off; only Doorkeep's own checks hold the server"
        )
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("confine must be called before the first thread is started")
    ruleset = _ruleset(abi, network)
    try:
        everything = _BY_ABI[min(abi, 5)]
        for paths, access in ((read_paths, READ), (run_paths, READ | EXECUTE), (write_paths, everything & ~EXECUTE)):
            for path in paths:
                _allow(ruleset, path, access & everything)
        _restrict(ruleset)
    finally:
        os.close(ruleset)
    return Confinement(abi)


def available() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return max(_call(_CREATE, None, 0, _VERSION), 0)
    except OSError:
        return 0


def runtime_paths() -> list[str]:
    """What this Python needs to read to import modules, and libraries to be loaded, and the `rg` that was installed with it.

    For `run_paths`: the interpreter and the loader of libraries are run.
    """
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    # Of the interpreter's own place only the libraries: where it is /usr, all of that would be every program there is.
    found = [
        os.path.join(prefix, name)
        for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)
        for name in ("lib", "lib64")
    ]
    programs = (os.path.dirname(sys.executable), os.path.join(sys.prefix, "bin"))
    found += [sys.executable, os.path.realpath(sys.executable), *[os.path.join(place, "rg") for place in programs]]
    found += [getattr(sys, "_MEIPASS", ""), os.path.join(sys.prefix, "pyvenv.cfg"), here, *sys.path]
    found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store"]
    found += [
        "/etc/ld.so.cache",
        "/etc/ld.so.preload",
        "/etc/localtime",
        "/etc/nsswitch.conf",
        "/etc/passwd",
        "/etc/group",
    ]
    found += ["/usr/share/zoneinfo", "/proc", "/dev/urandom"]
    return [path for path in dict.fromkeys(found) if path and os.path.exists(path)]


def device_paths() -> list[str]:
    """Devices that programs write to as a matter of course, for `write_paths`."""
    return ["/dev/null"]


def _ruleset(abi: int, network: bool) -> int:
    import ctypes

    fields = [_BY_ABI[min(abi, 5)]]
    if abi >= 4:
        fields.append(0 if network else _NET_ALL)
    if abi >= 6:
        # Abstract sockets and signals of processes outside; our own children are inside.
        fields.append(_SCOPE_ALL)
    attributes = (ctypes.c_uint64 * len(fields))(*fields)
    return _call(_CREATE, ctypes.addressof(attributes), ctypes.sizeof(attributes), 0)


def _allow(ruleset: int, path: str, access: int) -> None:
    import ctypes

    try:
        fd = os.open(path, getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return  # not there: nothing to allow
    try:
        if not kinds.S_ISDIR(os.fstat(fd).st_mode):
            access &= _OF_FILES
        # struct landlock_path_beneath_attr is packed: 8 bytes of access, 4 of descriptor.
        rule = access.to_bytes(8, sys.byteorder) + fd.to_bytes(4, sys.byteorder, signed=True)
        buffer = ctypes.create_string_buffer(rule, len(rule))
        _call(_ADD, ruleset, _RULE_PATH, ctypes.addressof(buffer), 0)
    finally:
        os.close(fd)


def _restrict(ruleset: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    _call(_RESTRICT, ruleset, 0)


def _call(number: int, *arguments: int | None) -> int:
    import ctypes

    syscall = ctypes.CDLL(None, use_errno=True)["syscall"]
    syscall.restype = ctypes.c_long
    # Every argument as a whole register: a plain int would be passed as 32 bits, and an address be cut.
    whole = [ctypes.c_void_p(argument) if argument is None else ctypes.c_long(argument) for argument in arguments]
    result: int = syscall(ctypes.c_long(number), *whole)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
