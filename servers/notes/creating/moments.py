"""A date and time written by a pattern of moment.js, as Obsidian's settings and templates have them (momentjs.com, "Format").

English names; weeks begin on Sunday, as moment's own locale has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

_TOKEN = re.compile(
    r"\[([^\]]*)\]|\\(.)|YYYYYY|YYYY|YY|Y|Qo|Q|MMMM|MMM|MM|Mo|M|DDDD|DDDo|DDD|DD|Do|D|dddd|ddd|dd|do|d|E|e|ww|wo|w|WW|Wo|W"
    r"|GGGG|GG|gggg|gg|A|a|HH|H|hh|h|kk|k|mm|m|ss|s|S{1,9}|ZZ|Z|X|x|LTS|LT|LLLL|LLL|LL|L|llll|lll|ll|l",
    re.DOTALL,
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
_LOCAL = {
    "LTS": "h:mm:ss A",
    "LT": "h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "LLL": "MMMM D, YYYY h:mm A",
    "LL": "MMMM D, YYYY",
    "L": "MM/DD/YYYY",
    "llll": "ddd, MMM D, YYYY h:mm A",
    "lll": "MMM D, YYYY h:mm A",
    "ll": "MMM D, YYYY",
    "l": "M/D/YYYY",
}


def written(at: datetime, pattern: str) -> str:
    """`at` as `pattern` says; what stands in `[…]` is taken as it is. A time without a zone counts as local."""
    return _TOKEN.sub(lambda match: _one(at, match), pattern)


def _one(at: datetime, match: re.Match[str]) -> str:
    if match[1] is not None or match[2] is not None:
        return match[1] if match[1] is not None else match[2]
    token = match[0]
    if token in _LOCAL:
        return written(at, _LOCAL[token])
    if token[0] == "S":
        return f"{at.microsecond:06d}"[: len(token)].ljust(len(token), "0")
    return _WRITTEN[token](at)


def _ordinal(number: int) -> str:
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


def _day_of_year(at: datetime) -> int:
    return at.timetuple().tm_yday


def _sunday(at: datetime) -> int:
    """The day of the week, Sunday 0."""
    return at.isoweekday() % 7


def _local_week(at: datetime) -> tuple[int, int]:
    """Year and week where weeks begin on Sunday and the one with 1 January is the first."""
    saturday = at + timedelta(days=6 - _sunday(at))
    return saturday.year, (_day_of_year(saturday) - 1) // 7 + 1


def _offset(at: datetime, colon: str) -> str:
    text = (at if at.tzinfo is not None else at.astimezone()).strftime("%z")
    return f"{text[:3]}{colon}{text[3:5]}"


def _half(at: datetime) -> str:
    return "AM" if at.hour < 12 else "PM"


_WRITTEN: dict[str, Callable[[datetime], str]] = {
    "YYYYYY": lambda at: f"+{at.year:06d}",
    "YYYY": lambda at: f"{at.year:04d}",
    "YY": lambda at: f"{at.year % 100:02d}",
    "Y": lambda at: str(at.year),
    "Q": lambda at: str((at.month + 2) // 3),
    "Qo": lambda at: _ordinal((at.month + 2) // 3),
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02d}",
    "Mo": lambda at: _ordinal(at.month),
    "M": lambda at: str(at.month),
    "DDDD": lambda at: f"{_day_of_year(at):03d}",
    "DDDo": lambda at: _ordinal(_day_of_year(at)),
    "DDD": lambda at: str(_day_of_year(at)),
    "DD": lambda at: f"{at.day:02d}",
    "Do": lambda at: _ordinal(at.day),
    "D": lambda at: str(at.day),
    "dddd": lambda at: _DAYS[_sunday(at)],
    "ddd": lambda at: _DAYS[_sunday(at)][:3],
    "dd": lambda at: _DAYS[_sunday(at)][:2],
    "do": lambda at: _ordinal(_sunday(at)),
    "d": lambda at: str(_sunday(at)),
    "e": lambda at: str(_sunday(at)),
    "E": lambda at: str(at.isoweekday()),
    "ww": lambda at: f"{_local_week(at)[1]:02d}",
    "wo": lambda at: _ordinal(_local_week(at)[1]),
    "w": lambda at: str(_local_week(at)[1]),
    "WW": lambda at: f"{at.isocalendar().week:02d}",
    "Wo": lambda at: _ordinal(at.isocalendar().week),
    "W": lambda at: str(at.isocalendar().week),
    "GGGG": lambda at: f"{at.isocalendar().year:04d}",
    "GG": lambda at: f"{at.isocalendar().year % 100:02d}",
    "gggg": lambda at: f"{_local_week(at)[0]:04d}",
    "gg": lambda at: f"{_local_week(at)[0] % 100:02d}",
    "A": _half,
    "a": lambda at: _half(at).lower(),
    "HH": lambda at: f"{at.hour:02d}",
    "H": lambda at: str(at.hour),
    "hh": lambda at: f"{(at.hour - 1) % 12 + 1:02d}",
    "h": lambda at: str((at.hour - 1) % 12 + 1),
    "kk": lambda at: f"{at.hour or 24:02d}",
    "k": lambda at: str(at.hour or 24),
    "mm": lambda at: f"{at.minute:02d}",
    "m": lambda at: str(at.minute),
    "ss": lambda at: f"{at.second:02d}",
    "s": lambda at: str(at.second),
    "ZZ": lambda at: _offset(at, ""),
    "Z": lambda at: _offset(at, ":"),
    "X": lambda at: str(int(at.timestamp())),
    "x": lambda at: str(int(at.timestamp() * 1000)),
}
