"""The filter language of the log: words that a person types, read into conditions.

    server:filesystem decision:denied client:"Claude Desktop" folder:~/Projects since:2h -outcome:ok invoice

Conditions of different names all hold; of one name, any does; a minus turns a condition round. Words without a name are looked
for in the text. The same conditions judge a live record here and compile to SQL in `select`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import msgspec

from app.bridge.home import account_home
from app.core.errors import DoorkeepError
from app.core.journal.derive import Facet, facet_of
from app.core.journal.record import CallRecord, folded, search_text

ANY = "*"
"""`change:*` takes every call that made a change which can be undone."""
NAMES = (
    "server", "tool", "client", "folder", "decision", "by", "outcome", "session", "change", "id", "since", "until", "text",
)  # fmt: skip
DECISIONS = ("allowed", "denied", "undecided")
BYS = ("policy", "user", "rule", "limit", "timeout")
OUTCOMES = ("waiting", "running", "ok", "error", "denied", "expired", "cancelled", "lost")
_CHOICES = {"decision": DECISIONS, "by": BYS, "outcome": OUTCOMES}
_COLUMN = {"client": 0, "server": 1, "tool": 2, "folder": 3, "decision": 4, "by": 5, "outcome": 6}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
HELP = (
    "A filter is words like: server:git decision:denied client:\"Claude\" folder:~/Projects since:2h outcome:error invoice. "
    "Names: " + ", ".join(NAMES) + ". A minus in front turns a condition round; the same name twice means either. "
    "change:* is every call that can be undone. since and until take 30m, 2h, 3d, today, yesterday, 14:30, 2026-07-01 or 2026-07-01T14:30. "
    "Other words are looked for in tool, paths, reason, arguments and the beginning of the result."
)  # fmt: skip


class FilterError(DoorkeepError):
    """The expression cannot be read. `at` is where the word begins in it, `word` the word, both for pointing at it."""

    def __init__(self, expression: str, at: int, word: str, why: str, fix: str) -> None:
        super().__init__(f"The filter cannot be read at '{word}': {why}", "", fix)
        self.expression = expression
        self.at = at
        self.word = word


class Condition(msgspec.Struct, frozen=True):
    """One name with the values given for it, any of which holds; `negated`: none may hold."""

    name: str
    values: tuple[str, ...]
    negated: bool = False


class Filter(msgspec.Struct, frozen=True):
    """What an expression says. `since_ms` is included, `until_ms` is not; None: no bound. An empty filter takes every call."""

    facets: tuple[Condition, ...] = ()
    rows: tuple[Condition, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None

    def takes_facet(self, facet: Facet) -> bool:
        """True when the conditions on server, tool, client, folder, decision, by and outcome hold."""
        return all(holds(condition, facet[_COLUMN[condition.name]]) for condition in self.facets)

    def takes(self, record: CallRecord) -> bool:
        """True when the record is one that the filter lets through."""
        if not self.takes_facet(facet_of(record)) or not self._in_time(record.at):
            return False
        words: str | None = None
        for condition in self.rows:
            if condition.name == "text":
                words = search_text(record) if words is None else words
                held = all(value in words for value in condition.values)
            elif condition.name == "id":
                held = str(record.id) in condition.values
            elif condition.name == "session":
                held = record.session in condition.values
            else:
                held = record.change_id in condition.values or (ANY in condition.values and bool(record.change_id))
            if held == condition.negated:
                return False
        return True

    def _in_time(self, at: str) -> bool:
        if self.since_ms is None and self.until_ms is None:
            return True
        from datetime import datetime

        moment = round(datetime.fromisoformat(at).timestamp() * 1000)
        return (self.since_ms is None or moment >= self.since_ms) and (self.until_ms is None or moment < self.until_ms)


def holds(condition: Condition, text: str) -> bool:
    """True when a condition on server, tool, client, folder, decision, by or outcome holds for what a call has there."""
    matches = _MATCHES.get(condition.name, _same)
    return any(matches(value, text) for value in condition.values) != condition.negated


def parse(expression: str, now: float | None = None) -> Filter:
    """Read an expression. `now`: seconds since 1970, for `since:2h`. Raises FilterError."""
    now = time.time() if now is None else now
    given: dict[tuple[str, bool], list[str]] = {}
    since: list[int] = []
    until: list[int] = []
    for at, word, negated, name, value in _words(expression):
        if name in ("since", "until"):
            if negated:
                raise FilterError(
                    expression, at, word, "a moment cannot be turned round.", "Use until: for since:, or the reverse."
                )
            moment = _moment(value, now, end=name == "until")
            if moment is None:
                fix = "Use 30m, 2h, 3d, 1w, today, yesterday, 14:30, 2026-07-01 or 2026-07-01T14:30."
                raise FilterError(expression, at, word, f"'{value}' is no moment.", fix)
            (since if name == "since" else until).append(moment)
            continue
        why = _wrong(name, value)
        if why:
            raise FilterError(expression, at, word, why[0], why[1])
        given.setdefault((name, negated), []).append(_normal(name, value))
    facets: list[Condition] = []
    rows: list[Condition] = []
    for (name, negated), values in given.items():
        if name == "text":
            rows += [Condition(name, (value,), negated) for value in values]
        else:
            (facets if name in _COLUMN else rows).append(Condition(name, tuple(values), negated))
    return Filter(tuple(facets), tuple(rows), max(since, default=None), min(until, default=None))


def _words(expression: str) -> list[tuple[int, str, bool, str, str]]:
    """Position, the word as typed, negated, name, value."""
    found: list[tuple[int, str, bool, str, str]] = []
    at, end = 0, len(expression)
    while at < end:
        if expression[at].isspace():
            at += 1
            continue
        start = at
        negated = expression[at] == "-" and at + 1 < end and not expression[at + 1].isspace()
        at += negated
        value, name, quoted = "", "", False
        while at < end and not expression[at].isspace():
            sign = expression[at]
            if sign == '"':
                close = expression.find('"', at + 1)
                if close < 0:
                    raise FilterError(
                        expression, at, expression[at:], "a quotation mark is not closed.", 'Close it with: "'
                    )
                value, quoted, at = value + expression[at + 1 : close], True, close + 1
            elif sign == ":" and not name and not quoted and value:
                name, value, at = value, "", at + 1
            else:
                value, at = value + sign, at + 1
        word = expression[start:at]
        if name and name.lower() not in NAMES:
            fix = f'Put it in quotes to look for the text ("{name}:{value}"), or use one of: {", ".join(NAMES)}.'
            raise FilterError(expression, start, word, f"'{name}:' is no filter.", fix)
        found.append((start, word, negated, name.lower() or "text", value))
    return found


def _wrong(name: str, value: str) -> tuple[str, str] | None:
    if not value:
        return "it says nothing.", "Put a word after it, or leave it out."
    choices = _CHOICES.get(name)
    if choices and value.lower() not in choices:
        return f"'{value}' is no {name}.", f"Use one of: {', '.join(choices)}."
    if name == "id" and not (value.isascii() and value.isdigit() and len(value) <= 15):
        return f"'{value}' is no number of a call.", "Use the number that doorkeep log prints."
    return None


def _normal(name: str, value: str) -> str:
    if name in _CHOICES:
        return value.lower() if value.lower() != "undecided" else ""
    if name == "id":
        return str(int(value))
    if name == "folder":
        if value == "~" or value.startswith(("~/", "~\\")):
            value = account_home() + value[1:]
        return value.rstrip("/\\") or value
    if name in ("session", "change"):
        return value
    return folded(value)


def _moment(value: str, now: float, end: bool) -> int | None:
    """Milliseconds since 1970 of what a person wrote, in local time; a day as `until` means its end."""
    from datetime import datetime, timedelta

    number, unit = value[:-1], value[-1:].lower()
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) <= 6:
        return round((now - int(number) * _UNITS[unit]) * 1000)
    local = datetime.fromtimestamp(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if value.lower() in ("today", "yesterday"):
            moment, whole_day = midnight - timedelta(days=value.lower() == "yesterday"), True
        elif len(value) <= 5 and ":" in value:
            clock = datetime.strptime(value, "%H:%M")
            moment, whole_day = midnight.replace(hour=clock.hour, minute=clock.minute), False
        else:
            moment, whole_day = datetime.fromisoformat(value), len(value) <= 10
        if end and whole_day:
            moment += timedelta(days=1)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def _same(value: str, text: str) -> bool:
    return folded(text) == value


def _pattern(value: str, text: str) -> bool:
    """The whole text, where `*` stands for anything."""
    pieces, text = value.split("*"), folded(text)
    if len(pieces) == 1:
        return text == value
    if not text.startswith(pieces[0]) or len(text) < len(pieces[0]) + len(pieces[-1]) or not text.endswith(pieces[-1]):
        return False
    at, last = len(pieces[0]), len(text) - len(pieces[-1])
    for piece in pieces[1:-1]:
        found = text.find(piece, at, last)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _within(value: str, text: str) -> bool:
    return value in folded(text)


def _folder(value: str, text: str) -> bool:
    """A path takes itself and what lies below; a bare name takes every folder of that name."""
    if not text:
        return False
    if "/" not in value and "\\" not in value:
        return folded(os.path.basename(text)) == folded(value)
    return text == value or text.startswith((value.rstrip("/\\") + "/", value + "\\"))


_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "client": _within,
    "server": _pattern,
    "tool": _pattern,
    "folder": _folder,
}
