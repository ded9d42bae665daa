"""No secret reaches a log, however it is cut up."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

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
