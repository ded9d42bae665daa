"""Slow work away from the GUI thread."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject

from app.ui.kit import background as room
from app.ui.kit.background import WORKERS, Background


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


def test_many_tasks_share_a_few_workers(background: Background, qtbot) -> None:
    seen: set[int] = set()
    done: list[int] = []
    for number in range(100):
        background.run(lambda: seen.add(threading.get_ident()), lambda _nothing, number=number: done.append(number))
    qtbot.waitUntil(lambda: len(done) == 100, timeout=20_000)
    assert len(seen) <= WORKERS


def test_what_a_task_holds_ends_on_the_gui_thread(background: Background, qtbot) -> None:
    ended: list[int] = []

    class Held:
        def __del__(self) -> None:
            ended.append(threading.get_ident())

    held = Held()
    background.run(lambda held=held: held and None, lambda _nothing, held=held: held and None)
    del held
    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
    assert ended == [threading.get_ident()]


def test_it_is_busy_until_the_result_is_delivered(background: Background, qtbot) -> None:
    seen: list[bool] = []
    assert not background.busy
    background.run(lambda: 1, lambda _result: seen.append(background.busy))
    assert background.busy
    qtbot.waitUntil(lambda: bool(seen), timeout=20_000)
    assert not background.busy


def test_an_idle_worker_goes(background: Background, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(room, "IDLE_SECONDS", 0.01)
    done: list[bool] = []
    background.run(lambda: True, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=20_000)
    qtbot.waitUntil(lambda: background._workers == 0, timeout=20_000)
    background.run(lambda: True, done.append)
    qtbot.waitUntil(lambda: len(done) == 2, timeout=20_000)


def test_what_is_held_begins_when_it_may(background: Background, qtbot) -> None:
    began: list[int] = []
    background.run(lambda: None)
    assert background.finish()  # a worker without work is there: it must not begin either
    background.hold()
    for number in range(6):
        background.run(lambda number=number: began.append(number))
    assert began == []
    assert background._wanted.empty()
    background.go_on()
    qtbot.waitUntil(lambda: sorted(began) == list(range(6)))
