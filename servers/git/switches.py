"""What git may do only where the user turned it on for the folder, and settings for one run that say so to git."""

from __future__ import annotations

import os

from servers.git.configuring import settings
from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.safe.names import shown
from servers.runtime.safe.words import RefusedError
from servers.runtime.wire import GitSwitch


def is_on(call: Call, repository: Repository, which: GitSwitch) -> bool:
    """Whether the row that governs the repository, and all that belongs to it, has the switch."""
    places = (repository.path, repository.git_dir, repository.common_dir)
    rows = [call.folders.require(place, "read", "use the repository") for place in dict.fromkeys(places)]
    return all(which in row.git for row in rows)


def require_remote(call: Call, repository: Repository, what: str) -> None:
    """Raises RefusedError where git may not speak to other computers."""
    if is_on(call, repository, "remote"):
        return
    row = call.folders.require(repository.path, "read", what)
    raise RefusedError(
        f"Cannot {what}: for {row.path} git may not speak to other computers. If this is wanted, ask the user to turn it on in "
        f'Doorkeep (doorkeep folders set "{row.path}" --git remote), or to do it themselves.',
        reason=f"git may not speak to other computers for {shown(row.path)}",
        folder=row.path,
        path=repository.path,
    )


def setting(call: Call, repository: Repository, key: str, value: str) -> dict[str, str]:
    """The environment of a run with one more setting, which wins over all others."""
    count = len(settings(call, repository).overrides)
    return {
        f"GIT_CONFIG_KEY_{count}": key,
        f"GIT_CONFIG_VALUE_{count}": value,
        "GIT_CONFIG_COUNT": str(count + 1),
    }


def hooks(call: Call, repository: Repository) -> dict[str, str]:
    """The environment of a run in which the repository's own hooks run, where the user turned them on; else empty."""
    if not is_on(call, repository, "hooks"):
        return {}
    own = settings(call, repository).local.get("core.hookspath", "")
    where = (
        os.path.join(repository.path, os.path.expanduser(own)) if own else os.path.join(repository.common_dir, "hooks")
    )
    return setting(call, repository, "core.hookspath", where)
