"""Files in closed folders and secrets are not told about, and counted once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.git.judging import Judge
from servers.git.repository import find
from servers.runtime.wire import Access
from tests.servers.git.conftest import MakeCall, Repo


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("src/main.py", True),
        ("closed/main.py", False),
        ("closed", False),
        ("closed-not/main.py", True),
        (".env", False),
        ("deep/id_rsa", False),
        (".env.example", True),
        ("größe/\udcff", True),
    ],
)
def test_a_path_is_judged_where_it_would_lie(
    path: str, allowed: bool, make_call: MakeCall, top: Path, repo: Repo
) -> None:
    rows: list[tuple[Path, Access]] = [(top, "read"), (repo.path / "closed", "off")]
    call = make_call(*rows)
    judge = Judge(call, find(call, str(repo.path)))
    assert judge.allows(path) is allowed
    assert judge.left_out == (0 if allowed else 1)


def test_a_rename_needs_both_names_and_counts_once(make_call: MakeCall, top: Path, repo: Repo) -> None:
    call = make_call((top, "read"))
    judge = Judge(call, find(call, str(repo.path)))
    assert not judge.allows(".env", "settings")
    assert not judge.allows(".env", "settings")
    assert judge.left_out == 1
