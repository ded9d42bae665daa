"""A played door with a built-in server whose resources can be watched, and what its clients hear of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.fakes.door import MODERN_META, PIN, Client, Door, HandChild

SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
UPDATED = "notifications/resources/updated"
LISTED = "notifications/resources/list_changed"
LISTEN = "subscriptions/listen"


def install(builtin: str) -> None:
    """Ship the server `watched`."""
    capabilities = {"tools": {}, "resources": {"subscribe": True, "listChanged": True}}
    pin = {**PIN, "server": {**PIN["server"], "name": "watched", "capabilities": capabilities}}
    Path(builtin, "watched.json").write_text(json.dumps(pin))


class Watched:
    """The door, its clients of one server, and that server's end."""

    def __init__(self, door: Door) -> None:
        self.door = door

    @property
    def child(self) -> HandChild:
        return self.door.servers.children["watched"]

    def client(self, *, modern: bool) -> Client:
        return self.door.client(server="watched", meta=MODERN_META if modern else None)

    def asked(self) -> dict[str, Any]:
        """The newest stream that the server was asked for."""
        self.door.advance(0)
        return self.child.last(LISTEN)

    def agree(self) -> dict[str, Any]:
        """The server acknowledges the newest stream; gives what that asked for."""
        asked = self.asked()
        params = {"_meta": {SUBSCRIPTION: asked["id"]}, "notifications": asked["params"]["notifications"]}
        self._say("notifications/subscriptions/acknowledged", params)
        self.door.advance(0)
        return asked["params"]["notifications"]

    def refuse(self, words: str) -> None:
        asked = self.asked()
        self.door.say(lambda: self.child.give_error(asked, -32602, words))
        self.door.advance(0)

    def changed(self, uri: str, *paths: Path) -> None:
        """The server says that a resource changed."""
        params = {"_meta": {SUBSCRIPTION: self.child.last(LISTEN)["id"]}, "uri": uri}
        self._say(UPDATED, params, doorkeep={"paths": [str(path) for path in paths]})

    def list_changed(self) -> None:
        self._say(LISTED, {"_meta": {SUBSCRIPTION: self.child.last(LISTEN)["id"]}})

    def _say(self, method: str, params: dict[str, Any], **more: Any) -> None:
        self.door.say(lambda: self.child.say({"jsonrpc": "2.0", "method": method, "params": params, **more}))


def stream(client: Client, *uris: str, lists: bool = False) -> Any:
    """Ask for a stream; gives its id."""
    asked = {"resourceSubscriptions": list(uris), "resourcesListChanged": lists}
    return client.request(LISTEN, {"notifications": asked})


def heard(client: Client) -> list[str]:
    """The resources that a client was told of, in order."""
    return [params["uri"] for params in client.told(UPDATED)]
