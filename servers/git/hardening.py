"""What git may be told by a repository, and what it may not: the environment that every run gets.

A setting of local or worktree scope that can execute a program, read or write a file elsewhere, or send something elsewhere is
replaced by the user's own value (global or system scope), else by a harmless one. Nothing else in this server decides that.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator

import msgspec

Entry = tuple[str, str]
"""A key as `git config --list` writes it (section and name in lower case, the middle as it is), and its value."""

ALWAYS: tuple[Entry, ...] = (
    ("core.fsmonitor", "false"),
    ("core.hookspath", os.devnull),
    ("core.quotepath", "false"),
    ("core.pager", "cat"),
    ("core.askpass", ""),
    ("core.editor", ":"),
    ("log.showsignature", "false"),
    ("safe.barerepository", "explicit"),
    ("protocol.ext.allow", "never"),
    ("color.ui", "false"),
    ("column.ui", "never"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("submodule.recurse", "false"),
    ("fetch.recursesubmodules", "false"),
    ("push.recursesubmodules", "no"),
    ("status.submodulesummary", "false"),
    ("diff.submodule", "short"),
    ("diff.noprefix", "false"),
    ("diff.mnemonicprefix", "false"),
    ("diff.suppressblankempty", "false"),
    ("diff.colormoved", "no"),
    ("i18n.logoutputencoding", "UTF-8"),
)
"""Settings that hold whatever any file says."""

_ALWAYS_PROGRAMS = ("core.fsmonitor", "core.hookspath", "core.pager", "core.editor", "core.askpass")
# (section, name) → the harmless value. The middle of a key (`filter.MIDDLE.clean`) is kept.
_HARMLESS: dict[Entry, str] = {
    ("core", "sshcommand"): "ssh",
    ("core", "gitproxy"): "",
    ("core", "alternaterefscommand"): ":",
    ("core", "attributesfile"): "~/.config/git/attributes",
    ("core", "excludesfile"): "~/.config/git/ignore",
    ("core", "protecthfs"): "true",
    ("core", "protectntfs"): "true",
    ("sequence", "editor"): ":",
    ("diff", "external"): "",
    ("diff", "command"): "",
    ("diff", "textconv"): "",
    ("diff", "orderfile"): os.devnull,
    ("filter", "clean"): "",
    ("filter", "smudge"): "",
    ("filter", "process"): "",
    ("filter", "required"): "false",
    # An empty driver ends a merge in the middle; one that fails leaves a conflict, which is what it is.
    ("merge", "driver"): "false",
    ("gpg", "program"): "gpg",
    ("gpg", "defaultkeycommand"): "",
    ("gpg", "allowedsignersfile"): "",
    ("gpg", "revocationfile"): "",
    ("commit", "gpgsign"): "false",
    ("commit", "template"): os.devnull,
    ("tag", "gpgsign"): "false",
    ("tag", "forcesignannotated"): "false",
    ("push", "gpgsign"): "false",
    ("remote", "uploadpack"): "git-upload-pack",
    ("remote", "receivepack"): "git-receive-pack",
    ("remote", "vcs"): "",
    ("remote", "proxy"): "",
    ("remote", "proxyauthmethod"): "",
    ("remote", "promisor"): "false",
    ("branch", "mergeoptions"): "",
    ("pull", "twohead"): "ort",
    ("pull", "octopus"): "octopus",
    ("submodule", "update"): "none",
    ("trailer", "command"): "",
    ("trailer", "cmd"): "",
    ("interactive", "difffilter"): "",
    ("tar", "command"): "",
    ("blame", "ignorerevsfile"): "",
    ("mailmap", "file"): "",
    ("fetch", "skiplist"): os.devnull,
    ("fsck", "skiplist"): os.devnull,
    ("hook", "command"): "",
    ("hook", "event"): "",
    ("hook", "enabled"): "false",
    ("lfs", "path"): "",
    ("lfs", "args"): "",
    ("lfs", "clean"): "",
    ("lfs", "smudge"): "",
    ("lfs", "standalonetransferagent"): "",
    ("http", "sslverify"): "true",
    ("http", "savecookies"): "false",
    ("http", "followredirects"): "initial",
    ("http", "emptyauth"): "false",
    ("http", "sslcertpasswordprotected"): "false",
    ("http", "proxysslcertpasswordprotected"): "false",
    ("http", "ssltry"): "false",
}
_GPG = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}
_WHOLE_SECTIONS = {"pager": "false", "alias": ""}
"""Sections of which every name is replaced; their harmless value where the table names none."""
# Of http, what decides whom git speaks to and what it sends; sizes and speeds are the repository's own business.
_HTTP = re.compile(
    r"(proxy.*|ssl(?!backend).*|cookiefile|savecookies|extraheader|curloptresolve|delegation|followredirects|emptyauth)$"
)
# Names that mean a program in every section git has had so far, and so most likely in those to come.
_PROGRAM = re.compile(r"(command|cmd|program|helper|driver|hook|editor|pager|askpass|textconv)$")
_UNKNOWN_TO_ENV = re.compile(r"[\n\0]")


class Settings(msgspec.Struct, frozen=True):
    """A repository's settings as far as this server needs them.

    `overrides` is what every run is given; `local` are all settings of local and worktree scope, the last value of each key;
    `replaced` names the local keys that are not honoured, for errors and for the curious.
    """

    overrides: tuple[Entry, ...]
    local: dict[str, str]
    replaced: tuple[str, ...]

    @property
    def not_honoured(self) -> list[str]:
        """The local keys that would have run a program or led elsewhere, for people."""
        return sorted({*self.replaced, *(key for key in _ALWAYS_PROGRAMS if key in self.local)})

    def local_keys(self, start: str) -> list[str]:
        """The keys of local and worktree scope that begin with `start`, for example `url.`."""
        return [key for key in self.local if key.startswith(start)]


class Listed(msgspec.Struct, frozen=True):
    """One line of `git config --list --show-scope --show-origin -z`; `origin` without `file:`, empty for others."""

    scope: str
    origin: str
    key: str
    value: str


def listed(output: bytes) -> Iterator[Listed]:
    """The lines of the listing. A key without a value is true (git-config(1), "Values")."""
    parts = os.fsdecode(output).split("\0")
    for scope, origin, line in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
        key, newline, value = line.partition("\n")
        yield Listed(
            scope, origin.removeprefix("file:") if origin.startswith("file:") else "", key, value if newline else "true"
        )


def settings(lines: Iterable[Listed]) -> Settings:
    """What to make of a repository's settings."""
    own: dict[str, str] = {}
    local: dict[str, str] = {}
    helpers: list[Entry] = []
    for line in lines:
        if line.scope in ("local", "worktree"):
            local[line.key] = line.value
        elif line.scope in ("system", "global"):
            own[line.key] = line.value
            if line.key.startswith("credential."):
                helpers.append((line.key, line.value))
    replaced = [key for key in local if _is_dangerous(key)]
    overrides = [(key, own.get(key, _harmless(key))) for key in replaced if not key.startswith("credential.")]
    if any(key.startswith("credential.") for key in replaced):
        overrides += [("credential.helper", ""), *helpers]
    return Settings((*overrides, *ALWAYS), local, tuple(replaced))


