"""No secret reaches a log, however it is cut up."""

from __future__ import annotations

import itertools
import json
import urllib.parse

from hypothesis import given
from hypothesis import strategies as st

from app.core import known
from app.gateway.scrubbing import Scrubber


@given(
    st.lists(st.sampled_from(["sesame", "ses", "open", " ", "same", "s"]), max_size=12),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_a_value_never_passes_and_the_rest_always_does(words: list[str], cuts: list[int]) -> None:
    text = "".join(words).encode()
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    scrubber = Scrubber({"door": "sesame"})
    out = b"".join(scrubber.feed(text[a:b]) for a, b in itertools.pairwise(places)) + scrubber.end()
    assert b"sesame" not in out
    assert out == text.replace(b"sesame", b"[secret door]")


def test_the_longer_of_two_values_goes_first() -> None:
    assert Scrubber({"a": "open", "b": "open sesame"}).feed(b"say open sesame.") == b"say [secret b]."


def test_without_secrets_nothing_is_kept_back() -> None:
    assert Scrubber({}).feed(b"abc") == b"abc"
    assert Scrubber({"x": "ab"}).feed(b"ab") == b"ab"


ODD = 'se "same" \\ é'


def test_a_value_is_found_as_json_writes_it_and_as_an_address_does() -> None:
    scrubber = Scrubber({"door": ODD})
    for written in (json.dumps(ODD), json.dumps(ODD, ensure_ascii=False), f"?token={urllib.parse.quote(ODD)}&"):
        assert b"[secret door]" in scrubber.feed(written.encode())


def test_what_is_cut_is_cleaned_before() -> None:
    scrubber = Scrubber({"door": "sesame"})
    assert scrubber.clean(b"x" * 7 + b"sesame and more", 10) == b"xxxxxxx[se"
    assert scrubber.clean(b"sesame", 100) == b"[secret door]"
    assert Scrubber({}).clean(b"sesame", 3) == b"ses"


def test_what_a_server_was_given_is_known_to_all_that_the_gateway_keeps() -> None:
    Scrubber({}).learn("door", "sesame")
    assert known.without("open sesame") == "open [secret door]"
