from __future__ import annotations

import itertools

import pytest

from app.bridge.releases import is_older, order
from app.version import VERSION

IN_ORDER = ["0.1.0", "0.1.1", "0.2.0rc1", "0.2.0", "0.2.0.1", "0.10.0", "1.0", "1.0.1", "10.0.0"]


@pytest.mark.parametrize(("older", "newer"), [*itertools.combinations(IN_ORDER, 2)])
def test_releases_compare_by_number_and_a_candidate_comes_before_its_release(older: str, newer: str):
    assert is_older(older, newer)
    assert not is_older(newer, older)


@pytest.mark.parametrize("release", [None, "", "0", 7, "x.y", ["0.1"], "0." * 100, "."])
def test_what_is_no_release_is_never_older_nor_newer(release: object):
    assert not is_older(release, "9.9.9")
    assert not is_older("0.0.1", release)


def test_a_release_under_way_comes_before_it():
    assert is_older("0.1.9", "0.2.0.dev3")
    assert is_older("0.2.0.dev3", "0.2.0")


def test_the_same_release_is_not_older():
    assert not is_older("1.0", "1.0.0")
    assert not is_older("1.0.0", "1.0")


def test_this_release_is_one():
    assert order(VERSION)
