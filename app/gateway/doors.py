"""Whoever comes through the door: looked at first, asked what it wants, then given a session or the controls.

Nothing is believed before the kernel has said who the process is. A process that descends from one of our own servers
gets nothing, and the user sees that it tried.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from app.bridge.framing import BACK, GO, HAND, HELD, HOLD, KEEP, LAYOUT, TAKEN, WORD
from app.control.frames import FRAMES, MAX_HELLO, Hello, Refusal, read_hello, refusal_line, welcome_line
from app.gateway.channel import Channel, close_all
from app.gateway.lines import Lines
from app.gateway.log import GatewayLog
from app.gateway.peer import Peer
from app.gateway.peers import descends_from_us
from app.gateway.ticks import Ticks
from app.version import VERSION
from servers.runtime import wire

HELLO_SECONDS = 10.0
CONNECTIONS_MOST = 1000

HANDS = sys.platform == "linux"
"""Here a client's own streams may be taken over from its bridge."""

if sys.platform == "linux":
    from app.gateway import handover

    if TYPE_CHECKING:
        from app.gateway.loop import Loop
        from app.gateway.session import Session

if sys.platform == "win32":
    from app.gateway.windows_door import WindowsDoor as Door
else:
    from app.gateway.posix_door import PosixDoor as Door

_GONE = "it has ended already"

__all__ = ["Door", "Guest", "Reception"]


class Guest(Protocol):
    """Whoever serves one connection after its hello."""

    def receive(self, line: bytes, /) -> None: ...

    def too_long(self, id_: wire.RequestId | None, /) -> None: ...

    def closed(self) -> None: ...


class Visitor(Guest, Protocol):
    """A session."""

    outlet: Callable[[], Channel | None]
    """Set to what its lines wait in."""


class Reception:
    """Makes a guest of each connection that may come in.

    `session(peer, send)` and `control(channel, pid)` make the guests; `backlog(guest)` is the channel that a session's
    requests wait in; `groups()` are the process groups of our servers; `intruder(pid, words)` shows a refused peer.
    """

    def __init__(
        self,
        loop: Ticks,
        log: GatewayLog,
        *,
        session: Callable[[Peer, Callable[[bytes], None]], Visitor],
        control: Callable[[Channel, int], Guest],
        backlog: Callable[[Any], Any],
        groups: Callable[[], set[int]],
        intruder: Callable[[int, str], None],
    ) -> None:
        self.loop = loop
        self.log = log
        self.make_session = session
        self.make_control = control
        self.backlog = backlog
        self.groups = groups
        self.intruder = intruder
        self.sessions: set[Channel] = set()
        self.controls: set[Channel] = set()
        self.strangers: set[Channel] = set()
        self.visits: set[_Visit] = set()
        self.leaving = False

    def hold(self) -> None:
        """The gateway is about to leave: the bridges get their clients' streams again, and keep new requests for the next one."""
        self.leaving = True
        for visit in self.visits:
            visit.hold()

    @property
    def held(self) -> bool:
        """No new request can come any more."""
        return all(visit.held for visit in self.visits)

    def kept(self) -> set[Channel]:
        """Connections whose client's streams are not with the bridge: ending one now would let both write to the client."""
        return {visit.channel for visit in self.visits if visit.streams is not None and not visit.streams.gone}

    def arrived(self, endpoint: Any, pid: int, refused: str = "") -> None:
        """A connection: `endpoint` as `loop.channel` takes it, `pid` by the kernel's word, `refused` by the door already."""
        refusal = self._judged(pid, refused)
        if len(self.sessions) + len(self.controls) + len(self.strangers) >= CONNECTIONS_MOST:
            refusal = Refusal(
                "Too many connections.", f"The gateway serves {CONNECTIONS_MOST} at a time.", "Close some."
            )
        _Visit(self, endpoint, pid, refusal)

    def _judged(self, pid: int, refused: str) -> Refusal | None:
        if not refused:
            descends = descends_from_us(pid, self.groups())
            if descends is False:
                return None
            refused = "it was started by one of the servers" if descends else _GONE
        words = f"Process {pid} was refused: {refused}."
        self.log.line(words)
        if refused != _GONE:  # clients end bridges that they have just started: nothing to show
            self.intruder(pid, words)
        return Refusal(
            words, "Servers must not reach Doorkeep's own controls.", "Run the command in a terminal of yours."
        )


