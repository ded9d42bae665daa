"""What all listeners of one running server want together, asked of it as one stream, and brought back when the server was lost.

A change is given to the listeners that asked for it, and only where the folder behind it is open at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.core.errors import DoorkeepError
from app.gateway.links import Link
from app.gateway.questions import path_of_uri
from app.gateway.streams import ACKNOWLEDGED, NOTHING, Filter, OlderStream, Stream
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.core import Core
    from app.gateway.upstream import Upstream

AGAIN_SECONDS = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Before a lost stream is asked for again; the last one counts from then on."""

Ready = Callable[[str], None]
"""Told once: with nothing where the server agreed, else with words that say why not."""


class Listener(Protocol):
    """Who wants to hear."""

    filter: Filter

    def tell(self, method: str, uri: str) -> None:
        """A change of what the filter names."""
        ...


class _About(msgspec.Struct):
    id: wire.RequestId | None = msgspec.field(name=wire.META_SUBSCRIPTION, default=None)


class _Notice(msgspec.Struct):
    uri: str = ""
    meta: _About = msgspec.field(name="_meta", default_factory=_About)


_read_notice = msgspec.json.Decoder(_Notice).decode
_read_facts = msgspec.json.Decoder(wire.CallFacts).decode


class Watching:
    """Of one server. `link` gives its running process, started if need be; raises DoorkeepError."""

    def __init__(self, core: Core, server: str, link: Callable[[], Link | Upstream], *, judged: bool = True) -> None:
        """`judged`: folders say what may be told of, as they do for servers of ours."""
        self._judged = judged
        self.core = core
        self.server = server
        self.link = link
        self._listeners: dict[Listener, None] = {}
        self._waiting: list[tuple[Listener, Filter, Ready]] = []
        self._stream: Stream | OlderStream | None = None
        """Agreed to."""
        self._asked: Stream | OlderStream | None = None
        """Not yet agreed to."""
        self._failures = 0
        self._due = False

    def want(self, listener: Listener, wanted: Filter, ready: Ready) -> None:
        """From now on a listener wants this; its own `filter` is set to it when the server agreed."""
        self._waiting.append((listener, wanted, ready))
        self._soon()

    def leave(self, listener: Listener) -> None:
        """It wants nothing any more."""
        self._listeners.pop(listener, None)
        self._waiting = [entry for entry in self._waiting if entry[0] is not listener]
        self._soon()

    def tell_all(self) -> None:
        """Something may have been missed: whoever listens had better look."""
        for listener in list(self._listeners):
            self._tell_everything(listener)

    def wanted_now(self) -> frozenset[str]:
        """The resources that the server agreed to tell of."""
        return self._stream.filter.uris if self._stream is not None else frozenset()

    # -- the stream

    def _soon(self) -> None:
        """In a moment: many wishes of one tick become one stream."""
        if not self._due:
            self._due = True
            self.core.loop.later(0.0, self._renew)

    def _renew(self) -> None:
        self._due = False
        wanted = self._union()
        if self._asked is not None:
            return  # when that is settled, this is looked at again
        if wanted == NOTHING:
            self._settle_waiting(NOTHING)
            self._end()
        elif self._stream is not None and self._stream.filter == wanted:
            self._settle_waiting(wanted)
        else:
            self._ask(wanted)

    def _union(self) -> Filter:
        filters = {id(listener): listener.filter for listener in self._listeners}
        filters.update({id(listener): wanted for listener, wanted, _ready in self._waiting})
        parts = filters.values()
        return Filter(
            frozenset[str]().union(*(part.uris for part in parts)),
            any(part.resources for part in parts),
            any(part.prompts for part in parts),
        )

    def _ask(self, wanted: Filter) -> None:
        view = self.core.view(self.server)
        if self.core.paused or not view.enabled:
            self._refused("Doorkeep is paused." if self.core.paused else "The user switched this server off.")
            return
        try:
            link = self.link()
        except DoorkeepError as error:
            self._refused(str(error))
            return
        link.on_notice = self._noticed
        if isinstance(link, Link) or link.modern:
            self._asked = Stream(self, link, wanted)
        else:
            self._asked = OlderStream(self, link, wanted)

    def agreed(self, stream: Stream | OlderStream) -> None:
        """The server acknowledged it."""
        if stream is not self._asked:
            return
        before, self._stream, self._asked = self._stream, stream, None
        if before is not None:
            before.stop()
        missed, self._failures = self._failures > 0, 0
        known = list(self._listeners) if missed else []
        self._settle_waiting(stream.filter)
        for listener in known:
            self._tell_everything(listener)
        self._soon()

    def refused(self, stream: Stream | OlderStream, words: str) -> None:
        """The server would not have it."""
        if stream is self._asked:
            self._asked = None
            self._refused(words)

    def lost(self, stream: Stream | OlderStream) -> None:
        """The server, or this stream of it, ended."""
        if stream is self._asked:
            self._asked = None
        elif stream is self._stream:
            self._stream = None
        else:
            return
        self._again()

    def _refused(self, words: str) -> None:
        waiting, self._waiting = self._waiting, []
        for _listener, _wanted, ready in waiting:
            ready(words)
        if self._stream is None and self._listeners:
            self._again()

    def _again(self) -> None:
        wait = AGAIN_SECONDS[min(self._failures, len(AGAIN_SECONDS) - 1)]
        self._failures += 1
        self.core.loop.later(wait, self._soon)

    def _settle_waiting(self, agreed: Filter) -> None:
        settled = [entry for entry in self._waiting if agreed.holds(entry[1])]
        self._waiting = [entry for entry in self._waiting if not agreed.holds(entry[1])]
        for listener, wanted, ready in settled:
            self._listeners[listener] = None
            listener.filter = wanted
            ready("")

    def _end(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.stop()

    # -- what changed

    def _noticed(self, message: wire.Message) -> None:
        try:
            notice = _read_notice(message.params or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if message.method == ACKNOWLEDGED:
            if isinstance(self._asked, Stream) and notice.meta.id == self._asked.number:
                self._asked.acknowledged()
            return
        stream = self._stream
        if stream is None or notice.meta.id != stream.number or not self._may_tell(notice.uri, message.doorkeep):
            return
        for listener in list(self._listeners):
            if listener.filter.wants(str(message.method), notice.uri):
                listener.tell(str(message.method), notice.uri)

    def _may_tell(self, uri: str, doorkeep: msgspec.Raw) -> bool:
        view = self.core.view(self.server)
        if self.core.paused or not view.enabled:
            return False
        if not self._judged:
            return True
        try:
            paths = _read_facts(doorkeep).paths if doorkeep else []
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        if not paths and uri.lower().startswith("file:"):
            paths = [path_of_uri(uri)]
        return all(view.grants.access(path) != "off" for path in paths)

    def _tell_everything(self, listener: Listener) -> None:
        for method, uri in listener.filter.each():
            listener.tell(method, uri)
