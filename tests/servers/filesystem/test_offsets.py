from servers.filesystem.offsets import MAX_FILES, MAX_MARKS, Marks, Shelf


def test_the_nearest_mark_before_a_line_is_found() -> None:
    marks = Marks()
    marks.add(10, 100)
    marks.add(20, 200)
    assert marks.before(2) == (0, 1)
    assert marks.before(10) == (0, 1)  # the mark may lie within line 10
    assert marks.before(11) == (100, 10)
    assert marks.before(1000) == (200, 20)


def test_places_that_are_known_already_are_not_marked_again() -> None:
    marks = Marks()
    marks.add(10, 100)
    marks.add(5, 50)
    marks.add(10, 100)
    assert len(marks) == 2


def test_marks_are_bounded_and_stay_right() -> None:
    marks = Marks()
    for number in range(1, MAX_MARKS * 5):
        marks.add(number * 10, number * 1000)
    assert len(marks) <= MAX_MARKS
    for line in range(2, MAX_MARKS * 50, 997):
        place, at = marks.before(line)
        assert at < line
        assert (place, at) == (0, 1) or place == at * 100


def test_a_line_longer_than_many_blocks_is_marked_within() -> None:
    marks = Marks()
    for number in range(1, 50):
        marks.add(1, number * 1000)
    assert marks.before(2) == (49_000, 1)


def test_the_shelf_keeps_the_files_used_last() -> None:
    shelf = Shelf()
    first = shelf.marks((1, 1, "a"), 0)
    for number in range(MAX_FILES - 1):
        shelf.marks((2, number, "b"), 0)
    assert shelf.marks((1, 1, "a"), 0) is first
    for number in range(MAX_FILES):
        shelf.marks((3, number, "c"), 0)
    assert shelf.marks((1, 1, "a"), 0) is not first


def test_another_state_of_a_file_has_marks_of_its_own() -> None:
    shelf = Shelf()
    assert shelf.marks((1, 1, "a"), 0) is not shelf.marks((1, 1, "b"), 0)
