"""What the gateway lives by: settings in force, journal, pins, servers, sessions, questions, followers.

Nothing is sent to a server before the row of its call is recorded; a failing log refuses calls and allows none.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from app.core.errors import DoorkeepError, JournalError
from app.core.settings import Settings, SettingsFile
from app.gateway.approvals import Approvals
from app.gateway.limits import Clock, Deadlines
from app.gateway.links import Child, Link
from app.gateway.pins import Pin, Pins, unknown_pin
from app.gateway.policy import ServerView, protected_rows, view_of
from app.gateway.watching import Watching
from app.version import VERSION
from servers.runtime import wire

if TYPE_CHECKING:
    from app.core.journal.writer import Journal
    from app.gateway.calls import Call
    from app.gateway.greeting import Greeted
    from app.gateway.session import Session

Follower = Callable[[Any], None]
RETRY_SECONDS = 1.0
"""Between two tries to write the log while it cannot be written."""
SOON_SECONDS = 0.005
"""While calls are at work, rows that no kill can take reach the log's readers in this time."""
MANY_EVENTS = 128
"""Or as soon as so many have gathered."""
READY_SECONDS = 0.5
"""After the start, when nobody waits: the bridge's ready answers are renewed."""


class Servers(Protocol):
    """The supervisor, as calls see it."""

    def get(self, server: str, owner: str = "") -> Child:
        """The running child of a server, started if need be. Raises DoorkeepError with words for the client.

        `owner`: the session whose own process it is; ours are shared, owner "".
        """
        ...

    def end(self, server: str, owner: str, words: str) -> None:
        """The owner needs its process no more."""
        ...

    def backlog(self, server: str, owner: str = "") -> Any:
        """The channel that lines for a process wait in, or None."""
        ...

    def set_policy(self, server: str, policy: wire.Policy) -> None:
        """Keep the policy for children to come and bring it to the running one, by message or by a fresh process."""
        ...

    def status(self) -> list[dict[str, Any]]:
        """What `doorkeep status` prints of each server."""
        ...


def _unheard() -> None:
    return


def _unheard_review(_server: str, _state: str) -> None:
    return


