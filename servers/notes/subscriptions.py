"""Notes that clients want to hear of: which files they are, and the word that one of them changed, whoever changed it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from servers.notes.index import keeping
from servers.notes.resources import URI, place_of
from servers.notes.vaults import vaults
from servers.runtime.safe.words import NotFoundError
from servers.runtime.templates import UriTemplate

if TYPE_CHECKING:
    from servers.runtime.call import Call
    from servers.runtime.server import Server
    from servers.runtime.subscriptions import Wanted

_START_SECONDS = 5.0
_template = UriTemplate(URI)


class Watching:
    """What the clients of a server want to hear of. Its `want` is what `Server.watch_resources` takes."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._uris: dict[str, list[str]] = {}
        self._lists = False
        self._guard = threading.Lock()

    def want(self, call: Call, wanted: Wanted) -> None:
        """Watch these from now on, and nothing else. Raises NotFoundError for what is no note's address here."""
        uris: dict[str, list[str]] = {}
        concerned: set[str] = set()
        for uri in wanted.uris:
            variables = _template.match(uri)
            if variables is None:
                raise NotFoundError(f"There is no resource {uri[:200]}")
            place = place_of(call, **variables)
            uris.setdefault(place.absolute, []).append(uri)
            concerned.add(place.vault.path)
        if wanted.lists:
            concerned.update(vault.path for vault in vaults(call))
        with self._guard:
            self._uris, self._lists = uris, wanted.lists
        if self._hear not in keeping.listeners:
            keeping.listeners.append(self._hear)
        self._look_after(call, concerned)

    def _look_after(self, call: Call, concerned: set[str]) -> None:
        for path in concerned:
            keeper = keeping.keeper_of(call, path)
            keeper.subscribed = True
            keeper.refresh(call)
            keeper.background.listening.wait(_START_SECONDS)  # what changes from the answer on is heard
        for keeper in keeping.keepers():
            keeper.subscribed = keeper.vault in concerned

    def _hear(self, paths: list[str], listed: bool) -> None:
        """Called by the index, on any thread."""
        with self._guard:
            told = [(uri, path) for path in paths for uri in self._uris.get(path, ())]
            lists = self._lists and listed
        for uri, path in told:
            self._server.resource_updated(uri, path)
        if lists:
            self._server.resources_changed()
