"""What of the servers waits for the person: changed tools, tools that nobody looked at, a sign-in.

The gateway is asked only when it may have changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from app.ui.kit.opening import open_page
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.kit.theme import Tone
from app.ui.servers.reviews import Review, read_review, read_reviews


class Told(Protocol):
    """The card of a server."""

    def show_state(self, text: str, tone: Tone = "muted", drawing: str = "clock") -> None: ...

    def show_problem(self, text: str) -> None: ...

    def show_reviewing(self, review: Review | None) -> None: ...

    def open_review(self) -> None: ...


class Waiting(QObject):
    """`changed`: `reviews` or `sign_ins` are other ones now, each by server. `open_page` opens the browser."""

    changed = Signal()

    def __init__(self, services: Services, parent: QObject, open_page: Callable[[str], object] = open_page) -> None:
        super().__init__(parent)
        self._link = services.link
        self.open_page = open_page
        self.reviews: dict[str, Review] = {}
        self.sign_ins: dict[str, str] = {}
        self._named: list[str] = []
        self._looked_at: dict[str, Review] = {}
        """Servers that nobody accepted yet, as they were seen just now: the gateway's list has them only once they are."""

    def look(self) -> None:
        """Ask the gateway."""
        ignore = lambda _error: None  # noqa: E731 - that it is away is shown by every card
        self._link.call("reviews", self._take_reviews, ignore)
        self._link.call("servers", self._take_servers, ignore)

    def heard(self, status: dict[str, Any] | None) -> None:
        """The gateway said how it is: ask for more where it names other servers than before."""
        named = list((status or {}).get("reviews", []))
        if named != self._named:
            self._named = named
            self.look()

    def reviewed(self, server: str) -> None:
        """The person said a word about it."""
        self._looked_at.pop(server, None)
        self.look()

    def look_at(self, server: str, card: Told) -> None:
        """Start a server once that nobody has accepted yet, and show what it offers."""
        card.show_problem("")

        def seen(answer: Any) -> None:
            card.show_state("")
            self.reviews[server] = self._looked_at[server] = read_review(answer)
            card.show_reviewing(self.reviews[server])
            card.open_review()

        self._link.call("look_server", seen, lambda error: self._failed(card, error), name=server)

    def sign(self, server: str, card: Told, *, needed: bool) -> None:
        """Sign in in the browser, or out."""
        card.show_problem("")
        if not needed:
            card.show_state(self.tr("Signing out…"))
            self._link.call(
                "sign_out",
                lambda answer: self._signed(card, answer),
                lambda error: self._failed(card, error),
                name=server,
            )
            return
        card.show_state(self.tr("Finding out where to sign in…"))

        def opened(answer: Any) -> None:
            if not answer.get("url"):  # it was signed in already
                self._signed(card, answer)
                return
            card.show_state(self.tr("Sign in in the browser"), "accent", "link")
            self.open_page(str(answer["url"]))
            self._link.call(
                "sign_in_result",
                lambda found: self._signed(card, found),
                lambda error: self._failed(card, error),
                name=server,
            )

        self._link.call("sign_in", opened, lambda error: self._failed(card, error), name=server)

    def _signed(self, card: Told, answer: Any) -> None:
        card.show_state(str(answer.get("words") or ""), "accent", "check")
        self.look()

    def _failed(self, card: Told, error: Exception) -> None:
        card.show_state("")
        card.show_problem(reason(error))
        self.look()

    def _take_reviews(self, answer: Any) -> None:
        self.reviews = {**self._looked_at, **read_reviews(answer)}
        self.changed.emit()

    def _take_servers(self, answer: Any) -> None:
        rows = answer.get("servers", [])
        self.sign_ins = {str(row["name"]): str(row["sign_in"]) for row in rows if row.get("sign_in")}
        self.changed.emit()
