"""The shipped lists of sensitive and executed files, by example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.safe import patterns
from servers.runtime.safe.patterns import Matcher, Rule, executed, sensitive
from servers.runtime.wire import Folder

ROOT = Folder("/w", "write")


@pytest.mark.parametrize(
    "name",
    [".env", ".env.local", "sub/.ENV", "prod.env", "id_rsa", "id_ed25519", "server.pem", "server.KEY", ".ssh/config", ".aws/credentials",
     ".npmrc", ".git-credentials", "passwords.kdbx", "terraform.tfstate", ".kube/config", ".docker/config.json", ".gnupg/x/y",
     ".config/gcloud/access_tokens.db", "key4.db", ".bash_history", ".env ", ".env.", ".e\u200cnv", "\uff0eenv", "client_secret_1.json"],
)  # fmt: skip
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert sensitive(ROOT, f"/w/{name}")


@pytest.mark.parametrize(
    "name",
    [".env.example", ".env.sample", "environment.md", "id_rsa.pub", "keys.txt", "ssh.md", "config.json", "docker/config.json", "monkey",
     "pem", "aws/credentials", ".config/app/settings.json", "readme.md", "a/b/c.py", ""],
)  # fmt: skip
def test_an_ordinary_file_is_not_taken_for_a_secret(name: str) -> None:
    assert sensitive(ROOT, f"/w/{name}") == ""


def test_a_reason_names_the_pattern_and_why() -> None:
    assert sensitive(ROOT, "/w/x/server.pem") == "*.pem: private keys and certificates"


def test_a_folder_granted_by_name_is_not_held_against_its_files() -> None:
    assert sensitive(Folder("/home/me/.aws", "read"), "/home/me/.aws/config") == ""
    assert sensitive(Folder("/home/me", "read"), "/home/me/.aws/config")


@pytest.mark.parametrize(
    ("reveal", "path", "shown"),
    [
        (".env", "/w/.env", True),
        (".env", "/w/sub/.env", True),
        ("sub/.env", "/w/sub/.env", True),
        ("sub/.env", "/w/.env", False),
        ("*.pem", "/w/certs/a.pem", True),
        (".aws", "/w/.aws/config", True),
        (".aws/**", "/w/.aws/config", True),
        (".env", "/w/server.pem", False),
    ],
)
def test_the_user_reveals_single_files(reveal: str, path: str, shown: bool) -> None:
    assert (sensitive(Folder("/w", "read", reveal=(reveal,)), path) == "") is shown


@pytest.mark.parametrize(
    "path",
    ["/w/.git/config", "/w/.git", "/w/.GIT/hooks/pre-commit", "/w/GIT~1/config", "/w/.git /config", "/w/.g\u200cit/config", "/w/.envrc",
     "/w/.vscode/tasks.json", "/w/.idea/workspace.xml", "/w/.github/workflows/ci.yml", "/w/.claude/settings.json", "/w/.mcp.json",
     "/home/me/.bashrc", "/home/me/.config/autostart/x", "/w/x.desktop", "/w/Library/LaunchAgents/a.plist", "/w/sub/.husky/pre-commit",
     "/w/sitecustomize.py", "/w/.config/fish/config.fish", "/w/claude_desktop_config.json"],
)  # fmt: skip
def test_what_other_programs_execute_is_known(path: str) -> None:
    assert executed(path)


@pytest.mark.parametrize(
    "path",
    ["/w/.gitignore", "/w/.gitattributes", "/w/git/config", "/w/.vscode/notes.md", "/w/tasks.json", "/w/workflows/ci.yml", "/w/main.py",
     "/w/.github/ISSUE_TEMPLATE.md", "/w/Makefile", "/w/profile.md", "/w/config.fish"],
)  # fmt: skip
def test_ordinary_files_may_be_written(path: str) -> None:
    assert executed(path) == ""


@given(
    st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=8), min_size=1, max_size=4),
    st.integers(0, 3),
)
def test_a_match_anywhere_covers_everything_below(parts: list[str], position: int) -> None:
    parts.insert(min(position, len(parts)), ".git")
    assert executed("/" + "/".join(parts))


def test_a_matcher_takes_names_globs_and_chains() -> None:
    matcher = Matcher((Rule("why", ("exact", "pre*", "*.end", "a*z", "one/two"), ("pre-ok",)),))
    hits = {
        name: bool(matcher.why(name.split("/")))
        for name in ("exact", "prefix", "x.end", "abz", "az", "one/two", "x/one/two/y")
    }
    misses = {
        name: bool(matcher.why(name.split("/")))
        for name in ("exactly", "pre-ok", "end", "a", "z", "two", "two/one", "one/x/two")
    }
    assert (set(hits.values()), set(misses.values())) == ({True}, {False})


def test_every_shipped_pattern_is_folded_and_has_a_reason() -> None:
    for name in ("sensitive", "executed"):
        for rule in getattr(patterns.shipped(), name):
            assert 5 < len(rule.why) < 90
            for pattern in rule.match + rule.excepted:
                assert pattern == pattern.casefold().strip(), pattern
                assert pattern.count("*") <= 1, pattern
