"""Repositories that hide where nobody expects one, or borrow the settings of another: read without running anything of theirs.

Each is shown to fire with plain git first.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.git.repository import find
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.conftest import Repo
from tests.servers.git.test_attacks import Trap, read_everything


def set_monitor(trap: Trap, git_dir: Path) -> None:
    config = git_dir / "config"
    config.write_text(config.read_text() + f"[core]\n\tfsmonitor = {trap.script}\n")


def embedded_bare(trap: Trap) -> Path:
    """A folder of the working tree that has the files of a bare repository, as any download can have."""
    place = trap.repo.path / "docs"
    shutil.copytree(trap.repo.path / ".git", place)
    (place / "work").mkdir()
    (place / "config").write_text(
        f"[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n\tworktree = work\n\tfsmonitor = {trap.script}\n"
    )
    return place


def git_file_to_a_folder_of_the_tree(trap: Trap) -> Path:
    """`.git` is a file that names a folder among the downloaded ones."""
    place = trap.repo.path / "project"
    place.mkdir()
    shutil.copytree(trap.repo.path / ".git", trap.repo.path / "assets")
    (trap.repo.path / "assets/config").write_text(f"[core]\n\tfsmonitor = {trap.script}\n")
    (place / ".git").write_text("gitdir: ../assets\n")
    return place


def settings_of_another_common_folder(trap: Trap) -> Path:
    """`commondir` names another folder, whose settings count."""
    common = trap.repo.path / "assets"
    shutil.copytree(trap.repo.path / ".git", common)
    (common / "config").write_text(f"[core]\n\tfsmonitor = {trap.script}\n")
    (trap.repo.path / ".git/commondir").write_text("../assets\n")
    return trap.repo.path


def linked_worktree(trap: Trap) -> Path:
    """A linked working tree has the settings of the main one, and of its own."""
    place = trap.repo.path.parent / "linked"
    trap.repo.git("worktree", "add", "-q", str(place))
    trap.config("extensions.worktreeConfig", "true")
    Repo(place).git("config", "--worktree", "core.fsmonitor", str(trap.script))
    return place


def nested_repository(trap: Trap) -> Path:
    inner = Repo(trap.repo.path / "vendor-code")
    inner.path.mkdir()
    inner.git("init", "-q", "-b", "main")
    inner.commit("Inside", a__txt="inside\n")
    set_monitor(trap, inner.path / ".git")
    return inner.path


PLACES = [
    embedded_bare,
    git_file_to_a_folder_of_the_tree,
    settings_of_another_common_folder,
    linked_worktree,
    nested_repository,
]


@pytest.fixture
def trap(repo: Repo, tmp_path: Path) -> Trap:
    place = tmp_path / "evil"
    place.mkdir()
    return Trap(repo, place)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_repository_in_an_odd_place_executes_nothing(place: Callable[[Trap], Path], trap: Trap, call: Call) -> None:
    where = place(trap)
    Repo(where / "work" if (where / "work").is_dir() else where).git("status", ok=tuple(range(256)))
    assert trap.mark.exists(), "the shape must fire with plain git, or this test proves nothing"
    trap.mark.unlink()
    read_everything(call, str(where))
    assert not trap.mark.exists()


GPG = [
    ("gpg.program", "openpgp"),
    ("gpg.openpgp.program", "openpgp"),
    ("gpg.x509.program", "x509"),
    ("gpg.ssh.program", "ssh"),
]
BEGINS = {"openpgp": "PGP SIGNATURE", "x509": "SIGNED MESSAGE", "ssh": "SSH SIGNATURE"}


@pytest.mark.parametrize(("key", "form"), GPG, ids=[key for key, _ in GPG])
def test_a_program_for_signatures_is_not_run_although_the_user_shows_them(
    key: str, form: str, trap: Trap, call: Call, guard: Path
) -> None:
    signers = trap.repo.path / "signers"
    signers.write_text("a@b ssh-ed25519 AAAA\n")
    trap.config(key, str(trap.script))
    trap.config("gpg.ssh.allowedSignersFile", str(signers))
    (guard / ".gitconfig").write_text("[log]\n\tshowSignature = true\n")
    tree = trap.repo.text("rev-parse", "HEAD^{tree}")
    person = "A <a@b> 1700000000 +0000"
    lines = f"gpgsig -----BEGIN {BEGINS[form]}-----\n \n iQ==\n -----END {BEGINS[form]}-----"
    commit = f"tree {tree}\nauthor {person}\ncommitter {person}\n{lines}\n\nsigned\n"
    oid = trap.repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=commit.encode()).decode().strip()
    trap.repo.git("update-ref", "HEAD", oid)
    trap.repo.git("log", "-1", ok=(0, 1, 128))
    assert trap.mark.exists()
    trap.mark.unlink()
    assert any("signed" in answer for answer in read_everything(call, str(trap.repo.path)))
    assert not trap.mark.exists()


def merge_driver(trap: Trap) -> list[str]:
    trap.config("merge.evil.driver", f"{trap.script} %O %A %B")
    trap.repo.write(".git/info/attributes", "*.txt merge=evil\n")
    return ["merge", "--no-edit", "other"]


def trailer(trap: Trap) -> list[str]:
    trap.config("trailer.sign.command", str(trap.script))
    trap.config("trailer.sign.key", "Signed")
    return ["interpret-trailers", "--trailer", "sign=x", "a.txt"]


def archive(trap: Trap) -> list[str]:
    trap.config("tar.evil.command", str(trap.script))
    return ["archive", "--format=evil", "HEAD"]


def checkout_filter(trap: Trap) -> list[str]:
    trap.config("filter.evil.smudge", str(trap.script))
    trap.repo.write(".git/info/attributes", "*.txt filter=evil\n")
    (trap.repo.path / "a.txt").unlink()
    return ["checkout", "--", "a.txt"]


def merge_strategy(trap: Trap) -> list[str]:
    trap.config("core.editor", str(trap.script))
    return ["commit", "--amend"]


@pytest.mark.parametrize(
    "shape", [merge_driver, trailer, archive, checkout_filter, merge_strategy], ids=lambda shape: shape.__name__
)
def test_whatever_git_is_asked_to_do_the_repositorys_programs_do_not_run(
    shape: Callable[[Trap], list[str]], trap: Trap, call: Call
) -> None:
    """The runner alone, asked for what no reading tool asks: the changing tools stand on it as well."""
    trap.repo.git("switch", "-q", "-c", "other")
    trap.repo.commit("Theirs", a__txt="THEIRS\n")
    trap.repo.git("switch", "-q", "main")
    trap.repo.commit("Ours", a__txt="OURS\n")
    command = shape(trap)
    copy = Repo(trap.repo.path.parent / "copy")
    shutil.copytree(trap.repo.path, copy.path)
    copy.git(*command, ok=tuple(range(256)))
    assert trap.mark.exists()
    trap.mark.unlink()
    with contextlib.suppress(ToolError):
        run(
            call,
            find(call, str(trap.repo.path)),
            command,
            writes=True,
            env={"EMAIL": "alice@example.org"},
            seconds=20.0,
        )
    assert not trap.mark.exists()
