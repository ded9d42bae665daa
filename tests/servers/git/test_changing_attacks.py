"""Shapes of hostile repositories against the changing tools. Each is shown to fire with plain git first.

The tools run in this process, so that the kernel's wall (Landlock) cannot hide a hole in the hardening.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.git.fetch import git_fetch
from servers.git.pull import git_pull
from servers.git.push import git_push
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.git.changing import Hands, change_id
from tests.servers.git.conftest import MakeRepo, Repo
from tests.servers.git.remoting import Pair, cloned, hands_with
from tests.servers.git.test_attacks import Trap

Shape = tuple[Callable[[Trap], None], list[list[str]]]


def hook(name: str) -> Callable[[Trap], None]:
    return lambda trap: trap.hook(name)


def setting(key: str, value: str = "") -> Callable[[Trap], None]:
    return lambda trap: trap.config(key, value or str(trap.script))


def several(*steps: Callable[[Trap], None]) -> Callable[[Trap], None]:
    def do(trap: Trap) -> None:
        for step in steps:
            step(trap)

    return do


def attribute(line: str) -> Callable[[Trap], None]:
    return lambda trap: trap.repo.write(".git/info/attributes", line + "\n") and None


def hooks_path(trap: Trap) -> None:
    trap.repo.write("hooks/pre-commit", trap.script.read_bytes()).chmod(0o755)
    trap.config("core.hooksPath", "hooks")


FILTERED = attribute("*.txt filter=evil")
COMMIT = ["commit", "-q", "--allow-empty", "-am", "plain"]
SHAPES: dict[str, Shape] = {
    **{name: (hook(name), [COMMIT]) for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")},
    "post-rewrite": (hook("post-rewrite"), [["commit", "-q", "--amend", "--no-edit"]]),
    "post-checkout": (hook("post-checkout"), [["switch", "-q", "--discard-changes", "side"]]),
    "post-index-change": (hook("post-index-change"), [["add", "-A"]]),
    "reference-transaction": (hook("reference-transaction"), [["branch", "plain"]]),
    "core.hooksPath": (hooks_path, [COMMIT]),
    "fsmonitor": (setting("core.fsmonitor"), [["add", "-A"]]),
    "filter.clean": (several(FILTERED, setting("filter.evil.clean")), [["add", "-A"]]),
    "filter.smudge": (several(FILTERED, setting("filter.evil.smudge")), [["restore", "."]]),
    "filter.process": (several(FILTERED, setting("filter.evil.process")), [["add", "-A"]]),
    "filter, required": (
        several(FILTERED, setting("filter.evil.clean"), setting("filter.evil.required", "true")),
        [["add", "-A"]],
    ),
    "gpg.program": (several(setting("commit.gpgSign", "true"), setting("gpg.program")), [COMMIT]),
    "gpg.ssh.program": (
        several(
            setting("commit.gpgSign", "true"),
            setting("gpg.format", "ssh"),
            setting("gpg.ssh.program"),
            setting("user.signingKey", "key::ssh-ed25519 AAAA"),
        ),
        [COMMIT],
    ),
    "gpg.ssh.defaultKeyCommand": (
        several(setting("commit.gpgSign", "true"), setting("gpg.format", "ssh"), setting("gpg.ssh.defaultKeyCommand")),
        [COMMIT],
    ),
    "editor": (setting("core.editor"), [["commit", "-q", "--allow-empty"]]),
    "external diff": (several(setting("diff.external")), [["diff"]]),
    "textconv": (several(attribute("*.txt diff=evil"), setting("diff.evil.textconv")), [["diff"]]),
    "merge driver": (
        several(attribute("*.txt merge=evil"), setting("merge.evil.driver")),
        [["stash", "push", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"], ["merge", "-q", "other"]],
    ),
}


@pytest.fixture
def trap(repo: Repo, tmp_path: Path) -> Trap:
    """On main, with changed files; `side` and `other` have another a.txt."""
    place = tmp_path / "trap"
    place.mkdir()
    for branch in ("side", "other"):
        repo.git("switch", "-q", "-c", branch, "main")
        repo.commit(branch, a__txt=f"{branch}\n", c__txt=f"{branch}\n")
    repo.git("switch", "-q", "main")
    repo.commit("Later", a__txt="later\n")
    repo.write("a.txt", "mine\nand more\n")
    repo.write("new.txt", "new\n")
    return Trap(repo, place)


def all_deeds(hands: Hands) -> list[str]:
    """Everything that the changing tools can do here, one after the other; the deeds that were refused, in words."""
    done: list[str] = []
    steps: dict[str, Callable[[], str]] = {
        "intent": lambda: hands.stage("new.txt", action="intent"),
        "stage a hunk": lambda: hands.stage("a.txt", hunks=[1]),
        "unstage a hunk": lambda: hands.stage("a.txt", action="unstage", hunks=[1]),
        "stage": lambda: hands.stage("."),
        "unstage": lambda: hands.stage(".", action="unstage"),
        "commit paths": lambda: hands.commit("One", paths=["a.txt"]),
        "stage again": lambda: hands.stage("."),
        "commit": lambda: hands.commit("Two"),
        "amend": lambda: hands.commit("Three", amend=True),
        "branch": lambda: hands.branch("create", "topic"),
        "rename": lambda: hands.branch("rename", "topic", new_name="subject"),
        "delete": lambda: hands.branch("delete", "subject"),
        "tag": lambda: hands.tag("create", "v1", message="first"),
        "untag": lambda: hands.tag("delete", "v1"),
        "switch": lambda: hands.switch("side"),
        "switch on": lambda: hands.switch("fresh", create=True),
        "change": lambda: str(hands.repo.write("a.txt", "changed\n")),
        "restore": lambda: hands.restore("a.txt"),
        "restore a commit": lambda: hands.restore(".", source="main", staged=True),
        "stash": lambda: hands.stash("push", untracked=True),
        "show": lambda: hands.stash("show"),
        "pop": lambda: hands.stash("pop"),
        "stash again": lambda: hands.stash("push"),
        "move on": lambda: hands.commit("Four", allow_empty=True),
        "apply": lambda: hands.stash("apply"),
        "switch and stash": lambda: hands.switch("other", on_dirty="stash"),
        "drop": lambda: hands.stash("drop"),
    }
    refused: list[str] = []
    for name, step in steps.items():
        try:
            text = step()
        except ToolError as error:
            refused.append(f"{name}: {error.text}")
        else:
            if text.startswith("changed=yes change_id="):
                done.append(change_id(text))
    for one in reversed(done[-6:]):
        try:
            hands.undo(one, force=True)
        except ToolError as error:
            refused.append(f"undo: {error.text}")
    return refused


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_of_the_repository_s_is_run_by_any_change(call: Call, identity: Path, trap: Trap, shape: str) -> None:
    prepare, plain = SHAPES[shape]
    prepare(trap)
    copy = Repo(trap.repo.path.parent / "copy")
    trap.repo.git("-c", "core.fsmonitor=false", "status")
    _copy(trap.repo.path, copy.path)
    for command in plain:
        copy.git(*command, ok=tuple(range(256)))
    assert trap.mark.exists(), "plain git does run it"
    trap.mark.unlink()
    refused = all_deeds(Hands(call, trap.repo))
    assert not trap.mark.exists()
    assert refused == []


def _copy(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target, symlinks=True)


def test_a_template_of_the_repository_s_is_not_read(call: Call, identity: Path, trap: Trap, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("outside\n")
    trap.config("commit.template", str(tmp_path / "secret"))
    assert all_deeds(Hands(call, trap.repo)) == []
    assert "outside" not in trap.repo.text("log", "--all", "--format=%B")


def submodule_filter(trap: Trap, inner: Repo) -> None:
    inner.config("filter.evil.clean", str(trap.script))
    inner.write(".git/info/attributes", "* filter=evil\n")
    inner.write("f", "Y")


def submodule_fsmonitor(trap: Trap, inner: Repo) -> None:
    inner.config("core.fsmonitor", str(trap.script))


@pytest.mark.parametrize("prepare", [submodule_filter, submodule_fsmonitor])
def test_no_program_of_a_submodule_is_run(
    call: Call, identity: Path, trap: Trap, make_repo: MakeRepo, prepare: Callable[[Trap, Repo], None]
) -> None:
    inner = make_repo("inner", path=trap.repo.path / "inner")
    commit = inner.commit("x", f="x")
    trap.repo.write(".gitmodules", '[submodule "inner"]\n\tpath = inner\n\turl = ./inner\n\tignore = none\n')
    trap.repo.git("add", ".gitmodules")
    trap.repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},inner")
    trap.repo.git("commit", "-q", "-m", "submodule")
    trap.repo.git("branch", "-q", "-f", "side", "HEAD~1")
    prepare(trap, inner)
    trap.repo.git("status")
    assert trap.mark.exists(), "plain git does run it"
    trap.mark.unlink()
    refused = all_deeds(Hands(call, trap.repo))
    assert not trap.mark.exists()
    # A submodule that is in one of two commits only stops git's own stash; all else works beside it.
    assert {words.partition(":")[0] for words in refused} <= {"pop", "stash again", "apply", "drop", "show"}


REMOTE: dict[str, Callable[[Trap], None]] = {
    "uploadpack": setting("remote.origin.uploadpack"),
    "receivepack": setting("remote.origin.receivepack"),
    "vcs": several(setting("remote.origin.vcs", "evil")),
    "credential helper": setting("credential.helper", "!echo run >> MARK; true"),
    "askpass": setting("core.askPass"),
    "pre-push": hook("pre-push"),
    "reference-transaction": hook("reference-transaction"),
    "alternate refs": setting("core.alternateRefsCommand"),
    "post-merge": hook("post-merge"),
    "fsmonitor": setting("core.fsmonitor"),
}


@pytest.fixture
def pair(repo: Repo, tmp_path: Path) -> Iterator[Pair]:
    with cloned(repo, tmp_path / "outside") as pair:
        yield pair


@pytest.mark.parametrize("shape", REMOTE)
def test_nothing_of_the_repository_s_is_run_by_speaking_to_a_remote(
    call: Call, identity: Path, pair: Pair, top: Path, tmp_path: Path, shape: str
) -> None:
    place = tmp_path / "trap"
    place.mkdir()
    trap = Trap(pair.here, place)
    REMOTE[shape](trap)
    if shape == "credential helper":
        trap.config("credential.helper", f"!echo run >> '{trap.mark}'; true")
    pair.publish("Theirs", a__txt="theirs\n")
    hands = hands_with(call, pair.here, top, "remote")
    for refuses in (True, False):
        pair.server.refuses = refuses
        for tool in (git_fetch, git_pull, git_push):
            try:
                hands.do(tool)
            except ToolError:
                assert refuses or shape == "vcs"
    assert not trap.mark.exists()


@pytest.mark.parametrize(
    "address", ["ext::{script} x", "{script}", "file://{there}", "{there}", "ssh://-oProxyCommand={script}/x"]
)
def test_an_address_of_the_repository_s_runs_nothing(
    call: Call, pair: Pair, top: Path, tmp_path: Path, address: str
) -> None:
    place = tmp_path / "trap"
    place.mkdir()
    trap = Trap(pair.here, place)
    where = pair.there.path
    (where / "hooks").mkdir(exist_ok=True)
    (where / "hooks/update").write_bytes(trap.script.read_bytes())
    (where / "hooks/update").chmod(0o755)
    trap.config("remote.origin.url", address.format(script=trap.script, there=where))
    trap.config("protocol.ext.allow", "always")
    trap.config("protocol.file.allow", "always")
    pair.here.commit("Mine", c__txt="c\n")
    hands = hands_with(call, pair.here, top, "remote")
    for tool in (git_fetch, git_pull, git_push):
        with pytest.raises(ToolError, match="only by https and ssh"):
            hands.do(tool)
    assert not trap.mark.exists()


def test_an_ssh_command_of_the_repository_s_is_not_run(call: Call, pair: Pair, top: Path, tmp_path: Path) -> None:
    place = tmp_path / "trap"
    place.mkdir()
    trap = Trap(pair.here, place)
    trap.config("core.sshCommand", str(trap.remote))
    trap.config("remote.origin.url", "ssh://127.0.0.1:1/x")
    pair.here.git("fetch", "-q", ok=(128,))
    assert trap.mark.exists(), "plain git does run it"
    trap.mark.unlink()
    hands = hands_with(call, pair.here, top, "remote")
    for tool in (git_fetch, git_push):
        with pytest.raises(ToolError):
            hands.do(tool)
    assert not trap.mark.exists()
