"""What a secret may look like, it is taken out; what is none stays as it is."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import known
from app.core.redaction import clean_head, clean_text, kept_arguments

ODD = 'se "same" \\ é/🗝 open'


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    known.forget()
    yield
    known.forget()


def test_a_process_that_met_no_secret_changes_nothing() -> None:
    raw = b'{"a" : 1}'
    assert known.without("sesame") == "sesame"
    assert known.without_in_json(raw) is raw
    assert known.longest() == 0


@pytest.mark.parametrize(
    "written",
    [
        ODD,
        json.dumps(ODD),
        json.dumps(ODD, ensure_ascii=False),
        msgspec.json.encode(ODD).decode(),
        urllib.parse.quote(ODD, safe=""),
    ],
)
def test_a_value_is_found_in_every_usual_spelling(written: str) -> None:
    known.learn("door", ODD)
    assert known.without(f"before {written} after").replace('"', "") == "before [secret door] after"


def test_of_two_values_with_one_beginning_the_longer_one_goes() -> None:
    known.learn("a", "open")
    known.learn("b", "open sesame")
    assert known.without("say open sesame, open") == "say [secret b], [secret a]"


def test_what_is_too_short_to_be_a_secret_is_none() -> None:
    known.learn("pin", "123")
    assert known.without("123") == "123"


def test_json_stays_json_and_numbers_stay_numbers() -> None:
    known.learn("pin", "4711")
    raw = b'{"n": 4711, "pin 4711": ["it is 4711", {"deep": "4711"}], "none": null}'
    assert json.loads(known.without_in_json(raw)) == {
        "n": 4711,
        "pin [secret pin]": ["it is [secret pin]", {"deep": "[secret pin]"}],
        "none": None,
    }


def test_json_without_a_value_stays_byte_for_byte() -> None:
    known.learn("door", "sesame")
    raw = b'{ "a" : [ 1.50, "b" ] }'
    assert known.without_in_json(raw) == raw


def test_what_is_looked_for_is_bounded_and_the_newest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST", 3)
    for number in range(10):
        known.learn("many", f"secret-{number}")
    assert known.without("secret-0 secret-9") == "secret-0 [secret many]"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_value_stays_whatever_it_is(value: str, before: str, after: str) -> None:
    known.forget()
    known.learn("door", value)
    cleaned = known.without(before + value + after)
    assert value not in cleaned or value in "[secret door]" or value in before + "[secret door]" + after
    assert json.loads(known.without_in_json(json.dumps([value]).encode())) == ["[secret door]"]


def test_half_a_character_is_no_obstacle() -> None:
    known.learn("door", "abc\udcff")
    assert known.without("abc\udcff!") == "[secret door]!"


def test_what_the_log_keeps_is_cleaned_of_it() -> None:
    known.learn("door", "sesame-1")
    assert clean_text("open sesame-1 now") == "open [secret door] now"
    assert kept_arguments({"a": "sesame-1"}, b'{"a":"sesame-1"}') == b'{"a":"[secret door]"}'
    assert kept_arguments({"a": {"b": "sesame-1"}}, b'{"a":{"b":"sesame-1"}}') == b'{"a":{"b":"[secret door]"}}'


def test_a_value_that_lies_across_the_cut_leaves_no_beginning() -> None:
    known.learn("door", "s" * 3000)
    cut = clean_head("x" * 1995 + "s" * 3000 + "more", 2000)
    assert cut == "x" * 1995 + "[secr"
