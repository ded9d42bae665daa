"""Other repositories that git may speak to: those that the user has set up, over https and ssh, where it was turned on.

An address never comes from the model, and none that a repository's own settings redirect is used. Nothing prompts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from servers.git import lending
from servers.git.configuring import settings
from servers.git.errors import GitError
from servers.git.hardening import ALWAYS
from servers.git.repository import Repository
from servers.git.runner import Finished, run, run_outside
from servers.git.switches import require_remote
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import RefusedError

_ANY = tuple(range(256))
SECONDS = 220.0
"""How long one run that speaks to another computer may take: a call has 240."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}")
# git-fetch(1), "GIT URLS": the scp-like form has a colon before its first slash. One letter would be a drive of Windows.
_SCP = re.compile(r"(?:[A-Za-z0-9_.~+-]+@)?([A-Za-z0-9_][A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):(?!:)([^-].*)")
_MEANINGS = (
    (
        r"could not read (Username|Password)|Authentication failed|terminal prompts disabled|HTTP 40[13]|403 Forbidden",
        (
            "The other side wants to know who asks, and git has nothing to show. Ask the user to set up a credential helper or "
            "key, or a token for that host in Doorkeep ([servers.git.tokens])."
        ),
    ),
    (
        r"Host key verification failed|authenticity of host",
        "ssh does not know that computer yet. Ask the user to connect to it once themselves, so that they can check its key.",
    ),
    (
        r"Permission denied \(|publickey|Could not read from remote repository",
        "The other side did not let git in. Ask the user whether their key is loaded (ssh-add -l) and has access.",
    ),
    (
        r"Could not resolve host|Connection refused|Connection timed out|Failed to connect|Network is unreachable|Couldn't connect",
        "The other computer cannot be reached. Ask the user whether this one is online.",
    ),
    (
        r"[Rr]epository.*not found|does not appear to be a git repository",
        "There is no such repository on the other side.",
    ),
)


class Remote(msgspec.Struct, frozen=True):
    """A remote that may be spoken to. `place` is its address for people, without any name or password in it; `host` is whom
    a token may be for, with its port where that is not the usual one: empty for all but https."""

    name: str
    place: str
    protocols: str
    host: str = ""


def remote(call: Call, repository: Repository, name: str, what: str, *, push: bool = False) -> Remote:
    """The remote `name`, if git may speak to it. Raises ToolError."""
    require_remote(call, repository, what)
    if not _NAME.fullmatch(name) or ".." in name:
        raise ToolError(
            f"`remote` must be the name of a remote that the user has set up, not an address: {shown(name)[:100]}"
        )
    own = settings(call, repository)
    if own.local_keys("url."):
        raise RefusedError(
            f"Cannot {what}: the repository's own settings redirect addresses (url.….insteadOf), which is not followed. "
            "Ask the user to look at them: git config --local --get-regexp ^url"
        )
    command = ["remote", "get-url", "--all", *["--push"] * push, name]
    found = run(call, repository, command, ok=(0, 2, 128))
    if found.code:
        raise GitError(f"There is no remote {name}. The user has set up: {_known(call, repository) or 'none'}.")
    addresses = found.text.split("\n")
    if len(addresses) != 1:
        raise RefusedError(f"Cannot {what}: the remote {name} has {len(addresses)} addresses. Ask the user to do it.")
    place, protocols = checked(addresses[0], what)
    return Remote(name, place, protocols, host_of(addresses[0]) if protocols == "https" else "")


def _known(call: Call, repository: Repository) -> str:
    return ", ".join(shown(name) for name in run(call, repository, ["remote"]).text.split("\n") if name)


def checked(address: str, what: str) -> tuple[str, str]:
    """An address for people, and the protocols that git may use for it. Raises RefusedError for any but https and ssh.

    http passes only to this computer itself.
    """
    from urllib.parse import urlsplit  # imported here: most processes never speak to anybody

    scp = _SCP.fullmatch(address)
    if scp is not None and "://" not in address:
        return f"{scp[1]}:{shown(scp[2])}", "ssh"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    usable = bool(host) and not host.startswith("-") and not parts.path.startswith("/-")
    place = f"{parts.scheme}://{host}{shown(parts.path)}"
    if usable and parts.scheme in ("https", "ssh"):
        return place, parts.scheme
    if usable and parts.scheme == "http" and _is_here(host):
        return place, "http"
    kind = parts.scheme if re.fullmatch(r"[a-z+]{1,10}", parts.scheme) else "another kind"
    raise RefusedError(
        f"Cannot {what}: the remote's address is of {kind}, and git speaks to others only by https and ssh here. "
        "Ask the user to do it themselves."
    )


def host_of(address: str) -> str:
    """Whom an https address names, as `Remote.host`."""
    from urllib.parse import urlsplit

    return lending.host_key(urlsplit(address).netloc.rpartition("@")[2])


def _is_here(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def speak(
    call: Call, repository: Repository, other: Remote, args: Sequence[str], *, ok: Sequence[int] = (0,), **env: str
) -> Finished:
    """Run git where it may speak to `other`, with the token that the user keeps for it, if any. Raises GitError in words for
    what usually goes wrong there."""

    def runs(given: dict[str, str], inherits: tuple[int, ...]) -> Finished:
        return run(call, repository, args, env=given, writes=True, ok=_ANY, seconds=SECONDS, inherits=inherits)

    return _spoken(call, other, args[0], runs, env, len(settings(call, repository).overrides), ok)


def speak_outside(call: Call, other: Remote, args: Sequence[str]) -> Finished:
    """The same where there is no repository yet."""

    def runs(given: dict[str, str], inherits: tuple[int, ...]) -> Finished:
        return run_outside(call, args, env=given, ok=_ANY, seconds=SECONDS, inherits=inherits)

    return _spoken(call, other, args[0], runs, {}, len(ALWAYS), (0,))


def _spoken(
    call: Call,
    other: Remote,
    what: str,
    runs: Callable[[dict[str, str], tuple[int, ...]], Finished],
    env: dict[str, str],
    others: int,
    ok: Sequence[int],
) -> Finished:
    given = {"GIT_ALLOW_PROTOCOL": other.protocols, "SSH_ASKPASS_REQUIRE": "never", **env}
    token = lending.token_for(call, other.host)
    with lending.lent(token, hooks=bool(env)) as found:
        done = runs(lending.environment(found, given, others), found.descriptors)
    if done.code in ok:
        return done
    start = f"Cannot {what} with {other.name} ({other.place}). "
    if found.problem:
        raise GitError(f"{start}Its token could not be had: {found.problem}")
    if token is not None and found.times and re.search(_MEANINGS[0][0], done.stderr):
        raise GitError(
            f"{start}{token.host} did not take the token in the secret {token.secret}. Ask the user whether it is still good and may "
            f"do this; a new one is set with: doorkeep secrets set {token.secret} (git: {_said(done.stderr)})"
        )
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, done.stderr):
            raise GitError(f"{start}{meaning} (git: {_said(done.stderr)})")
    raise GitError(f"{start}git says: {_said(done.stderr)}")


def _said(stderr: str) -> str:
    """git's last words on one line; an address in them loses its name and password."""
    lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("hint:")]
    words = shown(" ".join(line.strip() for line in lines[-4:]))
    return re.sub(r"(://)[^/@\s']*@", r"\1", words)[:600]
