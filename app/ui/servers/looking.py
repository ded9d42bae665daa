"""One attempt at a new server: unpack, keep its secrets, sign in, start it once, and add it; or undo all of that.

Each step begins when the one before has ended, and a step of an attempt that was given up changes nothing more.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.control.client import settled
from app.core.bundles import installed
from app.core.errors import DoorkeepError
from app.core.secret_names import names_of, sign_in_name
from app.core.settings import load
from app.core.wanted import Answer
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.servers import changing, reaching
from app.ui.servers.recipes import Begun, Recipe, looking
from app.ui.servers.reviews import Review, read_review

NAME = re.compile(r"[a-z0-9-]{1,30}")


class Attempt(QObject):
    """`doing` says what is under way; `looked` carries the Review; `refused`: an answer is wrong; `failed`: it could not be done;
    `added` carries the name."""

    doing = Signal(str)
    looked = Signal(object)
    refused = Signal(str)
    failed = Signal(str)
    added = Signal(str)

    def __init__(self, services: Services, open_page: Callable[[str], object], parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._open_page = open_page
        self._turn = 0
        self._begun: Begun | None = None
        self._under_way: str = ""
        """The control call that can be stopped."""
        self._signed_in = False
        self._fresh: list[str] = []
        """Secrets that the keychain did not have before."""
        self._review: Review | None = None
        self.name = ""

    def begin(
        self,
        recipe: Recipe,
        name: str,
        answers: Mapping[str, Answer],
        secrets: Mapping[str, str],
        taken: Collection[str],
    ) -> None:
        """Start it once. `secrets`: values that were typed, by the name of the question."""
        self._turn += 1
        turn, home = self._turn, self._services.home
        self.name = name
        if not NAME.fullmatch(name):
            self.refused.emit(self.tr("A server's name has a to z, 0 to 9 and dash, and at most 30 of them."))
            return
        if name in taken:
            self.refused.emit(self.tr("There is a server named {name} already.").format(name=name))
            return
        named = {one.name: one.secret or name for one in recipe.wanted(name)}
        values = {named[question]: value for question, value in secrets.items()}

        def work() -> tuple[Begun, set[str]]:
            installed.sweep(home, load(home).servers.values())
            return recipe.begin(home, name, answers), set(names_of(home))

        self._services.background.run(
            work,
            lambda found: self._began(turn, *found, values),
            lambda error: self.refused.emit(reason(error)) if turn == self._turn else None,
            self,
        )

    def _began(self, turn: int, begun: Begun, kept: set[str], values: dict[str, str]) -> None:
        if turn != self._turn:
            self._remove(begun.folder)
            return
        self._begun = begun
        self._keep(kept, values)

    def _keep(self, kept: set[str], values: dict[str, str]) -> None:
        """The secrets, one after the other, into the keychain."""
        if not values:
            self._sign_in()
            return
        self.doing.emit(self.tr("Putting its secret into the keychain…"))
        name, value = next(iter(values.items()))
        rest = {one: other for one, other in values.items() if one != name}
        turn, link = self._turn, self._services.link

        def done(_answer: object) -> None:
            if turn == self._turn:
                if name not in kept:
                    self._fresh.append(name)
                self._keep(kept, rest)
            elif name not in kept:  # given up in between
                link.call("remove_secret", None, self._services.messages.error, name=name)

        link.call("set_secret", done, lambda error: self._could_not(turn, error), name=name, value=value)

    def _sign_in(self) -> None:
        setting = self._now.setting
        if setting.auth != "oauth":
            self._look()
            return
        self.doing.emit(self.tr("Finding out where to sign in…"))

        def opened(answer: Any) -> None:
            if not answer.get("url"):  # it was signed in already
                self._look()
                return
            self._under_way = "cancel_sign_in"
            self.doing.emit(self.tr("Sign in in the browser, then come back here."))
            self._open_page(str(answer["url"]))
            self._call("sign_in_result", signed_in, name=self.name)

        def signed_in(_answer: Any) -> None:
            self._signed_in = True
            self._look()

        self._call("sign_in", opened, name=self.name, url=setting.url)

    def _look(self) -> None:
        self._under_way = "stop_look"
        self.doing.emit(self.tr("Starting it once, to see what it offers…"))
        self._call("look_server", self._seen, **looking(self.name, self._now.setting))

    def _seen(self, answer: Any) -> None:
        self._under_way = ""
        self._review = read_review(answer)
        self.looked.emit(self._review)

    def add(self) -> None:
        """What was shown is accepted: write it, then have the gateway take it."""
        turn, home, name, setting = self._turn, self._services.home, self.name, self._now.setting
        self._services.background.run(
            lambda: changing.add_server(home, name, setting, lambda: settled(home)),
            lambda _: self._written(turn),
            lambda error: self.refused.emit(reason(error)) if turn == self._turn else None,
            self,
        )

    def _written(self, turn: int) -> None:
        digest = self._review.digest if self._review is not None else ""
        if turn == self._turn:
            self._forget()  # it is the settings' now: nothing of it may be undone
        said = self._services.messages.error
        self._services.link.call(
            "accept_server", lambda _answer: self.added.emit(self.name), lambda error: self._half(error, said),
            name=self.name, digest=digest,
        )  # fmt: skip

    def _half(self, error: Exception, say: Callable[[Exception], object]) -> None:
        """It stands in the settings, and its tools can still be reviewed on its card."""
        say(error)
        self.added.emit(self.name)

    def undo(self) -> None:
        """Nothing of it stays."""
        self._turn += 1
        link, name = self._services.link, self.name
        ignore = lambda _said: None  # noqa: E731
        if self._under_way:
            link.call(self._under_way, ignore, ignore, name=name)
        if self._signed_in:
            kept = sign_in_name(name)  # where it is too late to tell the server, the keychain at least forgets it
            link.call(
                "sign_out", ignore, lambda _error: link.call("remove_secret", ignore, ignore, name=kept), name=name
            )
        for secret in self._fresh:
            link.call("remove_secret", ignore, self._services.messages.error, name=secret)
        if self._begun is not None:
            self._remove(self._begun.folder)
        self._forget()

    def _forget(self) -> None:
        self._begun = self._review = None
        self._under_way, self._signed_in, self._fresh = "", False, []

    def _remove(self, folder: str) -> None:
        home = self._services.home
        if folder:
            self._services.background.run(lambda: installed.remove(home, folder))

    def _call(self, call: str, then: Callable[[Any], object], **with_: Any) -> None:
        turn = self._turn
        self._services.link.call(
            call,
            lambda answer: then(answer) if turn == self._turn else None,
            lambda error: self._could_not(turn, error),
            **with_,
        )

    def _could_not(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self._under_way = ""
            self.failed.emit(self._why(error))

    def _why(self, error: Exception) -> str:
        command = self._begun.setting.command if self._begun is not None else ""
        needs = reaching.program(command) if command and shutil.which(command) is None else ""
        hint = self.tr("It needs {program}. Install that, then try again.").format(program=needs) if needs else ""
        return " ".join(part for part in (reason(error), hint) if part)

    @property
    def _now(self) -> Begun:
        if self._begun is None:
            raise DoorkeepError("Nothing is being added.")
        return self._begun