def _parts(key: str) -> tuple[str, str, str]:
    section, _, rest = key.partition(".")
    middle, _, name = rest.rpartition(".")
    return section.lower(), middle, name.lower()


def _is_dangerous(key: str) -> bool:
    section, _, name = _parts(key)
    if section in {"include", "includeif"}:
        return False  # cannot be taken back; what it includes is listed key by key
    return (
        (section, name) in _HARMLESS
        or section in _WHOLE_SECTIONS
        or section == "credential"
        or (section == "http" and _HTTP.match(name) is not None)
        or _PROGRAM.search(name) is not None
    )


def names_a_program(key: str) -> bool:
    """Whether the value of the key is a command that git would run."""
    section, _, name = _parts(key)
    return section == "filter" or _PROGRAM.search(name) is not None


def _harmless(key: str) -> str:
    section, middle, name = _parts(key)
    if (section, name) == ("gpg", "program"):
        return _GPG.get(middle, "gpg")
    return _HARMLESS.get((section, name), _WHOLE_SECTIONS.get(section, ""))


def includes(lines: Iterable[Listed]) -> bool:
    """Whether the settings depend on more than the files that were listed: then they are not kept from call to call."""
    for line in lines:
        section, condition, _ = _parts(line.key)
        if section == "include" and line.scope in ("local", "worktree"):
            return True
        if section == "includeif" and (line.scope in ("local", "worktree") or not condition.startswith("gitdir")):
            return True
    return False


_DROPPED = (
    "PAGER",
    "EDITOR",
    "VISUAL",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
    "LANGUAGE",
    "LESS",
    "LV",
    "TERM",
    "PREFIX",
)
_KEPT = re.compile(r"GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)$")
_FIXED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_MERGE_AUTOEDIT": "no",
    # A partial clone fetches what it misses by running a program that its own settings may name. Newer gits (2.45) can be told
    # not to; older ones find no protocol that they may use.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_FLUSH": "0",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
}


def environment(overrides: Iterable[Entry], *, writes: bool) -> dict[str, str]:
    """The environment of a run: the process's own without what changes git, and with `overrides` as settings of the command."""
    found = {
        name: value
        for name, value in os.environ.items()
        if (not name.upper().startswith("GIT_") or _KEPT.match(name))
        and name not in _DROPPED
        and not name.startswith("LC_")
    }
    found.update(_FIXED)
    if not writes:
        found["GIT_OPTIONAL_LOCKS"] = "0"
    if sys.platform == "win32":
        found["LC_ALL"] = "C"
    count = 0
    for key, value in overrides:
        if _UNKNOWN_TO_ENV.search(key):
            raise ValueError("a key with a line end cannot be replaced")
        found[f"GIT_CONFIG_KEY_{count}"] = key
        found[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    found["GIT_CONFIG_COUNT"] = str(count)
    return found
