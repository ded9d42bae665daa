"""Changes, one after the other."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.ui.kit.deeds import Deeds


def test_they_are_carried_out_in_order_also_after_a_failure(home: str, background, qtbot) -> None:
    owner = QObject()
    deeds = Deeds(home, background, owner)
    order: list[object] = []

    def fail(_confirm) -> None:
        raise ValueError

    deeds.do(lambda _confirm: 1, order.append, order.append)
    deeds.do(fail, order.append, lambda error: order.append(type(error)))
    deeds.do(lambda _confirm: 3, order.append, order.append)
    qtbot.waitUntil(lambda: len(order) == 3, timeout=20_000)
    assert order == [1, ValueError, 3]


def test_confirming_is_fine_where_no_gateway_runs(home: str, background, qtbot) -> None:
    owner = QObject()
    done: list[object] = []
    Deeds(home, background, owner).do(lambda confirm: confirm(), done.append, done.append)
    qtbot.waitUntil(lambda: done == [None], timeout=20_000)
