"""Slow work away from the GUI thread."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject

from app.ui.kit.background import Background


def test_a_result_comes_back_on_the_gui_thread(background: Background, qtbot) -> None:
    seen: list[tuple[object, object]] = []
    background.run(threading.get_ident, lambda worker: seen.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert here == threading.get_ident()
    assert worker != here


def test_a_failure_goes_to_its_own_callback_or_through_the_door(
    background: Background, errors: list[Exception], qtbot
) -> None:
    own: list[Exception] = []
    background.run(lambda: 1 / 0, failure=own.append)
    background.run(lambda: {}["x"])
    qtbot.waitUntil(lambda: bool(own and errors))
    assert isinstance(own[0], ZeroDivisionError)
    assert isinstance(errors[0], KeyError)


def test_nothing_is_delivered_to_an_owner_that_has_gone(background: Background, qapp) -> None:
    seen: list[int] = []
    owner, go = QObject(), threading.Event()
    background.run(lambda: go.wait(10), lambda _: seen.append(1), owner=owner)
    owner.deleteLater()
    del owner
    qapp.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    go.set()
    assert background.finish()
    qapp.processEvents()
    assert seen == []
