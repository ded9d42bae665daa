"""Small private files."""

from pathlib import Path

import pytest

from app.core.private_file import replace_private


def test_the_file_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert replace_private(str(path), "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_veto_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    assert not replace_private(str(path), "new", unless=lambda: True)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    replace_private(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_private(str(tmp_path / "a"), "x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
