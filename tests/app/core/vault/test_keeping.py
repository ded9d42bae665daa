"""Values of any length in entries of at most 1,280 UTF-16 units, as Windows takes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import VaultError
from app.core.vault import keeping

SERVICE = "Doorkeep"
VALUES = st.one_of(
    st.text(min_size=1, max_size=40),
    st.integers(900, 5000).flatmap(lambda size: st.sampled_from(["x", "é", "\N{LOCK}", "ab\N{KEY}"]).map(lambda t: t * size)),
    st.just("doorkeep-parts:1:abcd:2:0"),
)  # fmt: skip


class WindowsEntries:
    """Credential Manager's bound, and a count of what lies there."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.fail_after = -1

    def get_password(self, service: str, username: str) -> str | None:
        assert service == SERVICE
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert service == SERVICE
        if len(password.encode("utf-16-le", "surrogatepass")) > 2560:
            raise OSError(1783, "The stub received bad data")
        if self.fail_after == 0:
            raise OSError(5, "cut off")
        self.fail_after -= 1
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        assert service == SERVICE
        del self.kept[username]


@given(VALUES, VALUES)
def test_what_was_kept_comes_back_and_nothing_of_what_was_before_stays(first: str, second: str) -> None:
    entries = WindowsEntries()
    keeping.put(entries, SERVICE, "github", first)
    keeping.put(entries, SERVICE, "other", first)
    keeping.put(entries, SERVICE, "github", second)
    assert keeping.get(entries, SERVICE, "github") == second
    assert keeping.get(entries, SERVICE, "other") == first
    assert keeping.drop(entries, SERVICE, "github")
    assert keeping.drop(entries, SERVICE, "other")
    assert entries.kept == {}


@pytest.mark.parametrize("step", range(8))
def test_a_kill_while_a_long_value_is_replaced_leaves_the_old_one(step: int) -> None:
    entries = WindowsEntries()
    keeping.put(entries, SERVICE, "github", "old" * 2000)
    entries.fail_after = step
    with pytest.raises(OSError, match="cut off"):
        keeping.put(entries, SERVICE, "github", "new" * 3000)
    assert keeping.get(entries, SERVICE, "github") == "old" * 2000


def test_a_part_that_somebody_removed_is_said() -> None:
    entries = WindowsEntries()
    keeping.put(entries, SERVICE, "github", "x" * 3000)
    del entries.kept[next(name for name in entries.kept if name.endswith(".1"))]
    with pytest.raises(VaultError, match="Parts of the secret github are missing"):
        keeping.get(entries, SERVICE, "github")
    assert keeping.drop(entries, SERVICE, "github")
    assert entries.kept == {}


def test_what_is_not_there_is_none() -> None:
    entries = WindowsEntries()
    assert keeping.get(entries, SERVICE, "github") is None
    assert not keeping.drop(entries, SERVICE, "github")


def test_a_value_without_end_is_refused() -> None:
    with pytest.raises(VaultError, match="at most"):
        keeping.put(WindowsEntries(), SERVICE, "github", "x" * (keeping.MOST + 1))
