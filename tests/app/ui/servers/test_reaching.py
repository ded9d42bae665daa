"""What is said of a server before it is added."""

from __future__ import annotations

import pytest

from app.core.catalog import catalog, categories
from app.ui.servers.reaching import category, facts, kept_by, program, short
from app.ui.servers.recipes import BundleRecipe, CommandRecipe, KnownRecipe


@pytest.mark.parametrize("known", catalog().values(), ids=lambda known: known.name)
def test_each_known_server_has_its_words(known) -> None:
    said = facts(KnownRecipe(known, known.name))
    assert said[0].startswith("It runs")
    assert short(known).startswith("runs on")
    assert kept_by(known)[0]
    assert (known.by == "archived") == any("Nobody mends it" in line for line in said)


def test_what_it_reaches_is_said_in_plain_words() -> None:
    said = facts(KnownRecipe(catalog()["playwright"], "playwright"))
    assert "It reaches the internet." in said
    assert any("drives a browser" in line for line in said)
    assert "It needs neither files nor the internet for its work." in facts(KnownRecipe(catalog()["time"], "time"))
    assert facts(KnownRecipe(catalog()["postgres"], "postgres"))[-1].startswith("The address holds a password")


def test_a_bundle_s_maker_is_its_own_word() -> None:
    made = facts(BundleRecipe("/x", "x", "X", "", (), "Ann"))
    assert made[1] == "It says that it was made by Ann; nobody checked that."
    assert len(facts(BundleRecipe("/x", "x", "X", "", ()))) == 1
    assert facts(CommandRecipe()) == []


def test_every_category_has_a_word() -> None:
    assert all(category(name) != name for name in categories())


def test_what_to_install_is_named() -> None:
    assert program("/usr/bin/npx") == "Node.js, which brings npx"
    assert program("my-own") == ""
