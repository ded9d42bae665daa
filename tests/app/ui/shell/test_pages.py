"""The table of pages."""

from __future__ import annotations

import importlib

import pytest

from app.ui.kit.page import Page
from app.ui.shell import pages


@pytest.mark.parametrize("one", pages.PAGES, ids=lambda one: one.name)
def test_each_row_names_a_page_that_exists(one: pages.Known) -> None:
    made_by = getattr(importlib.import_module(one.room), one.made_by)
    assert issubclass(made_by, Page)


def test_a_page_is_made_when_asked_for_and_gets_what_is_its_own(services, qtbot, monkeypatch) -> None:
    class Given(Page):
        def __init__(self, services, more) -> None:
            super().__init__("Given", services)
            self.more = more

    monkeypatch.setattr(pages, "_make", lambda one, services, more: Given(services, *more))
    made = pages.makers(services, {"home": lambda: ("x",)})["home"]()
    qtbot.addWidget(made)
    assert isinstance(made, Given)
    assert made.more == "x"
    assert [entry.name for entry in pages.entries()] == [one.name for one in pages.PAGES]
