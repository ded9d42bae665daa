"""The pump of Linux and macOS: one thread, one poll over client, gateway and parent; no wake-up while nobody speaks.

`socket`, `select.epoll` classes and `subprocess` stay out: their imports cost more than a call. Descriptor 1 gets whole lines only.
"""

from __future__ import annotations

import _socket
import os
import select
import stat
import sys
from time import monotonic

from app.bridge import handover
from app.bridge.conversation import HIGH_WATER, Conversation
from app.bridge.framing import GO, TAKEN
from app.bridge.home import address, check_socket_folder
from app.bridge.launch import replace_gateway, start_gateway
from app.bridge.ledger import Ledger

if sys.platform == "win32":
    raise ImportError("the pump of Windows is app.bridge.windows")

CHUNK = 65536
DRAIN_SECONDS = 0.45
"""After the client's end of input: how long answers in flight may still come."""
SEND_SECONDS = 10.0
CLIENT_IN, CLIENT_OUT = 0, 1


def connect(home: str) -> _socket.socket | None:
    """A connection to the gateway of `home`, not blocking, or None: nobody listens, or the socket is not to be trusted."""
    path = address(home)
    if check_socket_folder(path) is not None:
        return None
    door = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        os.set_inheritable(door.fileno(), False)
        door.setblocking(False)
        door.connect(path)
    except OSError:
        door.close()
        return None
    return door


class TimedSocket:
    """A connection that may be waited for (`app.bridge.succession.Line`)."""

    def __init__(self, door: _socket.socket) -> None:
        self._door = door

    def send(self, data: bytes) -> None:
        """All of it. Raises OSError."""
        self._door.settimeout(SEND_SECONDS)
        self._door.sendall(data)

    def receive(self, seconds: float) -> bytes:
        """The next bytes; empty at the end. Raises TimeoutError, OSError."""
        self._door.settimeout(max(0.001, seconds))
        return self._door.recv(CHUNK)

    def close(self) -> None:
        """End it."""
        self._door.close()

    @property
    def peer(self) -> int:
        """Who listened at the other end (unix(7) SO_PEERCRED; LOCAL_PEERPID of macOS's sys/un.h); 0 where it cannot be known."""
        level, option = (1, 17) if sys.platform == "linux" else (0, 2)
        try:
            return int.from_bytes(self._door.getsockopt(level, option, 4), sys.byteorder)
        except OSError:
            return 0


def watch_parent(pid: int) -> int | None:
    """A descriptor that becomes readable when process `pid` ends, or None where the system has none."""
    try:
        if sys.platform == "linux":
            return os.pidfd_open(pid)
        if hasattr(select, "kqueue"):
            queue = select.kqueue()
            ended = select.kevent(
                pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD | select.KQ_EV_ONESHOT, select.KQ_NOTE_EXIT
            )
            queue.control([ended], 0)
            _kept.append(queue)
            return queue.fileno()
    except OSError:
        pass
    return None


_kept: list[object] = []


def calm(fd: int) -> bool:
    """Make writes to `fd` never block. False where that would change what others see: a terminal, a file."""
    mode = os.fstat(fd).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    os.set_blocking(fd, False)
    return True


