"""What waits survives every process of ours, one wish for each file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from app.clients import pending
from app.clients.changes import Wish
from app.clients.targets import Target, find_client, find_target
from app.core.errors import ClientConfigError


def test_a_wish_is_there_for_another_process(home: str, target: Target) -> None:
    pending.add(home, target, Wish("connect", ("filesystem",)))
    script = (
        "import sys; from app.clients import pending; "
        "print([(each.target().path, each.wish.what) for each in pending.waiting(sys.argv[1])])"
    )
    seen = subprocess.run([sys.executable, "-c", script, home], capture_output=True, text=True, check=True, timeout=60)
    assert seen.stdout.strip() == str([(target.path, "connect")])


def test_a_later_wish_for_the_same_file_takes_the_place_of_the_earlier(home: str, target: Target, config: Path) -> None:
    other = find_target(find_client("claude-desktop"), str(config.with_name("other.json")))
    pending.add(home, target, Wish("connect"))
    pending.add(home, other, Wish("connect"))
    pending.add(home, target, Wish("disconnect"))
    assert [(each.path, each.wish.what) for each in pending.waiting(home)] == [
        (other.path, "connect"),
        (target.path, "disconnect"),
    ]


def test_a_link_to_the_file_means_the_file(home: str, target: Target, config: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(config)
    pending.add(home, target, Wish("connect"))
    pending.add(home, find_target(find_client("claude-desktop"), str(tmp_path / "link")), Wish("disconnect"))
    assert [each.wish.what for each in pending.waiting(home)] == ["disconnect"]


def test_what_is_forgotten_waits_no_longer(home: str, target: Target) -> None:
    pending.forget(home, target)
    pending.add(home, target, Wish("connect"))
    pending.forget(home, target)
    assert pending.waiting(home) == []
    assert pending.find(home, target) is None


def test_a_failure_is_kept_with_the_wish(home: str, target: Target) -> None:
    pending.add(home, target, Wish("connect"))
    pending.failed(home, pending.waiting(home)[0], "the file is broken")
    assert [each.problem for each in pending.waiting(home)] == ["the file is broken"]


def test_the_list_is_for_its_owner_only(home: str, target: Target) -> None:
    pending.add(home, target, Wish("connect"))
    assert stat.S_IMODE(os.stat(os.path.join(home, "clients", "pending.json")).st_mode) == 0o600


def test_a_damaged_list_is_said(home: str, target: Target) -> None:
    pending.add(home, target, Wish("connect"))
    Path(home, "clients", "pending.json").write_text("[{")
    with pytest.raises(ClientConfigError, match="waiting changes"):
        pending.waiting(home)


def test_a_client_that_is_not_known_any_more_is_said(home: str, target: Target) -> None:
    pending.add(home, target, Wish("connect"))
    odd = msgspec.structs.replace(pending.waiting(home)[0], client="emacs")
    with pytest.raises(ClientConfigError, match="There is no client"):
        odd.target()
