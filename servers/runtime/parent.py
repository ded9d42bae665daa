"""Waiting for the next message without ever waking for nothing, and noticing on the way that the parent is gone.

stdin's end does not tell: a sibling may have inherited the other end of the pipe. On Linux and macOS one wait covers both
descriptor and parent. PDEATHSIG is not used: it fires when the *thread* that started us ends, which a client's pool does.
"""

from __future__ import annotations

import os
import sys

OLD_KERNEL_SECONDS = 5
"""How often the parent is looked for on a Linux before 5.3, which cannot wait for it."""

if sys.platform == "linux":
    import select

    class Wait:
        """Waits for `fd` to be readable. The parent is whoever it is when this is made."""

        def __init__(self, fd: int) -> None:
            self._parent = os.getppid()
            self._poll = select.poll()
            self._poll.register(fd, select.POLLIN)
            self._fd = fd
            self._pid_fd = -1
            self._timeout: int | None = None
            try:
                self._pid_fd = os.pidfd_open(self._parent)
                self._poll.register(self._pid_fd, select.POLLIN)
            except OSError:
                self._timeout = OLD_KERNEL_SECONDS * 1000

        def readable(self) -> bool:
            """Blocks until there is something to read or an end (True), or the parent is gone (False)."""
            while True:
                ready = self._poll.poll(self._timeout)
                for fd, _ in ready:
                    if fd == self._fd:
                        return True
                if ready or os.getppid() != self._parent:
                    return False

elif sys.platform == "darwin":
    import select

    class Wait:
        """Waits for `fd` to be readable. The parent is whoever it is when this is made."""

        def __init__(self, fd: int) -> None:
            self._fd = fd
            self._queue = select.kqueue()
            reading = select.kevent(fd, select.KQ_FILTER_READ, select.KQ_EV_ADD)
            leaving = select.kevent(
                os.getppid(), select.KQ_FILTER_PROC, select.KQ_EV_ADD | select.KQ_EV_ONESHOT, select.KQ_NOTE_EXIT
            )
            self._queue.control([reading], 0)
            self._gone = False
            try:
                self._queue.control([leaving], 0)
            except OSError:
                self._gone = os.getppid() == 1

        def readable(self) -> bool:
            """Blocks until there is something to read or an end (True), or the parent is gone (False)."""
            if self._gone:
                return True  # it was gone before we looked: what is left to read ends us
            events = self._queue.control(None, 2)
            return any(event.ident == self._fd and event.filter == select.KQ_FILTER_READ for event in events)

elif sys.platform == "win32":
    import _thread
    import ctypes

    _SYNCHRONIZE = 0x00100000
    _INFINITE = 0xFFFFFFFF

    class Wait:
        """Lets reads block by themselves; a thread of its own waits for the parent, and ends the process after it."""

        def __init__(self, fd: int) -> None:
            self._fd = fd
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.OpenProcess.restype = ctypes.c_void_p
            kernel.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
            self._wait = kernel.WaitForSingleObject
            self._handle = kernel.OpenProcess(_SYNCHRONIZE, False, os.getppid())
            if self._handle:
                _thread.start_new_thread(self._end_after_parent, ())

        def _end_after_parent(self) -> None:
            self._wait(self._handle, _INFINITE)
            os._exit(0)

        def readable(self) -> bool:
            """True at once: the read itself blocks."""
            return True

else:
    raise ImportError(f"no way to watch the parent is known on {sys.platform}")
