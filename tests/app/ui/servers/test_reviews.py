"""What the gateway says of servers to be looked at, as lines for a person."""

from __future__ import annotations

import pytest

from app.ui.servers.reviews import Part, lines, member, read_review, read_reviews


def test_a_change_of_one_line_is_shown_among_those_beside_it() -> None:
    before = "\n".join(f"line {number}" for number in range(20))
    after = before.replace("line 10", "line ten")
    shown = lines(Part("description", before, after)).split("\n")
    assert shown == [" line 7", " line 8", " line 9", "-line 10", "+line ten", " line 11", " line 12", " line 13"]


def test_what_lies_between_two_changes_is_left_out_and_marked() -> None:
    before = "\n".join(f"line {number}" for number in range(40))
    after = before.replace("line 3\n", "line three\n").replace("line 33", "line thirty-three")
    assert lines(Part("description", before, after)).split("\n").count("…") == 1


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [("", "new", "+new"), ("old", "", "-old"), ("a", "a\n", " a\n+"), ("same", "same", ""), ("--- x", "", "---- x")],
)
def test_what_is_new_or_gone_is_on_one_side(before: str, after: str, shown: str) -> None:
    assert lines(Part("x", before, after)) == shown


def test_a_line_end_that_only_some_know_is_no_line_end() -> None:
    assert lines(Part("x", "a\u2028b", "a\u2028c")) == "-a\u2028b\n+a\u2028c"


def test_the_gateway_s_answers_are_read() -> None:
    one = {"server": "words", "digest": "d", "changes": [], "tools": [], "accepted": True, "reviewed": True}
    assert read_reviews({"reviews": [one]})["words"].accepted
    assert read_reviews({}) == {}
    warned = {"kind": "hides", "where": "x", "words": "y"}
    tool = {"name": "a", "warnings": [warned]}
    assert read_review({"digest": "d", "tools": [tool], "warnings": [warned]}).suspicious == 2
    changed = {"name": "a", "kind": "changed", "warnings": [warned]}
    assert read_review({"digest": "d", "accepted": True, "tools": [tool], "changes": [changed]}).suspicious == 1


def test_members_are_named_for_people() -> None:
    assert member("inputSchema") == "What it takes"
    assert member("_meta") == "_meta"
