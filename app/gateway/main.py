"""Puts the gateway together and runs it: door first, so that whoever waits can connect; then log, core and controls.

Nothing is decided here, and nothing is imported that the first tick does not need.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import cast

from app.bridge.home import find_home, stopped_mark
from app.core.errors import DoorkeepError
from app.core.form import bring_up_to_date
from app.gateway.claiming import claim, who_serves
from app.gateway.doors import Door, Reception
from app.gateway.log import GatewayLog

if sys.platform == "win32":
    from app.gateway.loop_windows import ThreadedLoop as Loop
else:
    from app.gateway.loop import Loop


class Gateway:
    """One running gateway. Raises DoorkeepError where it cannot be put together."""

    def __init__(self, home: str, door: Door, log: GatewayLog) -> None:
        self.loop = loop = Loop()
        self.home = home
        self.log = log
        self.door = door
        loop.on_error = log.failure
        door.open(loop, self._arrived)

        from app.control.messages import Event
        from app.gateway import spawning
        from app.gateway.controls import Controls
        from app.gateway.core import Core
        from app.gateway.ending import Ending
        from app.gateway.followers import Followers
        from app.gateway.holding import Holding
        from app.gateway.housekeeping import Housekeeping, TellingJournal
        from app.gateway.leftovers import end_left
        from app.gateway.private import Desk
        from app.gateway.session import Session
        from app.gateway.supervisor import Supervisor
        from app.gateway.vault import Vault

        self.followers = followers = Followers()
        self.supervisor = Supervisor(loop, home, log)
        self.journal = cast("TellingJournal", TellingJournal.open(home))
        self.core = Core(home, self.journal, self.supervisor, loop)
        self.supervisor.settings = self.core.settings_now
        self.housekeeping = Housekeeping(loop, self.journal, self.core.settings_now, log)
        followers.source = self.core
        self.supervisor.on_change = lambda server, state, words: followers.publish(
            Event("server", server=server, state=state, words=words)
        )
        self.core.on_review = lambda server, state: followers.publish(Event("server", server=server, state=state))
        self.core.on_trouble = lambda: followers.publish(Event("gateway", state="trouble"))
        self.vault = Vault(loop, home, self.supervisor.begin)
        self.supervisor.preparing.secrets = self.vault.fetch
        self.supervisor.desk = Desk(self.vault, Holding(loop))
        self.controls = Controls(
            self.core,
            self.supervisor,
            followers,
            log,
            self.vault,
            leave=lambda: loop.soon(self.leave),
            make_way=lambda release: loop.soon(lambda: self.make_way(release)),
        )
        self.supervisor.desk.on_need = self.controls.signing.need
        self.reception = Reception(
            loop,
            log,
            session=lambda peer, send: Session(self.core, peer, send),
            control=self.controls.admit,
            backlog=lambda guest: guest.backlog(),
            groups=self.supervisor.groups,
            intruder=lambda pid, words: followers.publish(Event("refused", pid=pid, words=words)),
        )
        loop.before_flush = self.core.before_flush
        loop.after_flush = self.core.after_flush
        for signum in (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM)):
            loop.on_signal(signum, self.leave)
        spawning.on_endings(loop, self.supervisor.reap)
        for child in end_left(home, loop.later):
            log.line(f"server {child.server}: pid {child.pid} was left by an earlier gateway and is ended")
        self._ending = Ending(loop, self.core, self.supervisor, self.reception, vault=self.vault.close, over=loop.stop)
        self._leaving = False

    def run(self) -> None:
        """Serve until asked to end."""
        self.log.line(f"gateway: pid {os.getpid()} serves {self.home}")
        gc.collect()
        gc.freeze()
        self.loop.run()

    def leave(self) -> None:
        """End gracefully: nobody new, calls in flight finish, servers end. Asked again: at once."""
        if self._leaving:
            self.loop.stop()
        else:
            self._end("Doorkeep was stopped")

    def make_way(self, release: str) -> None:
        """End in the same way for a newer release; asked again, nothing more happens."""
        if not self._leaving:
            self.log.line(f"gateway: makes way for release {release}")
            self._end("Doorkeep was updated")

    def _end(self, reason: str) -> None:
        self.log.line("gateway: stopping")

        from app.control.messages import Event

        self.followers.publish(Event("gateway", state="stopping"))
        self.door.shut()
        self._leaving = True
        self._ending.begin(reason)

    def close(self) -> None:
        """Give everything back, whatever state it is in."""
        self.supervisor.end_at_once()
        self.journal.close()
        self.door.close()
        self.log.line("gateway: ended")
        self.log.close()
        self.loop.close()

    def _arrived(self, endpoint: int, pid: int, refused: str) -> None:
        self.reception.arrived(endpoint, pid, refused)


def serve(home: str, echo: bool = False, wanted: Callable[[], bool] = lambda: True) -> int:
    """Run the gateway of `home` until it is asked to end. Another one of this release that runs already is no error: 0.

    An older one makes way first; a newer one does not, which is said: 1. `wanted`: asked once the door is ours.
    """
    door = claim(home)
    if door is None:
        words = who_serves(home)
        if words:
            sys.stderr.write(f"doorkeep: {words}\n")
        return 1 if words else 0
    if not wanted():
        door.close()
        return 0
    try:
        bring_up_to_date(home)
        log = GatewayLog(home, echo)
        gateway = Gateway(home, door, log)
    except BaseException:
        door.close()
        raise
    try:
        gateway.run()
    finally:
        gateway.close()
    return 0


def main(argv: list[str] | None = None) -> int:
    """`python -m app.gateway [--home PATH]`: how the bridge and the system start it. Does nothing while the user stopped it."""
    given = sys.argv[1:] if argv is None else argv
    named = None
    if len(given) == 2 and given[0] == "--home":
        named = given[1]
    elif given:
        sys.stderr.write("usage: python -m app.gateway [--home PATH]\n")
        return 2
    home = find_home(named)
    if os.path.exists(stopped_mark(home)):
        return 0
    try:
        return serve(home, wanted=lambda: not os.path.exists(stopped_mark(home)))
    except DoorkeepError as error:
        sys.stderr.write(f"doorkeep: {error}\n")
        return 1
