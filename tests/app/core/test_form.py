from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core import form
from app.core.errors import DoorkeepError
from app.core.form import FIRST, Mark, bring_up_to_date, check, mark_of
from app.version import VERSION


def steps(*names: str) -> tuple[form.Step, ...]:
    """Steps that each leave a line in HOME/steps."""

    def step(name: str) -> form.Step:
        def run(home: str) -> None:
            with Path(home, "steps").open("a") as file:
                file.write(name + "\n")

        return run

    return tuple(step(name) for name in names)


def taken(home: str) -> list[str]:
    path = Path(home, "steps")
    return path.read_text().split() if path.exists() else []


def put(home: str, content: str) -> None:
    Path(home, "form").write_text(content)


def test_a_home_without_a_mark_is_of_the_first_form(home: str):
    assert mark_of(home) == Mark(FIRST)
    assert check(home) == Mark(FIRST)


def test_a_start_notes_form_and_release(home: str):
    bring_up_to_date(home)
    assert mark_of(home) == Mark(FIRST + len(form.MIGRATIONS), VERSION)


def test_missing_steps_are_taken_once_and_in_order(home: str):
    bring_up_to_date(home, steps("one"))
    bring_up_to_date(home, steps("one", "two", "three"))
    bring_up_to_date(home, steps("one", "two", "three"))
    assert taken(home) == ["one", "two", "three"]
    assert mark_of(home).form == FIRST + 3


def test_a_step_that_fails_is_said_and_taken_again_while_those_before_it_stay_taken(home: str):
    one, two = steps("one", "two")

    def full(_home: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(DoorkeepError, match="from form 2 to 3: No space left on device"):
        bring_up_to_date(home, (one, full))
    assert mark_of(home).form == FIRST + 1
    bring_up_to_date(home, (one, two))
    assert taken(home) == ["one", "two"]


def test_a_newer_form_is_refused_in_words_and_nothing_is_touched(home: str):
    put(home, '{"form":7,"release":"9.1.0","more":true}')
    before = {path.name: path.read_bytes() for path in Path(home).iterdir()}
    for refuse in (check, bring_up_to_date):
        with pytest.raises(DoorkeepError) as refused:
            refuse(home)
        assert "written by a newer Doorkeep, 9.1.0." in str(refused.value)
        assert "Its form is number 7" in str(refused.value)
        assert "Install the newer Doorkeep again" in str(refused.value)
    assert {path.name: path.read_bytes() for path in Path(home).iterdir()} == before


def test_a_newer_release_of_the_same_form_stays_noted(home: str):
    put(home, json.dumps({"form": FIRST, "release": "99.0.0"}))
    bring_up_to_date(home)
    assert mark_of(home).release == "99.0.0"


def test_an_older_release_is_noted_no_more(home: str):
    put(home, json.dumps({"form": FIRST, "release": "0.0.1"}))
    bring_up_to_date(home)
    assert mark_of(home).release == VERSION


@pytest.mark.parametrize("content", ["", "{", "[]", '{"form":"x"}', "\udcff"])
def test_a_damaged_mark_is_no_mark_of_the_first_form(home: str, content: str):
    Path(home, "form").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DoorkeepError, match="it is damaged"):
        bring_up_to_date(home)


def test_a_full_disk_keeps_nobody_from_serving_where_no_step_is_missing(home: str, monkeypatch: pytest.MonkeyPatch):
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(form, "replace_private", full)
    bring_up_to_date(home)
    assert mark_of(home) == Mark(FIRST)
