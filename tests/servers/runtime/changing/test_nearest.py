from servers.runtime.changing import nearest

FILE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n\treturn 3\n"


def test_the_nearest_places_come_with_their_line_numbers() -> None:
    words = nearest.explain(FILE, "def twoo():\n    return 2\n", "/f")
    assert "5: def two():\n6:     return 2" in words
    assert words.startswith("`old` does not occur in /f. Nothing was changed.")


def test_a_difference_in_spaces_is_said() -> None:
    assert "9: def three():\n10: \treturn 3\n(differs only in spaces" in nearest.explain(
        FILE, "def three():\n    return 3", "/f"
    )


def test_a_difference_in_case_is_said() -> None:
    assert "differs only in upper and lower case" in nearest.explain(FILE, "DEF ONE():\n    RETURN 1", "/f")


def test_a_line_that_resembles_the_wanted_one_is_found() -> None:
    assert nearest.places_like("alpha beta gamma\nsomething else\n", "alpha beta gama") == [0]


def test_a_piece_of_a_longer_line_is_found() -> None:
    assert nearest.places_like("x\nthe whole long line\n", "Whole  Long") == [1]


def test_nothing_alike_is_said_too() -> None:
    assert "Nothing in the file resembles it" in nearest.explain("abc\n", "qqqqqqqqqq", "/f")
    assert nearest.places_like("", "anything") == []
    assert nearest.places_like("a\n", "\n\n") == []


def test_at_most_three_places_that_do_not_overlap() -> None:
    assert nearest.places_like("same\n" * 50, "same\nsame\nother") == [0, 3, 6]


def test_long_lines_are_cut() -> None:
    assert "more characters" in nearest.explain("x" * 5000 + " needle\n", "x" * 4000 + " needl", "/f")


def test_a_large_file_is_looked_through_in_bounded_steps() -> None:
    text = "".join(f"value number {number} of many\n" for number in range(200_000))
    assert len(nearest.places_like(text, "value nmber 77 of man")) <= 3
