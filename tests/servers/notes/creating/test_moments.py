"""Dates as moment.js writes them: a table made from its documentation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from servers.notes.creating.moments import written

AT = datetime(2026, 3, 1, 9, 5, 7, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("YYYY-MM-DD", "2026-03-01"),
        ("YY M D", "26 3 1"),
        ("Do MMMM YYYY", "1st March 2026"),
        ("MMM ddd dd d", "Mar Sun Su 0"),
        ("dddd E", "Sunday 7"),
        ("DDD DDDD", "60 060"),
        ("gggg-[W]ww", "2026-W10"),
        ("GGGG-[W]WW", "2026-W09"),
        ("Q Qo", "1 1st"),
        ("HH:mm:ss", "09:05:07"),
        ("H h hh A a", "9 9 09 AM am"),
        ("SSS Z ZZ", "123 +05:30 +0530"),
        ("X", str(int(AT.timestamp()))),
        ("YYYY/MM-MMMM/YYYY-MM-DD", "2026/03-March/2026-03-01"),
        ("[Today is] dddd", "Today is Sunday"),
        ("\\Y LL", "Y March 1, 2026"),
        ("LT", "9:05 AM"),
        ("_-/.", "_-/."),
    ],
)
def test_patterns(pattern: str, expected: str) -> None:
    assert written(AT, pattern) == expected


@pytest.mark.parametrize(("hour", "expected"), [(0, "12 AM 24"), (12, "12 PM 12"), (23, "11 PM 23")])
def test_hours_round_the_clock(hour: int, expected: str) -> None:
    assert written(AT.replace(hour=hour), "h A k") == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2025, 12, 28, tzinfo=UTC), "2026 1"),
        (datetime(2025, 12, 27, tzinfo=UTC), "2025 52"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2027 1"),
    ],
)
def test_weeks_at_the_turn_of_the_year(day: datetime, expected: str) -> None:
    assert written(day, "gggg w") == expected


@pytest.mark.parametrize(
    ("day", "expected"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (23, "23rd")]
)
def test_ordinals(day: int, expected: str) -> None:
    assert written(AT.replace(day=day), "Do") == expected
