"""Records say the same after they were written and read."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.undo import record
from servers.runtime.undo.record import Outcome, Record, Step, decode, encode, is_id, new_id, step_of

names = st.binary(min_size=1, max_size=30).map(lambda raw: "/" + os.fsdecode(raw.replace(b"\0", b"")))
steps = st.builds(
    lambda kind, path, size: step_of(kind, path, size=size),
    st.sampled_from(["write", "create"]),
    names,
    st.integers(0, 9),
)


@given(st.lists(steps, max_size=4), st.text(max_size=9))
def test_any_path_comes_back(some: list[Step], client: str) -> None:
    written = Record(new_id(), 5, "tool", client.encode("utf-8", "replace").decode(), some)
    assert decode(encode(written) + b"\n") == written


@given(names)
def test_the_real_path_is_byte_for_byte(path: str) -> None:
    assert step_of("write", path).real_path() == path


@given(st.integers(0, 400))
def test_every_beginning_of_a_record_is_read_or_left(cut: int) -> None:
    whole = encode(Record("i", 1, steps=[step_of("write", "/a")])) + b"\n" + encode(Outcome(done=True)) + b"\n"
    found = decode(whole[:cut])
    assert found is None or found.steps[0].path == "/a"
    assert (found is not None) == (cut > whole.index(b"\n"))
    assert found is None or found.done == (cut >= len(whole))


def test_outcomes_are_added_in_order() -> None:
    lines = [Record("i", 1, steps=[step_of("write", "/a", image="i.0")]), Outcome(step=0, after="e"), Outcome(step=7, after="x"),
             Outcome(done=True), Outcome(undone_by="j")]  # fmt: skip
    found = decode(b"".join(encode(line) + b"\n" for line in lines))
    assert found is not None
    assert (found.steps[0].after, found.done, found.undone_by, found.undoable) == ("e", True, "j", False)


def test_ids_sort_by_time_and_have_one_form(monkeypatch: object) -> None:
    ids = [record.id_at(milliseconds) + "abcdef" for milliseconds in (1, 10**9, 1_795_000_000_000)]
    assert ids == sorted(ids)
    assert all(is_id(one) for one in [*ids, new_id()])
    assert not any(
        is_id(text) for text in ("", "x" * 18, "../" + "a" * 15, new_id() + "0", new_id().upper().replace("-", "_"))
    )


def test_what_kept_no_image_is_not_undoable() -> None:
    kept, lost = step_of("write", "/a", image="x"), step_of("write", "/a")
    assert Record("i", 1, steps=[kept]).undoable
    assert not Record("i", 1, steps=[kept, lost]).undoable
    assert Record("i", 1, steps=[step_of("create", "/a")]).undoable
