"""What the git server's process, and every git that it starts, may touch on Linux: the granted folders, git itself, and the
user's own settings. What signing needs is opened only where the user's own settings sign, and the way to other computers only
where the user turned it on for a folder.

Done once, before the first thread; nothing of a repository is read here.
"""

from __future__ import annotations

import os
import subprocess

from servers.git import hardening
from servers.git.errors import GitError
from servers.git.program import program
from servers.runtime import confining, wire
from servers.runtime.safe import landlock

TEMPORARY = "git-temporary"
"""The folder in the undo store where a child keeps what it needs for a moment (a text to be signed)."""
_PATHS = (
    "core.excludesfile",
    "core.attributesfile",
    "commit.template",
    "gpg.ssh.allowedsignersfile",
    "mailmap.file",
    "http.sslcainfo",
    "http.sslcapath",
)
_SIGNS = ("commit.gpgsign", "tag.gpgsign", "user.signingkey", "gpg.ssh.defaultkeycommand")


def confine(policy: wire.Policy, undo_folder: str) -> None:
    """As `confining.confine`, and what git needs beside it."""
    _prepare_temporary(undo_folder)
    if not landlock.available():
        return
    users = _users_settings()
    remote = any("remote" in folder.git and folder.access != "off" for folder in policy.folders)
    confining.confine(
        policy,
        undo_folder,
        also_read=[*_settings_files(users), *(_remote_files() if remote else ())],
        also_write=[*_signing_folders(users), *([_home(".ssh", "known_hosts")] if remote else ())],
        also_run=[*_programs(users), *_folders_with_hooks(policy)],
        network=remote,
    )


def _prepare_temporary(undo_folder: str) -> None:
    """Children find their temporary folder in the undo store: of the system's own they may see nothing."""
    if not undo_folder:
        return
    folder = os.path.join(undo_folder, TEMPORARY)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
    except OSError:
        return
    os.environ["TMPDIR"] = folder


def _home(*names: str) -> str:
    return os.path.join(os.path.expanduser("~"), *names)


def _users_settings() -> list[hardening.Listed]:
    """The settings of the user and the system. None where git is not there: the first call will say so."""
    env = hardening.environment((), writes=False)
    found: list[hardening.Listed] = []
    for scope in ("--global", "--system"):
        try:
            run = subprocess.run(
                [program(), "config", scope, "--list", "--show-scope", "--show-origin", "--includes", "-z"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=20,
                check=False,
                env=env,
                cwd="/",
            )
        except (GitError, OSError, subprocess.TimeoutExpired):
            continue
        found += hardening.listed(run.stdout)
    return found


def _settings_files(users: list[hardening.Listed]) -> list[str]:
    """Files of the user's that git reads: its settings, what they include, and what they name."""
    config = os.environ.get("XDG_CONFIG_HOME") or _home(".config")
    found = [_home(".gitconfig"), os.path.join(config, "git"), "/etc/gitconfig", _home(".mailmap")]
    for line in users:
        found.append(os.path.expanduser(line.origin))
        if line.key in _PATHS or line.key.startswith(("include.", "includeif.")):
            found.append(os.path.expanduser(line.value))
        elif line.key == "user.signingkey" and line.value.startswith(("/", "~/")):
            found += [os.path.expanduser(line.value), os.path.expanduser(line.value).removesuffix(".pub")]
    return [path for path in dict.fromkeys(found) if os.path.isabs(path)]


def _folders_with_hooks(policy: wire.Policy) -> list[str]:
    """The user turned on for these folders that programs in them run: a repository's hooks."""
    return [folder.path for folder in policy.folders if "hooks" in folder.git and folder.access != "off"]


def _programs(users: list[hardening.Listed]) -> list[str]:
    """Where git itself lies, and the programs that the user's own settings name, such as a filter for large files."""
    import shutil

    try:
        found = [os.path.dirname(os.path.dirname(os.path.realpath(program())))]
    except GitError:
        return []
    for line in users:
        words = line.value.lstrip("!").split()
        path = shutil.which(os.path.expanduser(words[0])) if words and hardening.names_a_program(line.key) else None
        found += [path, os.path.realpath(path)] if path else []
    return list(dict.fromkeys(found))


def _signing_folders(users: list[hardening.Listed]) -> list[str]:
    """GnuPG locks files in its home when it signs."""
    if not any(line.key in _SIGNS for line in users):
        return []
    return [os.environ.get("GNUPGHOME") or _home(".gnupg")]


def _remote_files() -> list[str]:
    """What ssh, TLS and the usual credential helpers read of the system's and the user's."""
    system = (
        "hosts",
        "host.conf",
        "resolv.conf",
        "gai.conf",
        "services",
        "ssl",
        "pki",
        "ca-certificates",
        "crypto-policies",
        "ssh",
    )
    own = (".ssh", ".netrc", ".git-credentials", ".config/gh", ".config/git/credentials", ".cache/git/credential")
    found = [f"/etc/{name}" for name in system] + [_home(*name.split("/")) for name in own]
    return [*found, "/run/systemd/resolve", os.environ.get("SSH_AUTH_SOCK", "")]
