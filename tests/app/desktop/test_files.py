"""Two files changing places, so that what stood there is never lost from sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desktop.files import displace


def test_the_old_file_lies_where_it_is_said(tmp_path: Path) -> None:
    new, target = tmp_path / "new", tmp_path / "target"
    new.write_text("new")
    target.write_text("old")
    lying = displace(str(new), str(target))
    assert lying is not None
    assert target.read_text() == "new"
    assert Path(lying).read_text() == "old"


def test_nothing_to_displace_is_said_and_nothing_is_done(tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.write_text("new")
    with pytest.raises(FileNotFoundError):
        displace(str(new), str(tmp_path / "target"))
    assert new.read_text() == "new"
    assert list(tmp_path.iterdir()) == [new]
