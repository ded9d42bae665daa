"""The compiler agrees with the language: SQL takes exactly the calls that the filter itself takes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.journal import select
from app.core.journal import store as store_room
from app.core.journal.database import database_of, open_for_reading
from app.core.journal.filter import parse
from app.core.journal.reader import Reader
from app.core.journal.record import CallRecord
from app.core.journal.writer import Journal
from tests.fakes.calls import open_call, whole_call

START = 1_780_000_000_000
MOMENTS = ["2026-05-28T20:26:40Z", "2026-05-28T20:30Z", "2026-05-28T20:50Z", "2026-05-28T21:30Z"]
CHOICES = [
    "server:git", "server:files*", "-server:git", "tool:read_file", "tool:write*", "client:claude", "client:cursor", "-client:claude",
    "folder:/a", "folder:b", "folder:/", "decision:denied", "decision:undecided", "-decision:allowed", "by:user", "outcome:ok",
    "outcome:running", "-outcome:ok", "session:s1", "-session:s1", "change:*", "-change:*", "change:c5", "id:3", "-id:3", "blue", "-blue",
    "Ünder", "green blue", *[f"since:{moment}" for moment in MOMENTS], *[f"until:{moment}" for moment in MOMENTS],
]  # fmt: skip


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reader, list[CallRecord]]]:
    """Calls of every kind, from a clock that once steps back; a third not yet derived."""
    home = str(tmp_path_factory.mktemp("population"))
    chance = random.Random(7)
    clock = [START]
    patch = pytest.MonkeyPatch()
    patch.setattr(store_room.time, "time_ns", lambda: clock[0] * 1_000_000)
    journal = Journal.open(home)
    for number in range(300):
        clock[0] += 20_000 if number != 150 else -1_500_000
        decision = chance.choice(["allowed", "allowed", "denied", None])
        kind = {
            "server": chance.choice(["filesystem", "git", "notes"]),
            "client": chance.choice(["Claude Desktop 1", "Cursor 2"]),
            "folder": chance.choice(["/a", "/a/b", "/c", None]),
            "decision": decision,
            "by": chance.choice(["policy", "user"]),
            "session": chance.choice(["s1", "s2"]),
            "arguments": {"query": chance.choice(["blue", "green", "GREEN blue", "ünder"])},
            "change_id": chance.choice([None, None, f"c{number}"]),
            "paths": [],
        }
        tool = chance.choice(["read_file", "write_file"])
        if chance.random() < 0.1:
            open_call(journal, tool, **kind)
            journal.commit()
        else:
            whole_call(journal, tool, **kind)
        if number == 200:
            while journal.derive():
                pass
    patch.undo()
    with Reader(home) as reader:
        yield reader, list(reader.walk())
    journal.close()


EXPRESSIONS = st.lists(st.sampled_from(CHOICES), max_size=4).map(" ".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    expression=EXPRESSIONS,
    limit=st.sampled_from([1, 7, 1000]),
    edge=st.none() | st.integers(0, 320),
    older=st.booleans(),
)
def test_sql_and_the_language_take_the_same_calls(
    population: tuple[Reader, list[CallRecord]],
    monkeypatch: pytest.MonkeyPatch,
    expression: str,
    limit: int,
    edge: int | None,
    older: bool,
) -> None:
    reader, everything = population
    found = parse(expression)
    wanted = [record.id for record in everything if found.takes(record)]
    for few in (0, 20_000):
        monkeypatch.setattr(select, "SPARSE", few)
        monkeypatch.setattr(select, "FIRST_SLICE", 16)
        monkeypatch.setattr(select, "LARGEST_SLICE", 64)
        if edge is None or older:
            got = reader.query(found, limit, before=edge).records
            expected = [id_ for id_ in reversed(wanted) if edge is None or id_ < edge][:limit]
        else:
            got = reader.query(found, limit, after=edge).records
            expected = [id_ for id_ in wanted if id_ > edge][:limit][::-1]
        assert [record.id for record in got] == expected


def test_the_population_has_all_three_hundred(population: tuple[Reader, list[CallRecord]]) -> None:
    assert [record.id for record in population[1]] == list(range(1, 301))


@pytest.mark.parametrize("expression", ["", "server:git", "decision:denied -client:cursor"])
def test_counting_agrees_with_reading(expression: str, journal: Journal, home: str) -> None:
    for number in range(20):
        server, decision = ("git", "allowed") if number % 3 else ("notes", "denied")
        whole_call(journal, server=server, decision=decision, client="Cursor 1" if number % 2 else "Claude 1")
    while journal.derive():
        pass
    with Reader(home) as reader:
        assert reader.count(expression) == len(list(reader.walk(expression)))


@pytest.mark.parametrize("expression", ["blue", "since:2h", "session:s1"])
def test_what_only_reading_tells_is_not_counted(expression: str, journal: Journal, home: str) -> None:
    whole_call(journal)
    with Reader(home) as reader:
        assert reader.count(expression) is None


def test_text_is_looked_for_in_slices_newest_first(
    journal: Journal, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(select, "FIRST_SLICE", 4)
    monkeypatch.setattr(select, "LARGEST_SLICE", 8)
    for number in range(40):
        whole_call(journal, arguments={"query": "blue" if number in (2, 38) else "green"})
    while journal.derive():
        pass
    with Reader(home) as reader:
        parts = [([record.id for record in part.records], round(part.done, 2)) for part in reader.search("blue")]
    assert parts[0] == ([39], 0.1)
    assert [ids for ids, _ in parts if ids] == [[39], [3]]
    assert parts[-1][1] == 1.0


@pytest.mark.parametrize(
    ("expression", "uses"),
    [
        ("server:git", "calls_by_facet (facet=? AND id>? AND id<?)"),
        ("", "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ("since:2h", "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ("blue", "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
    ],
)
def test_no_filter_reads_what_it_does_not_have_to(
    expression: str, uses: str, journal: Journal, home: str, plans: Callable[[str, str], list[str]]
) -> None:
    for _ in range(30):
        whole_call(journal, server="git")
    while journal.derive():
        pass
    steps = plans(home, expression)
    assert any(uses in step for step in steps), steps
    assert not any(step.startswith("SCAN calls") or "TEMP B-TREE" in step for step in steps), steps


@pytest.fixture
def plans() -> Callable[[str, str], list[str]]:
    """How SQLite goes about each statement that a filter becomes."""

    def explain(home: str, expression: str) -> list[str]:
        db = open_for_reading(database_of(home))
        said: list[str] = []
        try:
            db.set_trace_callback(said.append)
            for _ in select.slices(db, parse(expression), 0, 2**62, 200):
                pass
            db.set_trace_callback(None)
            of_calls = [sql for sql in said if "FROM calls" in sql]
            return [row[3] for sql in of_calls for row in db.execute("EXPLAIN QUERY PLAN " + sql)]
        finally:
            db.close()

    return explain


@pytest.mark.parametrize("expression", ["server:git", "-tool:read_file client:claude", "folder:/a -outcome:ok"])
def test_more_words_than_one_statement_takes_change_nothing(
    population: tuple[Reader, list[CallRecord]], expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_for_reading(database_of(population[0].home))
    plain = select.matching_facets(db, parse(expression))
    monkeypatch.setattr(select, "MANY_WORDS", 0)
    assert select.matching_facets(db, parse(expression)) == plain
    assert plain is not None
    assert plain.facets
    db.close()
