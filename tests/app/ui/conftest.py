"""What tests of the desktop app stand on: an application without a screen, fakes by constructor, and pictures on demand.

`uv run pytest tests/app/ui --screens DIR` writes a PNG of every state that a test shows: light and dark, at 100 % and 200 %,
mirrored (`-rtl`), and pages and the wizard as small as they get (`-small`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.core.errors import GatewayUnreachableError
from app.ui.kit.background import Background
from app.ui.kit.messages import Messages
from app.ui.kit.page import Page
from app.ui.kit.services import Services
from app.ui.kit.theme import Theme
from app.ui.setup.window import SetupWindow
from app.ui.shell.sidebar import WIDTH
from app.ui.shell.window import Window
from tests.fakes.looking import illegible, nameless

if TYPE_CHECKING:
    from app.ui.kit.gateway import GatewayLink


class FakeLink(QObject):
    """A gateway that answers what the test told it to. `calls` holds (name, arguments) in order."""

    up = Signal(bool)
    record = Signal(object)
    happened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.home = ""
        self.is_up = True
        self.waits = False
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}

    def call(self, name: str, /, success: Any = None, failure: Any = None, **with_: Any) -> None:
        """Answers at once with what `answers` holds: a value, an exception, or a function of the arguments."""
        self.calls.append((name, with_))
        answer = self.answers.get(name, {})
        if callable(answer):
            answer = answer(with_)
        if not self.is_up:
            answer = GatewayUnreachableError("The gateway is not running.", "", "Start it from Home.")
        if isinstance(answer, Exception):
            if failure is not None:
                failure(answer)
        elif success is not None:
            success(answer)

    def open(self) -> None:
        """Nothing to connect."""

    def close(self) -> None:
        """Nothing to let go."""


@pytest.fixture
def link(qapp: QApplication) -> FakeLink:
    return FakeLink()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme("light")
    made.apply()
    yield made
    qapp.setStyleSheet("")


@pytest.fixture
def errors() -> list[Exception]:
    """What reached the error door in this test."""
    return []


@pytest.fixture
def background(qapp: QApplication, errors: list[Exception]) -> Iterator[Background]:
    made = Background(errors.append)
    yield made
    assert made.finish(20_000), "background work did not end"
    qapp.processEvents()


@pytest.fixture
def gone() -> list[tuple[str, dict[str, Any]]]:
    """Where `go` was asked to go."""
    return []


@pytest.fixture
def services(
    home: str, link: FakeLink, background: Background, theme: Theme, gone: list[tuple[str, dict[str, Any]]]
) -> Services:
    return Services(
        home,
        cast("GatewayLink", link),
        background,
        Messages(),
        theme,
        lambda name, arguments: gone.append((name, arguments)),
    )


@pytest.fixture(autouse=True)
def no_qt_warning(qtlog: Any) -> Iterator[None]:
    """An unexpected Qt warning fails the test."""
    yield
    unexpected = [record for record in qtlog.records if record.type_name in {"QtWarningMsg", "QtCriticalMsg"}]
    # Seen offscreen only: the platform has no way to raise a window, to pass on its size hints, or to tell of trays.
    known = ("This plugin does not support", "propagateSizeHints", "systemTrayWindowChanged")
    assert [record.message for record in unexpected if not any(words in record.message for words in known)] == []


SMALL = (760 - WIDTH, 520)
"""A page in the smallest window."""
SMALLEST = {Page: SMALL, Window: (760, 520), SetupWindow: (600, 480)}


@pytest.fixture
def screens(request: pytest.FixtureRequest, theme: Theme, qapp: QApplication) -> Callable[[str, QWidget], None]:
    """Pictures of a widget if the command line names a folder for them: both themes at both scales, and mirrored;

    of a page and of the wizard also as small as their window gets. Whether or not pictures are wanted, in every state that
    a test shows a page has to fit there, every control to have a name, and every word to be legible in both themes.
    """
    folder: str = request.config.getoption("--screens") or ""

    def settle() -> None:
        for _ in range(12):  # a layout may ask for another one
            qapp.processEvents()

    def shoot(name: str, widget: QWidget, scale: int) -> None:
        picture = QPixmap(widget.size() * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(widget.palette().window().color())
        widget.render(picture)
        picture.save(str(Path(folder) / f"{name}-{scale}00.png"))

    def take(name: str, widget: QWidget) -> None:
        settle()
        if isinstance(widget, Page):
            least = widget.minimumSizeHint()
            assert (least.width() <= SMALL[0], least.height() <= SMALL[1]) == (True, True), f"{name}: {least}"
        for choice in ("light", "dark"):
            theme.choose(choice)  # type: ignore[arg-type]
            settle()
            assert (nameless(widget), illegible(widget)) == ([], []), f"{name}, {choice}"
        theme.choose("light")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        small = next((least for kind, least in SMALLEST.items() if isinstance(widget, kind)), None)
        for choice in ("light", "dark"):
            theme.choose(choice)  # type: ignore[arg-type]
            settle()
            for scale in (1, 2):
                shoot(f"{name}-{choice}", widget, scale)
        theme.choose("light")
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        settle()
        shoot(f"{name}-rtl", widget, 1)
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        if small is not None:
            whole = widget.size()
            widget.resize(*small)
            settle()
            shoot(f"{name}-small", widget, 1)
            widget.resize(whole)
        settle()

    return take
