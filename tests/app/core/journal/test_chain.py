"""The form that is hashed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.journal.chain import GENESIS, link

KINDS = st.sampled_from(["opened", "decided", "asked", "answered", "closed", "pruned", "recovered"])
EVENT = st.tuples(
    st.binary(min_size=32, max_size=32), st.integers(0), st.integers(0), KINDS, st.integers(), st.binary()
)


def test_version_one_of_the_form_never_changes() -> None:
    """What `(head -c 32 /dev/zero; printf '1 2 opened 3 {}') | sha256sum` says."""
    known = "a6fd48a70199187eccde75030e8f95ebf1eff3bd8d22b65dc40feccff20fe097"
    assert link(GENESIS, 1, 2, "opened", 3, b"{}").hex() == known


@given(EVENT, EVENT)
def test_two_events_have_two_hashes(
    one: tuple[bytes, int, int, str, int, bytes], two: tuple[bytes, int, int, str, int, bytes]
):
    assert (link(*one) == link(*two)) == (one == two)
