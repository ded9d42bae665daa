"""Calls over folders of the test's own, as tools of any server get them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.runtime.call import Call
from servers.runtime.safe.access import Folders
from servers.runtime.undo.store import UndoStore
from servers.runtime.wire import Access, CallOrder, Folder

MakeCall = Callable[..., Call]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """The folder that the tests grant."""
    path = tmp_path / "top"
    path.mkdir()
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[UndoStore]:
    """An undo store of the test's own."""
    found = UndoStore(str(tmp_path / "undo"))
    yield found
    found.close()


@pytest.fixture
def make_call(store: UndoStore) -> MakeCall:
    """`make_call((path, access), …)`: a call over these folders, with an undo store unless `undo=False`."""

    def make(*rows: tuple[Path, Access], undo: bool = True, order: CallOrder | None = None) -> Call:
        call = Call(1, order=order)
        call.folders = Folders(1, tuple(Folder(str(path), access) for path, access in rows), asked=order is not None)
        call.undo_store = lambda: store if undo else None
        return call

    return make


@pytest.fixture
def call(make_call: MakeCall, top: Path) -> Call:
    """A call over `top`, granted for writing."""
    return make_call((top, "write"))
