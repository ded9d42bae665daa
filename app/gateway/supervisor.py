"""Which server processes run: started at first use, brought back after a crash, stopped when idle, told their folders.

No server is ever started in a tight loop, and none keeps running with more folders than the settings in force allow.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import msgspec

from app.core.settings import ServerSetting, Settings
from app.gateway import leftovers, spawning
from app.gateway.children import Child
from app.gateway.log import BoundedFile, GatewayLog
from app.gateway.login_path import LoginPath
from app.gateway.peers import started_at
from app.gateway.preparing import Prepared, Preparing, granted
from app.gateway.private import Desk
from app.gateway.programs import Program, ServerUnavailableError, program_of
from app.gateway.scrubbing import Scrubber
from app.gateway.ticks import Ticks
from servers.runtime import wire

IDLE_SECONDS = 600.0
CRASHES = 5
"""So many within WINDOW_SECONDS open the breaker: for REST_SECONDS the server is not started again."""
WINDOW_SECONDS = 60.0
REST_SECONDS = 60.0
KILL_SECONDS = 2.0
RETIRED_SECONDS = 5.0
"""How long a child with an outdated confinement may finish its calls."""
_NOTHING = ServerSetting()
_BACKOFF = (0.0, 0.0, 0.25, 0.5, 1.0)


class Supervisor:
    """All server processes of one gateway. `on_change(server, state, words)` hears of each start and end."""

    def __init__(self, loop: Ticks, home: str, log: GatewayLog) -> None:
        self.home = home
        self.settings: Callable[[], Settings] = Settings
        self.on_change: Callable[[str, str, str], None] = _unheard
        self.loop = loop
        self._log = log
        self.preparing = Preparing(LoginPath(loop, home, self.begin))
        self.desk: Desk | None = None
        """Where our own servers ask for their secrets; set by whoever has a vault."""
        self._running: dict[tuple[str, str], Child] = {}
        """By server and owner: a command server has a process for each session, ours have one for all, owner ""."""
        self._all: dict[int, Child] = {}
        self._apart: set[Child] = set()
        """Children that are no servers; in `_all` too once they run."""
        self._logs: dict[str, BoundedFile] = {}
        self._policies: dict[str, wire.Policy] = {}
        self._crashes: dict[str, list[float]] = {}
        self._adopting = False
        self._orphans = False
        """Some were killed just now; theirs come to us next."""
        self._leaving = False

    def get(self, server: str, owner: str = "", setting: ServerSetting | None = None) -> Child:
        """The child that new calls go to, started if need be. Raises ServerUnavailableError.

        `setting`: how to run it, where the settings in force are not to be asked.
        """
        child = self._running.get((server, owner))
        if child is not None and not child.stopping and not child.gone:
            return child
        if self._leaving:
            raise ServerUnavailableError("Doorkeep is stopping.", "", "Try again in a moment.")
        recent = self._recent_crashes(server)
        if len(recent) >= CRASHES:
            rest = recent[-1] + REST_SECONDS - time.monotonic()
            raise ServerUnavailableError(
                f"The server {server} ended {len(recent)} times within a minute.",
                f"It is not started again for {max(1, round(rest))} seconds.",
                f"Its last words are in {self._stderr_path(server)}.",
            )
        setting = setting or self.settings().servers.get(server)
        foreign = setting is not None and (setting.command or setting.url)
        program = None if foreign else program_of(self.home, server)
        child = Child(self.loop, server, self._log_of(server))
        child.on_gone = self._gone
        self._running[server, owner] = child
        wait = _BACKOFF[len(recent)]
        if not owner:
            child.policy = child.confined_to = self._policies.get(server)
        if child.policy is not None:
            child.send(policy_line(child.policy))
        self._attend(child, setting if foreign else None)
        if program is not None:
            self._after(wait, lambda: self._start(child, program))
        elif setting is not None:
            self._after(
                wait, lambda: self.preparing.prepare(server, setting, lambda found: self._prepared(child, found))
            )
        return child

    def _attend(self, child: Child, setting: ServerSetting | None) -> None:
        """Let a program of ours ask for what the settings give it; `setting` of a remote server, as it was started by."""
        if self.desk is None or (setting is not None and setting.command):
            return
        server = child.server
        child.private = self.desk.attend(
            child, lambda: granted(server, setting or self.settings().servers.get(server, _NOTHING))
        )

    def begin(self, child: Child, argv: list[str], env: dict[str, str]) -> None:
        """Begin the process of a child that is no server (the keychain's, the login shell's) and look after its end.

        It does not show in `status`. One that cannot be started is told so by its `on_exit`.
        """
        child.on_gone = self._helper_gone
        self._apart.add(child)
        self._start(child, Program(argv, env, os.path.expanduser("~"), False))

    def end(self, server: str, owner: str, words: str) -> None:
        """The owner needs its process no more."""
        child = self._running.pop((server, owner), None)
        if child is not None:
            child.stop(words)

    def set_policy(self, server: str, policy: wire.Policy) -> None:
        """Keep the policy for children to come. The running one is told, or replaced where it is confined to less."""
        self._policies[server] = policy
        child = self._running.get((server, ""))
        if child is None or child.stopping or child.policy == policy:
            return
        if child.confined_to is not None and widens(child.confined_to, policy):
            self.retire(server, f"The server {server} was started afresh because its folders changed.")
            return
        child.policy = policy
        child.confined_to = child.confined_to or policy
        child.send(policy_line(policy))

    def backlog(self, server: str, owner: str = "") -> Any:
        """The channel that lines for this server wait in, or None: for those who must wait behind it."""
        child = self._running.get((server, owner))
        return child.channel if child is not None else None

    def retire(self, server: str, words: str) -> None:
        """Give no new call to the running children; each ends when its calls are done, or after RETIRED_SECONDS."""
        for key in [key for key in self._running if key[0] == server]:
            self._retire(self._running.pop(key), words)

    def _retire(self, child: Child, words: str) -> None:
        if not child.in_flight:
            child.stop(words)
            return
        end = time.monotonic() + RETIRED_SECONDS

        def look() -> None:
            if not child.in_flight or time.monotonic() >= end:
                child.stop(words)
            else:
                self.loop.later(0.05, look)

        look()

    def restart(self, server: str) -> None:
        """Forget its crashes, end the running child; the next call starts a fresh one."""
        self._crashes.pop(server, None)
        self.retire(server, f"The server {server} was restarted by the user.")

    def groups(self) -> set[int]:
        """The process groups of everything that runs."""
        return set(self._all)

    def in_flight(self) -> int:
        """How many requests wait for a server's answer."""
        return sum(child.in_flight for child in self._all.values())

    def status(self) -> list[dict[str, Any]]:
        """What `doorkeep status` prints of each server that was used."""
        servers = (child.server for child in self._all.values() if child not in self._apart)
        names = sorted({*(server for server, _owner in self._running), *self._crashes, *servers})
        return [self._status_of(name) for name in names]

    def reap(self) -> None:
        """Take back every process that ended: children, and orphans that came to us."""
        foreign = False
        for pid, status in spawning.ended():
            child = self._all.pop(pid, None)
            if child is not None:
                foreign = foreign or child.foreign
                child.reaped(status)
        if foreign or self._orphans:
            # A command server keeps its descendants for as long as it lives: what has come to us has nobody any more.
            self._orphans = spawning.kill_orphans(spared=self._all)

    def leave(self) -> None:
        """Start nothing more and end all children gracefully; `groups()` is empty when they are gone."""
        self._leaving = True
        for child in {*self._running.values(), *self._all.values()}:
            child.stop("Doorkeep was stopped.")

    def end_at_once(self) -> None:
        """Kill what still runs, and every orphan that comes to us when its parent ends. Takes at most KILL_SECONDS."""
        for child in list(self._all.values()):
            child.end_at_once()
        end = time.monotonic() + KILL_SECONDS
        while time.monotonic() < end:
            self.reap()
            orphans = self._adopting and spawning.kill_orphans()
            if not orphans and not self._all:
                break
            time.sleep(0.002)
        self._keep()

    def _after(self, wait: float, start: Callable[[], None]) -> None:
        if wait:
            self.loop.later(wait, start)
        else:
            start()

    def _prepared(self, child: Child, found: Any) -> None:
        if not isinstance(found, Prepared):
            child.stop(str(found))
            return
        child.foreign = True
        child.scrubber = Scrubber(found.secrets)
        self._start(child, found.program)

    def _start(self, child: Child, program: Program) -> None:
        if child.stopping or child.gone:
            return
        if not self._adopting:
            self._adopting = True
            spawning.adopt_orphans()
        command = program.argv[0]
        try:
            child.start(program.argv, program.env, program.cwd, program.die_with_us)
        except OSError as error:
            self._log.line(f"server {child.server}: {command} could not be started: {error.strerror}")
            child.failed(f"The server {child.server} could not be started: {command}: {error.strerror}.")
            return
        self._all[child.pid] = child
        self._keep()
        if child in self._apart:
            return
        self._log.line(f"server {child.server}: started, pid {child.pid}")
        self.on_change(child.server, "running", "")
        self.loop.later(IDLE_SECONDS, lambda: self._idle(child))

    def _helper_gone(self, child: Child, words: str) -> None:
        self._apart.discard(child)
        self._keep()
        if not child.stopping and child.failure:
            self._log.line(f"{child.server}: {words}")

    def _idle(self, child: Child) -> None:
        if child.gone or child.stopping:
            return
        unused = time.monotonic() - child.used
        if child.in_flight or child.held or unused < IDLE_SECONDS:
            self.loop.later(max(60.0, IDLE_SECONDS - unused), lambda: self._idle(child))
        else:
            child.stop(f"The server {child.server} was not used for {IDLE_SECONDS / 60:.0f} minutes.")

    def _gone(self, child: Child, words: str) -> None:
        for key, running in list(self._running.items()):
            if running is child:
                del self._running[key]
        if not child.stopping:
            self._crashes.setdefault(child.server, []).append(time.monotonic())
        self._keep()
        self._log.line(f"server {child.server}: {words}")
        self.on_change(child.server, "stopped" if child.stopping else "crashed", words)

    def _recent_crashes(self, server: str) -> list[float]:
        since = time.monotonic() - WINDOW_SECONDS
        recent = [when for when in self._crashes.get(server, []) if when > since]
        if recent:
            self._crashes[server] = recent
        else:
            self._crashes.pop(server, None)
        return recent

    def _status_of(self, server: str) -> dict[str, Any]:
        children = [child for (name, _owner), child in self._running.items() if name == server and not child.gone]
        crashes = len(self._recent_crashes(server))
        state = "stopped"
        if children:
            state = "running" if any(child.pid for child in children) else "starting"
        elif crashes >= CRASHES:
            state = "resting"
        return {
            "name": server,
            "state": state,
            "pid": next((child.pid for child in children if child.pid), None),
            "processes": sum(bool(child.pid) for child in children),
            "in_flight": sum(child.in_flight for child in children),
            "crashes": crashes,
        }

    def _keep(self) -> None:
        try:
            leftovers.keep(self.home, [leftovers.Kept(c.server, c.pid, started_at(c.pid)) for c in self._all.values()])
        except OSError as error:
            self._log.line(f"the list of running servers could not be kept: {error.strerror}")

    def _log_of(self, server: str) -> BoundedFile:
        """One for all processes of a server, so that it stays within its bound."""
        if server not in self._logs:
            self._logs[server] = BoundedFile(self._stderr_path(server))
        return self._logs[server]

    def _stderr_path(self, server: str) -> str:
        return os.path.join(self.home, "logs", f"{server}.log")