class Core:
    """One per gateway. Single-threaded: every method is called from the loop."""

    def __init__(self, home: str, journal: Journal, servers: Servers, loop: Clock, pins: Pins | None = None) -> None:
        self.home = home
        self.journal = journal
        self.servers = servers
        self.loop = loop
        self.pins = pins or Pins(home)
        self.file = SettingsFile(home)
        self.approvals = Approvals(self)
        self.deadlines = Deadlines(loop)
        self.sessions: set[Session] = set()
        self.paused = os.path.exists(_pause_mark(home))
        self.on_trouble: Callable[[], None] = _unheard
        self.on_review: Callable[[str, str], None] = _unheard_review
        """Hears of a server whose tools wait for the user (`changed`) or were looked at (`accepted`)."""
        self._journal_error: JournalError | None = None
        self._followers: list[Follower] = []
        self._links: dict[Child, Link] = {}
        self._views: dict[str, ServerView] = {}
        self._watching: dict[str, Watching] = {}
        self._sessions_seen = 0
        self._generation = -1
        self._protected: tuple[wire.Folder, ...] = ()
        self._outbox: list[tuple[Child, bytes, Call | None]] = []
        self._changed: dict[int, None] = {}
        self._retrying = False
        self._secured = False
        self._soon = False
        loop.later(READY_SECONDS, self._leave_ready_answers)

    # -- settings -----------------------------------------------------------------------------------------------

    def settings_now(self) -> Settings:
        """The settings in force, re-read when the file changed; running servers learn a new table at once."""
        settings = self.file.now()
        if self.file.generation != self._generation:
            self._generation = self.file.generation
            self._views.clear()
            self._protected = protected_rows(self.home)
            for server in {link.child.server for link in self._links.values()}:
                self.tell_policy(self.view(server))
            for session in self.sessions:
                if session.pin.behind:
                    session.renew_pin()
        return settings

    @property
    def generation(self) -> int:
        """Grows by one with each accepted version of the settings."""
        return self.file.generation

    def view(self, server: str) -> ServerView:
        """What the settings in force say about one server."""
        settings = self.settings_now()
        found = self._views.get(server)
        if found is None:
            found = self._views[server] = view_of(settings, server, self.generation, self._protected)
        return found

    def pin(self, server: str) -> Pin:
        """What the clients of a server are shown now: what waits for a switch of a folder only where one has it."""
        found = self.pins.get(server)
        if found is None:
            return unknown_pin(server)
        return found.offering(self.view(server).git_switches) if found.behind else found

    def tell_policy(self, view: ServerView) -> None:
        """Bring a server's table to its supervisor, which brings it to the running child."""
        view.told = True
        self.servers.set_policy(view.server, view.policy)

    # -- servers ------------------------------------------------------------------------------------------------

    def repeat_policy(self, view: ServerView) -> None:
        """Tell a running server its table again, since it says that it has an older one."""
        for link in self._links.values():
            if link.child.server == view.server:
                link.notify("doorkeep/policy", wire.encode(view.policy))

    def link(self, view: ServerView) -> Link:
        """The pipe to a server, started if need be. Raises DoorkeepError."""
        if not view.told:
            self.tell_policy(view)
        child = self.servers.get(view.server)
        link = self._links.get(child)
        if link is None:
            link = self._links[child] = Link(child, self.send_child)
            child.on_message(link.receive)
            child.on_exit(lambda words: self.child_gone(child, words))
        return link

    def found_tools(self, server: str, found: Greeted, *, tools_only: bool = False) -> None:
        """What a server of others says of itself now: what differs from what the user accepted is hidden everywhere."""
        before = self.pins.differing(server)
        if self.pins.found(server, found, tools_only=tools_only):
            self.pin_changed(server)
        if self.pins.differing(server) != before:
            self.on_review(server, "changed")

    def pin_changed(self, server: str) -> None:
        """The user accepted other tools, or some are hidden from now on: every session of the server is told."""
        for session in self.sessions:
            if session.server == server:
                session.renew_pin()
        self._leave_ready_answers()

    def watching(self, server: str) -> Watching:
        """What all sessions want to hear of one server's resources."""
        found = self._watching.get(server)
        if found is None:
            found = self._watching[server] = Watching(self, server, lambda: self.link(self.view(server)))
        return found

    def child_line(self, child: Child, line: bytes) -> None:
        """A line that a server wrote."""
        link = self._links.get(child)
        if link is not None:
            link.receive(line)

    def child_gone(self, child: Child, words: str) -> None:
        """A server ended: each of its calls in flight gets one clear error."""
        link = self._links.pop(child, None)
        if link is not None:
            link.gone(words)

    def send_child(self, child: Child, line: bytes, call: Call | None = None) -> None:
        """Send a line once what led to it is recorded. `call` is refused if it cannot be."""
        self._outbox.append((child, line, call))

    # -- the log ------------------------------------------------------------------------------------------------

    @property
    def journal_error(self) -> JournalError | None:
        """Why the log cannot be written now, so that every call is refused; None while it can. `on_trouble` hears of both."""
        return self._journal_error

    @journal_error.setter
    def journal_error(self, error: JournalError | None) -> None:
        changed = (error is None) != (self._journal_error is None)
        self._journal_error = error
        if changed:
            self.on_trouble()

    def touched(self, row: int) -> None:
        """A row got an event in this tick."""
        self._changed[row] = None

    def before_flush(self) -> None:
        """The loop's hook: record, then let lines go to servers. Never raises JournalError."""
        if self._changed or self.journal_error is not None:
            self._record()
        outbox, self._outbox = self._outbox, []
        for child, line, call in outbox:
            if call is not None and self.journal_error is not None:
                call.unrecorded(self.journal_error)
            else:
                child.send(line)
        if self.journal_error is None and self._changed:
            changed, self._changed = self._changed, {}
            for row in changed if self._followers else ():
                self.publish(self.journal.record(row))

    def after_flush(self) -> None:
        """The loop's hook: bring what no kill can take any more to where readers find it, once no call waits for us or much
        has gathered, and soon in any case. Never raises JournalError."""
        if not self._secured:
            return
        if not self.deadlines.waiting or self.journal.unwritten >= MANY_EVENTS:
            self._commit()
        elif not self._soon:
            self._soon = True
            self.loop.later(SOON_SECONDS, self._write_soon)

    def _write_soon(self) -> None:
        self._soon = False
        if self._secured:
            self._commit()

    def _record(self) -> None:
        if self._followers or self.journal_error is not None:
            self._commit()  # who hears of a row may look it up at once
        else:
            self._secured = True
            self._attempt(self.journal.secure)

    def _commit(self) -> None:
        self._secured = False
        self._attempt(self.journal.commit)

    def _attempt(self, write: Callable[[], None]) -> None:
        try:
            write()
            self.journal_error = None
        except JournalError as error:
            self.journal_error = error
            if not self._retrying:
                self._retrying = True
                self.loop.later(RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        self._retrying = False  # the tick that this timer makes commits again

    def _leave_ready_answers(self) -> None:
        with contextlib.suppress(OSError):  # a full disk: the bridge then has the last ones, or none
            self.pins.write_ready_answers()

    def follow(self, follower: Follower) -> Callable[[], None]:
        """Give every changed record to `follower`, after it is recorded. The answer ends that."""
        self._followers.append(follower)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._followers.remove(follower)

        return stop

    def publish(self, record: Any) -> None:
        """Give a record to all followers; one that raises is dropped, since it must not stop a call."""
        for follower in list(self._followers):
            try:
                follower(record)
            except Exception:
                self._followers.remove(follower)

    # -- sessions -----------------------------------------------------------------------------------------------

    def join(self, session: Session) -> int:
        """A client has come; the answer numbers it."""
        self.sessions.add(session)
        self._sessions_seen += 1
        return self._sessions_seen

    def leave(self, session: Session) -> None:
        """A client has gone, and what was allowed for its session with it."""
        self.sessions.discard(session)
        self.approvals.session_closed(session.id)

    # -- controls -----------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Refuse every call until `resume`, across restarts too."""
        with open(os.open(_pause_mark(self.home), os.O_WRONLY | os.O_CREAT, 0o600), "w"):
            self.paused = True

    def resume(self) -> None:
        """Decide about calls again."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_pause_mark(self.home))
        self.paused = False
        for watching in self._watching.values():
            watching.tell_all()

    def answer(self, approval_id: str, answer: str, scope: str = "once") -> dict[str, Any]:
        """The user's answer (`allow` or `deny`; scope `once`, `session`, `folder` or `tool`). Raises DoorkeepError."""
        return self.approvals.answer(approval_id, answer, scope)

    def status(self) -> dict[str, Any]:
        """What `doorkeep status` prints."""
        servers = self.settings_now().servers
        error: DoorkeepError | None = self.file.error
        return {
            "version": VERSION,
            "pid": os.getpid(),
            "home": self.home,
            "paused": self.paused,
            "generation": self.generation,
            "settings_error": str(error) if error else None,
            "journal_error": str(self.journal_error) if self.journal_error else None,
            "servers": self.servers.status(),
            "sessions": [session.status() for session in sorted(self.sessions, key=lambda s: s.number)],
            "approvals": len(self.approvals),
            "reviews": self.pins.to_review(sorted(servers)),
        }


def _pause_mark(home: str) -> str:
    return os.path.join(home, "paused")
