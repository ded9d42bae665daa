"""Errors for people."""

from app.core.errors import DoorkeepError


def test_an_error_reads_as_what_happened_what_it_means_and_what_to_do() -> None:
    assert str(DoorkeepError("A.", "B.", "C.")) == "A. B. C."
    assert str(DoorkeepError("A.")) == "A."
