"""Which settings of a repository are honoured, and what takes the place of the others."""

from __future__ import annotations

import pytest

from servers.git.hardening import ALWAYS, Listed, environment, includes, listed, settings


def line(key: str, value: str, scope: str = "local") -> Listed:
    return Listed(scope, "/r/.git/config", key, value)


@pytest.mark.parametrize(
    ("key", "harmless"),
    [
        ("core.sshcommand", "ssh"),
        ("core.alternaterefscommand", ":"),
        ("diff.external", ""),
        ("diff.evil.textconv", ""),
        ("diff.evil.command", ""),
        ("filter.evil.clean", ""),
        ("filter.evil.smudge", ""),
        ("filter.evil.process", ""),
        ("filter.evil.required", "false"),
        ("merge.evil.driver", "false"),
        ("gpg.program", "gpg"),
        ("gpg.ssh.program", "ssh-keygen"),
        ("gpg.ssh.defaultkeycommand", ""),
        ("commit.gpgsign", "false"),
        ("remote.origin.uploadpack", "git-upload-pack"),
        ("remote.origin.receivepack", "git-receive-pack"),
        ("remote.origin.vcs", ""),
        ("submodule.x.update", "none"),
        ("trailer.sign.command", ""),
        ("trailer.sign.cmd", ""),
        ("interactive.difffilter", ""),
        ("pager.log", "false"),
        ("tar.x.command", ""),
        ("blame.ignorerevsfile", ""),
        ("core.protecthfs", "true"),
        ("fetch.fsck.skiplist", "/dev/null"),
        ("lfs.customtransfer.evil.path", ""),
        ("lfs.extension.evil.clean", ""),
        ("http.https://example.org.proxy", ""),
        ("http.extraheader", ""),
        ("http.sslverify", "true"),
        ("http.https://example.org.sslcainfo", ""),
        ("http.curloptresolve", ""),
        ("hook.evil.command", ""),
        ("novelty.of.next.year.command", ""),
        ("novelty.nexthelper", ""),
    ],
)
def test_a_dangerous_key_of_the_repository_gets_a_harmless_value(key: str, harmless: str) -> None:
    found = settings([line(key, "/tmp/evil")])
    assert dict(found.overrides)[key] == harmless
    assert found.replaced == (key,)


@pytest.mark.parametrize("scope", ["global", "system"])
def test_the_users_own_value_takes_its_place(scope: str) -> None:
    found = settings([line("filter.lfs.clean", "git-lfs clean -- %f", scope), line("filter.lfs.clean", "evil")])
    assert dict(found.overrides)["filter.lfs.clean"] == "git-lfs clean -- %f"


@pytest.mark.parametrize(
    "key",
    [
        "user.name",
        "core.autocrlf",
        "branch.main.merge",
        "remote.origin.url",
        "core.ignorecase",
        "http.postbuffer",
        "http.sslbackend",
    ],
)
def test_an_ordinary_key_is_left_alone(key: str) -> None:
    assert settings([line(key, "x")]).replaced == ()


def test_the_users_own_settings_are_left_alone() -> None:
    assert settings([line("core.sshcommand", "ssh -i key", "global")]).overrides == ALWAYS


def test_the_repositorys_credential_helpers_go_and_the_users_stay_in_order() -> None:
    found = settings(
        [
            line("credential.helper", "store", "global"),
            line("credential.https://example.org.helper", "cache", "global"),
            line("credential.helper", "!evil"),
        ]
    )
    assert found.overrides[:3] == (
        ("credential.helper", ""),
        ("credential.helper", "store"),
        ("credential.https://example.org.helper", "cache"),
    )


def test_the_listing_is_read_with_values_of_any_kind() -> None:
    output = b"local\0file:.git/config\0a.b\nx\ny\0command\0command line:\0c.d\0"
    assert list(listed(output)) == [Listed("local", ".git/config", "a.b", "x\ny"), Listed("command", "", "c.d", "true")]


@pytest.mark.parametrize(
    ("key", "scope", "depends"),
    [
        ("include.path", "local", True),
        ("includeif.onbranch:x.path", "global", True),
        ("includeif.gitdir:~/work/.path", "global", False),
        ("include.path", "global", False),
        ("user.name", "local", False),
    ],
)
def test_settings_that_depend_on_more_than_files_are_not_kept(key: str, scope: str, depends: bool) -> None:
    assert includes([line(key, "x", scope)]) is depends


def test_the_environment_is_the_processs_own_without_what_changes_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_CONFIG_PARAMETERS", "PAGER", "EDITOR"):
        monkeypatch.setenv(name, "/tmp/evil")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Alice")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    found = environment([("core.x", "y")], writes=False)
    assert "/tmp/evil" not in found.values()
    assert found["GIT_AUTHOR_NAME"] == "Alice"
    assert found["SSH_AUTH_SOCK"] == "/run/agent"
    assert (found["GIT_CONFIG_COUNT"], found["GIT_CONFIG_KEY_0"], found["GIT_CONFIG_VALUE_0"]) == ("1", "core.x", "y")
    assert found["GIT_OPTIONAL_LOCKS"] == "0"
    assert "GIT_OPTIONAL_LOCKS" not in environment((), writes=True)
