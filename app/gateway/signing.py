"""Signing in to remote servers and out again, for the tray and the command line: a process of its own does each, and is bounded.

Whoever asked opens the browser; nobody else ever does. Which servers wait for a sign-in is known here, in words.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from app.control.messages import Event, Named
from app.core.errors import DoorkeepError
from app.core.settings import HeaderName, HeaderValue, OAuthSetting, ServerSetting
from app.gateway.children import Child
from app.gateway.log import BoundedFile
from app.gateway.preparing import granted, prepared_remote
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.core import Core
    from app.gateway.followers import Followers
    from app.gateway.supervisor import Supervisor

LONGEST_SECONDS = 480.0
"""For one sign-in, the person's time included; its process itself gives up before."""
MOST = 16
"""Sign-ins under way at once."""

Later = Callable[[Callable[[Any], None]], None]
Deliver = Callable[[Any], None]


class SigningIn(msgspec.Struct, frozen=True):
    """Of `sign_in`: a server of the settings, or one that is to be set up, at `url`."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,30}\Z")]
    url: str = ""
    headers: dict[HeaderName, HeaderValue] = {}
    oauth: OAuthSetting = OAuthSetting()


class _Told(msgspec.Struct):
    """What the process says: `doorkeep/sign_in_at`, `doorkeep/signed` or `doorkeep/not_signed`."""

    url: str = ""
    words: str = ""
    revoked: bool = False


_read = msgspec.json.Decoder(_Told).decode


class _Deed:
    """One sign-in or sign-out. `began` is told the address for the browser, `over` what came of it; each once."""

    def __init__(self, server: str, child: Child, began: Deliver) -> None:
        self.server = server
        self.child = child
        self.outcome: Any = None
        """A fact or a DoorkeepError, when it is over."""
        self.waiting: list[Deliver] = []
        self._began: Deliver | None = began

    def begin(self, url: str) -> None:
        """The browser may be sent there."""
        began, self._began = self._began, None
        if began is not None:
            began({"name": self.server, "url": url})

    def end(self, outcome: Any) -> None:
        """It is over; later words change nothing."""
        if self.outcome is not None:
            return
        self.outcome = outcome
        began, self._began = self._began, None
        if began is not None:
            began(outcome)
        waiting, self.waiting = self.waiting, []
        for deliver in waiting:
            deliver(outcome)
        self.child.stop("It is done.")


class Signing:
    """One per gateway. `calls` are the controls it answers."""

    def __init__(self, core: Core, supervisor: Supervisor, followers: Followers) -> None:
        self.needs: dict[str, str] = {}
        """Servers that wait for a sign-in: what the user should read."""
        self.calls: dict[str, tuple[Any, Callable[[Any], Any]]] = {
            "sign_in": (SigningIn, self._sign_in),
            "sign_in_result": (Named, self._result),
            "cancel_sign_in": (Named, self._cancel),
            "sign_out": (Named, self._sign_out),
        }
        self._core = core
        self._supervisor = supervisor
        self._followers = followers
        self._deeds: dict[str, _Deed] = {}

    def need(self, server: str, words: str) -> None:
        """A server wants the user to sign in; empty words: not any more."""
        if words == self.needs.get(server, ""):
            return
        if words:
            self.needs[server] = words
        else:
            del self.needs[server]
        state = "sign-in" if words else "signed-in"
        self._followers.publish(Event("server", server=server, state=state, words=words))

    def shown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of servers, each with the words of its `sign_in`; a server that only waits for one has a row too."""
        known = {row["name"] for row in rows}
        idle = {"state": "stopped", "pid": None, "processes": 0, "in_flight": 0, "crashes": 0}
        rows = rows + [{"name": name, **idle} for name in sorted(self.needs) if name not in known]
        return [{**row, "sign_in": self.needs.get(row["name"], "")} for row in rows]

    # -- the calls

    def _sign_in(self, asked: SigningIn) -> Later:
        setting = self._setting(asked)
        earlier = self._deeds.get(asked.name)
        if earlier is not None:
            earlier.end(DoorkeepError(f"The sign-in to {asked.name} was begun anew.", "", "Go on in the newer page."))
        elif sum(deed.outcome is None for deed in self._deeds.values()) >= MOST:
            raise DoorkeepError("Too many sign-ins are under way.", "", "Finish one of them first.")
        return lambda deliver: self._start(asked.name, setting, "--sign-in", deliver)

    def _sign_out(self, asked: Named) -> Later:
        setting = self._setting(SigningIn(asked.name))

        def start(deliver: Deliver) -> None:
            def over(outcome: Any) -> None:
                if not isinstance(outcome, DoorkeepError):
                    self.need(asked.name, "")
                    self._supervisor.retire(asked.name, f"The user signed out of {asked.name}.")
                deliver(outcome)

            self._start(asked.name, setting, "--sign-out", over)

        return start

    def _result(self, asked: Named) -> Any:
        deed = self._deed(asked.name)
        if deed.outcome is not None:
            self._forget(deed)
            if isinstance(deed.outcome, DoorkeepError):
                raise deed.outcome
            return deed.outcome

        def start(deliver: Deliver) -> None:
            def over(outcome: Any) -> None:
                self._forget(deed)
                deliver(outcome)

            deed.waiting.append(over)

        return start

    def _cancel(self, asked: Named) -> dict[str, Any]:
        self._deed(asked.name).end(DoorkeepError(f"The sign-in to {asked.name} was stopped."))
        return {"name": asked.name}

    def _deed(self, name: str) -> _Deed:
        deed = self._deeds.get(name)
        if deed is None:
            raise DoorkeepError(f"No sign-in to {name} is under way.", "", f"Begin one: doorkeep servers login {name}")
        return deed

    def _setting(self, asked: SigningIn) -> ServerSetting:
        if asked.url:
            return ServerSetting(url=asked.url, auth="oauth", headers=asked.headers, oauth=asked.oauth)
        setting = self._core.settings_now().servers.get(asked.name)
        if setting is None:
            raise DoorkeepError(
                f"There is no server named {asked.name}.", "", "`doorkeep servers list` prints the names."
            )
        if not setting.url:
            raise DoorkeepError(f"{asked.name} runs on this computer: there is nothing to sign in to.")
        if setting.auth != "oauth":
            raise DoorkeepError(
                f"{asked.name} does not sign in in the browser.",
                "It uses a token, or nothing.",
                f'To change that, write auth = "oauth" under [servers.{asked.name}] in doorkeep.toml.',
            )
        return setting

    # -- the process

    def _start(self, server: str, setting: ServerSetting, deed: str, began: Deliver) -> None:
        desk = self._supervisor.desk
        if desk is None:
            began(DoorkeepError("There is no keychain to keep a sign-in.", "", "`doorkeep doctor` says what is wrong."))
            return
        log = BoundedFile(os.path.join(self._core.home, "logs", "sign-in.log"))
        child = Child(self._supervisor.loop, server, log)
        child.private = desk.attend(child, lambda: granted(server, setting))
        mine = _Deed(server, child, began)
        if deed == "--sign-in":
            self._deeds[server] = mine
        child.on_message(lambda line: self._heard(mine, line))
        child.on_exit(
            lambda words: mine.end(DoorkeepError("The sign-in ended before it was done.", words, "Try again."))
        )
        program = prepared_remote(server, setting, deed).program
        self._supervisor.begin(child, program.argv, program.env)
        self._supervisor.loop.later(LONGEST_SECONDS, lambda: self._late(mine))

    def _heard(self, deed: _Deed, line: bytes) -> None:
        try:
            message = wire.decode(line)
            told = _read(message.params or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if message.method == "doorkeep/sign_in_at":
            deed.begin(told.url)
        elif message.method == "doorkeep/signed":
            deed.end({"name": deed.server, "words": told.words, "revoked": told.revoked})
        elif message.method == "doorkeep/not_signed":
            deed.end(DoorkeepError(told.words))

    def _late(self, deed: _Deed) -> None:
        deed.end(DoorkeepError(f"The sign-in to {deed.server} took too long.", "", "Begin it again."))
        self._forget(deed)

    def _forget(self, deed: _Deed) -> None:
        if self._deeds.get(deed.server) is deed:
            del self._deeds[deed.server]