def policy_line(policy: wire.Policy) -> bytes:
    """The notification that tells a server its folders."""
    return wire.notification_line("doorkeep/policy", msgspec.json.encode(policy))


def widens(confined: wire.Policy, policy: wire.Policy) -> bool:
    """Whether `policy` grants something that a process confined to `confined` cannot reach any more."""
    before = wire.Grants(tuple(folder for folder in confined.folders if not folder.protected))
    # What a git switch opens (the network, hooks to execute) is part of the confinement too.
    opened = {(folder.path, folder.git) for folder in confined.folders if folder.git}
    if any(folder.git and (folder.path, folder.git) not in opened for folder in policy.folders):
        return True
    return any(_level(folder.access) > _reach(before, folder.path) for folder in policy.folders if not folder.protected)


def _reach(grants: wire.Grants, path: str) -> int:
    """The most that any granted folder above `path`, or `path` itself, allows: confinement is to the union of them."""
    most = 0
    for folder in grants.folders:
        key, inner = wire.path_key(folder.path), wire.path_key(path)
        if inner == key or inner.startswith(key.rstrip(os.sep) + os.sep):
            most = max(most, _level(folder.access))
    return most


def _level(access: str) -> int:
    return {"off": 0, "read": 1}.get(access, 2)


def _unheard(_server: str, _state: str, _words: str) -> None:
    """Nobody listens yet."""