class Pump:
    """Moves bytes between descriptors 0 and 1 and the gateway's socket until one side is done."""

    def __init__(self, home: str, server: str) -> None:
        self.parent = os.getppid()
        self.talk = Conversation(home, server, self.parent)
        self.home = home
        self.door: _socket.socket | None = None
        self.door_fd = -1
        self.poll = select.poll()
        self.masks: dict[int, int] = {}
        self.drain_until = 0.0
        self.can_hand = self.may_hand = handover.possible()
        """Once given back, the streams are handed over again only after we read from one: their end would come and go for ever."""
        self.ledger: Ledger | None = None  # the gateway has our streams
        self.taken = False  # ... and waits for the word to begin
        self.may_replace = True  # an older gateway is asked to leave once, and served by where it stays
        self.talk.on_word = self._word

    def run(self) -> int:
        """The exit status: 0, also when the client or the parent simply went away."""
        parent = watch_parent(self.parent)
        if parent is not None:
            self.poll.register(parent, select.POLLIN)
        calm(CLIENT_OUT)
        self.talk.seeking.begin(launch=True)
        while True:
            self._seek()
            self._flush_door()
            if not self._flush_client() or self._done():
                return 0
            self._look_at_door()
            if self.taken and not self.talk.to_client:
                self.taken = False
                self.talk.to_door += GO
                self._flush_door()
            self._watch()
            for fd, event in self.poll.poll(self._timeout()):
                if fd == CLIENT_IN:
                    self._read_client()
                elif fd == self.door_fd:
                    if event & ~select.POLLOUT:
                        self._read_door()
                elif fd == CLIENT_OUT:
                    if event & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                        return 0
                else:
                    return 0

    def _look_at_door(self) -> None:
        """Have an older gateway leave; give our streams to one that takes them."""
        if self.talk.older and self.may_replace:
            self.may_replace = False
            replace_gateway(self.home)
        if self.may_hand and self.talk.quiet and self.door is not None and self.ledger is None:
            self.ledger = handover.hand_over(self.door)
            self.may_hand = False

    def _read_client(self) -> None:
        try:
            chunk = os.read(CLIENT_IN, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self.may_hand = self.can_hand
        if chunk:
            self.talk.client_sent(chunk)
        elif not self.talk.ended:
            self.talk.client_ended()
            self.drain_until = monotonic() + DRAIN_SECONDS

    def _read_door(self) -> None:
        if self.door is None:
            return
        try:
            chunk = self.door.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if chunk:
            self.talk.door_sent(chunk)
            if not self.talk.refused:
                return
        self._lose_door()

    def _word(self, word: bytes) -> None:
        """What the gateway says about the streams it was handed."""
        if word == TAKEN:
            self.taken = self.ledger is not None
        elif self.ledger is not None:
            ledger, self.ledger, self.taken = self.ledger, None, False
            handover.absorb(self.talk, ledger, lost=False)

    def _lose_door(self) -> None:
        if self.door is not None:
            self._forget(self.door_fd)
            self.door.close()
            self.door, self.door_fd = None, -1
            ledger, self.ledger, self.taken = self.ledger, None, False
            if ledger is not None:
                handover.absorb(self.talk, ledger, lost=True)
            else:
                self.talk.door_lost()

    def _seek(self) -> None:
        talk = self.talk
        if talk.open and talk.seeking.on and talk.seeking.overdue() <= 0:
            self._lose_door()  # it took the connection and says nothing
            if not talk.seeking.failed() and not talk.seeking.on:
                talk.give_up()
            return
        if talk.open or not talk.seeking.on or talk.seeking.due() > 0:
            return
        self.door = connect(self.home)
        if self.door is not None:
            self.door_fd = self.door.fileno()
            talk.door_opened()
        elif talk.seeking.failed():
            start_gateway(self.home)
        elif not talk.seeking.on:
            talk.give_up()

    def _flush_door(self) -> None:
        waiting = self.talk.to_door
        while self.door is not None and waiting:
            try:
                sent = self.door.send(waiting if len(waiting) <= CHUNK else waiting[:CHUNK])
            except BlockingIOError:
                return
            except OSError:
                self._read_door()  # the gateway may have said why before it hung up
                self._lose_door()
                return
            self.talk.door_took(sent)

    def _flush_client(self) -> bool:
        """False when the client reads no more."""
        waiting = self.talk.to_client
        while waiting:
            try:
                sent = os.write(CLIENT_OUT, waiting if len(waiting) <= CHUNK else waiting[:CHUNK])
            except BlockingIOError:
                return True
            except OSError:
                return False
            del waiting[:sent]
        return True

    def _done(self) -> bool:
        talk = self.talk
        if not talk.ended:
            return False
        if monotonic() >= self.drain_until:
            talk.leave()
            self._flush_client()
            return True
        return not talk.waiting and not talk.to_client and not talk.backlog

    def _timeout(self) -> float | None:
        """Milliseconds; None, for ever, unless a gateway is sought or the last answers are awaited."""
        talk = self.talk
        seconds: float | None = None
        if talk.seeking.on:
            seconds = talk.seeking.overdue() if talk.open else talk.seeking.due()
        if talk.ended:
            left = max(0.0, self.drain_until - monotonic())
            seconds = left if seconds is None else min(left, seconds)
        return None if seconds is None else seconds * 1000 + 1

    def _watch(self) -> None:
        talk = self.talk
        reading = self.ledger is None and not talk.ended and talk.backlog < HIGH_WATER
        self._want(CLIENT_IN, select.POLLIN if reading else None)
        self._want(CLIENT_OUT, select.POLLOUT if talk.to_client else 0)
        if self.door is not None:
            reading = select.POLLIN if len(talk.to_client) < HIGH_WATER else 0
            self._want(self.door_fd, reading | (select.POLLOUT if talk.to_door else 0))

    def _want(self, fd: int, mask: int | None) -> None:
        if self.masks.get(fd) == mask:
            return
        if mask is None:
            self._forget(fd)
        else:
            self.poll.register(fd, mask)
            self.masks[fd] = mask

    def _forget(self, fd: int) -> None:
        if self.masks.pop(fd, None) is not None:
            self.poll.unregister(fd)