class _Visit:
    """One connection: waits for the hello, then passes everything on."""

    def __init__(self, reception: Reception, endpoint: Any, pid: int, refusal: Refusal | None) -> None:
        self.reception = reception
        self.pid = pid
        self.refusal = refusal
        self.guest: Guest | None = None
        self.server = ""
        self.streams: Any = None
        self.words = 0
        self.held = False
        """No new request comes from here."""
        self.descriptors: list[int] = []
        self.kept_back: list[bytes] | None = None
        """What is for the client while its streams change hands: written now, it would go between the bridge's own bytes."""
        self.lines = Lines(self._first, self._too_long, MAX_HELLO)
        self.channel = reception.loop.channel(endpoint, endpoint, self._read, self._gone, gives_way=True)
        self.timer = reception.loop.later(HELLO_SECONDS, self._late)
        reception.strangers.add(self.channel)

    def _read(self, chunk: bytes) -> None:
        self.lines.feed(chunk)
        if self.server:
            backlog = self.reception.backlog(self.guest)
            if backlog is not None:
                self.channel.wait_behind(backlog)

    def _first(self, line: bytes) -> None:
        self.timer.cancel()
        if self.refusal is None:
            try:
                hello = read_hello(line)
            except msgspec.MsgspecError:
                hello = None
            self.refusal = _unfit(hello)
            if hello is not None and self.refusal is None:
                self._welcome(hello)
                return
        assert self.refusal is not None  # noqa: S101 - set just above
        self.reception.strangers.discard(self.channel)
        self.channel.write(refusal_line(self.refusal))
        self.channel.finish()

    def _late(self) -> None:
        self.reception.strangers.discard(self.channel)
        self.channel.close()

    def _welcome(self, hello: Hello) -> None:
        reception = self.reception
        hands = LAYOUT if HANDS and hello.as_ == "session" else 0
        self.channel.write(welcome_line(VERSION, os.getpid(), hands))
        reception.strangers.discard(self.channel)
        if hello.as_ == "control":
            reception.controls.add(self.channel)
            self.guest = reception.make_control(self.channel, self.pid)
        else:
            reception.sessions.add(self.channel)
            reception.visits.add(self)
            self.words = hello.words
            peer = Peer(hello.server, self.pid, hello.ppid, hello.initialize, hello.kept, self._keep)
            self.guest = visitor = reception.make_session(peer, self._send)
            visitor.outlet = self._outlet
            self.server = hello.server
        if hands:
            self._take_descriptors()
        on_line = self._line if self.server else self.guest.receive
        self.lines.pass_to(on_line, self.guest.too_long, wire.MAX_LINE)
        if self.server and reception.leaving:
            self.hold()

    def hold(self) -> None:
        """See `Reception.hold`."""
        if self.streams is not None and not self.streams.gone:
            self.held = True  # of a client that does not read, the streams may never come back to the bridge
            self.streams.on_back = self._hold
            self.streams.give_back()
        elif self.kept_back is None:  # else the streams are just changing hands: `_take_over` comes here again
            self._hold()

    def _hold(self) -> None:
        self.held = not self.words
        if self.words:
            self.channel.write(HOLD)
        else:
            self.channel.hold()

    def _line(self, line: bytes) -> None:
        if line.startswith(WORD) and self._word(line):
            return
        if self.guest is not None:
            self.guest.receive(line)

    def _word(self, line: bytes) -> bool:
        """Whether this was for us, from the bridge itself."""
        if line == HELD[:-1] and self.reception.leaving:
            self.held = True
            return True
        return self._handed(line)

    def _keep(self, fact: bytes) -> None:
        if self.words:
            self.channel.write(b"%b%b}\n" % (KEEP, fact))

    def _send(self, line: bytes) -> None:
        if line.startswith(WORD):
            line = b" " + line  # a server's line that looks like a word of ours means no more than JSON does
        if self.kept_back is not None:
            self.kept_back.append(line)
        elif self.streams is None:
            self.channel.write(line)
        else:
            self.streams.send(line)

    def _outlet(self) -> Channel:
        return self.channel if self.streams is None or self.streams.gone else self.streams.channel

    def _too_long(self, _id: wire.RequestId | None) -> None:
        self._first(b"")

    if sys.platform == "linux":

        def _take_descriptors(self) -> None:
            cast("Loop", self.reception.loop).take_descriptors(self.channel, self._came)

        def _came(self, fds: list[int]) -> None:
            close_all(self.descriptors)
            self.descriptors = fds

        def _handed(self, line: bytes) -> bool:
            if not self.descriptors or line not in (HAND[:-1], GO[:-1]):
                return False
            if line == HAND[:-1]:
                self._accept()
            else:
                self._take_over()
            return True

        def _accept(self) -> None:
            """Only from a session that owes nothing: else the bridge and we could write to the client at once."""
            if self.reception.leaving or cast("Session", self.guest).in_flight:
                close_all(self.descriptors)
                self.descriptors = []
                self.channel.write(BACK)
            else:
                self.channel.write(TAKEN)
                self.kept_back = []

        def _take_over(self) -> None:
            """The bridge hands over its client's streams. What comes over the socket until it has them again is its end."""
            fds, self.descriptors = self.descriptors, []
            try:
                self.streams = handover.Streams(
                    cast("Loop", self.reception.loop),
                    fds,
                    door=self.channel.write,
                    on_line=self._from_streams,
                    after=self._read_streams,
                    on_loss=self.channel.lose,
                )
            except (OSError, ValueError):
                self.channel.lose("the streams could not be taken over")
                return
            kept_back, self.kept_back = self.kept_back or [], None
            for line in kept_back:
                self.streams.send(line)
            if self.reception.leaving:
                self.hold()

        def _from_streams(self, line: bytes) -> None:
            if self.guest is not None:
                self.guest.receive(line)

        def _read_streams(self, channel: Channel) -> None:
            backlog = self.reception.backlog(self.guest)
            if backlog is not None:
                channel.wait_behind(backlog)

    else:

        def _take_descriptors(self) -> None:
            raise NotImplementedError

        def _handed(self, line: bytes) -> bool:
            del line
            return False

    def _gone(self, _words: str) -> None:
        self.timer.cancel()
        close_all(self.descriptors)
        if self.streams is not None:
            self.streams.close()
        self.reception.strangers.discard(self.channel)
        self.reception.sessions.discard(self.channel)
        self.reception.visits.discard(self)
        self.reception.controls.discard(self.channel)
        if self.guest is not None:
            self.guest.closed()


def _unfit(hello: Hello | None) -> Refusal | None:
    if hello is None or hello.doorkeep < FRAMES:
        return Refusal("This is Doorkeep's door.", "What came first was no hello of its own programs.", "")
    name = hello.server
    if hello.as_ == "session" and not (0 < len(name) <= 30 and name.replace("-", "a").isalnum() and name.isascii()):
        return Refusal(
            f"{name[:60]!r} is no server's name.", "Names are a-z, 0-9 and -.", "Check the client's configuration."
        )
    return None
