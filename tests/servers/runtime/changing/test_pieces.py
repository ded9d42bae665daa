from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.changing.pieces import Pieces, Splice

STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10), st.text("xyz\n", max_size=4)), max_size=6)


@given(st.text("ab\n", max_size=30), STEPS)
def test_splices_rebuild_what_the_steps_made(original: str, steps: list[tuple[int, int, str]]) -> None:
    pieces = Pieces(original)
    expected = original
    for place, length, new in steps:
        start = min(place, len(expected))
        end = min(start + length, len(expected))
        pieces.replace(start, end, new)
        expected = expected[:start] + new + expected[end:]
        assert pieces.text == expected
    rebuilt, at = "", 0
    for splice in pieces.splices():
        assert splice.start >= at
        rebuilt += original[at : splice.start] + splice.new
        at = splice.end
    assert rebuilt + original[at:] == expected


def test_splices_name_only_what_was_touched() -> None:
    pieces = Pieces("one two three")
    pieces.replace(4, 7, "2")
    pieces.replace(0, 3, "1")
    assert pieces.splices() == [Splice(0, 3, "1"), Splice(4, 7, "2")]


def test_places_of_the_original_are_found_until_they_are_replaced() -> None:
    pieces = Pieces("0123456789")
    pieces.replace(2, 4, "long text")
    assert pieces.position(0) == 0
    assert pieces.position(2) == 2
    assert pieces.position(3) is None
    assert pieces.position(4) == 11
    assert pieces.position(10) == 17
    pieces.replace(0, len(pieces.text), "")
    assert pieces.text == ""
    assert pieces.position(5) is None


def test_an_empty_text_can_be_written_into() -> None:
    pieces = Pieces("")
    pieces.replace(0, 0, "new")
    assert (pieces.text, pieces.splices()) == ("new", [Splice(0, 0, "new")])
