"""The four ways to a server: one that is known, a bundle, a command of one's own, an address. Each asks, then says how to start it.

Knows no widget; `begin` runs in the background. No value of a secret comes here.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Container, Mapping
from typing import Any, NamedTuple, Protocol

from app.core.catalog import Known
from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting
from app.core.wanted import Answer, Wanted, complete
from app.ui.servers.telling import tr


class Begun(NamedTuple):
    """What to look at. `folder`: where a bundle was unpacked, to be taken away if it is not added."""

    setting: ServerSetting
    folder: str = ""


class Recipe(Protocol):
    """`name` is what the server will be called; empty where the person says so."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def about(self) -> str: ...

    def wanted(self, name: str) -> tuple[Wanted, ...]:
        """What it asks."""
        ...

    def begin(self, home: str, name: str, answers: Mapping[str, Answer]) -> Begun:
        """How it is started. Raises DoorkeepError for an answer that is missing or wrong."""
        ...


class KnownRecipe(NamedTuple):
    """A server of the catalog."""

    known: Known
    name: str

    @property
    def title(self) -> str:
        """As people call it."""
        return self.known.title

    @property
    def about(self) -> str:
        """What it is for."""
        return self.known.about

    def wanted(self, name: str) -> tuple[Wanted, ...]:
        """Its secrets and the rest."""
        return self.known.wanted

    def begin(self, home: str, name: str, answers: Mapping[str, Answer]) -> Begun:
        """The catalog's own words, filled in."""
        complete(self.title, self.known.wanted, answers)
        return Begun(self.known.setting(answers))


class BundleRecipe(NamedTuple):
    """A bundle that lies at `path`; its manifest was read before."""

    path: str
    name: str
    title: str
    about: str
    asks: tuple[Wanted, ...]
    author: str = ""
    page: str = ""

    def wanted(self, name: str) -> tuple[Wanted, ...]:
        """What its manifest asks."""
        return self.asks

    def begin(self, home: str, name: str, answers: Mapping[str, Answer]) -> Begun:
        """Unpacks it."""
        from app.core.bundles import installed, starting

        complete(self.title, self.asks, answers)
        manifest, folder = installed.install(home, self.path, name)
        try:
            return Begun(starting.setting_of(manifest, name, folder, answers), folder)
        except BaseException:
            installed.remove(home, folder)
            raise


def bundle_recipe(path: str, taken: Container[str]) -> BundleRecipe:
    """Reads a bundle's manifest. Blocks on disk; raises DoorkeepError."""
    from app.core.bundles import archive, starting

    manifest = archive.manifest_of(path)
    name = free_name(manifest.server_name(), taken)
    asks = starting.wanted_of(manifest, name)
    return BundleRecipe(
        path, name, manifest.title, manifest.description, asks, manifest.author.name[:100], manifest.page
    )


class CommandRecipe(NamedTuple):
    """A command of one's own."""

    name: str = ""

    @property
    def title(self) -> str:
        """What the form is headed by."""
        return tr("A command of my own")

    @property
    def about(self) -> str:
        """What that means."""
        return tr(
            "A program on this computer that speaks MCP on its standard input and output. It runs with your own rights."
        )

    def wanted(self, name: str) -> tuple[Wanted, ...]:
        """The command line, and what stands in its environment."""
        env = tr("One a line: NAME=value. For a secret: NAME=secret:github, with the secret kept in Secrets.")
        return (
            Wanted("command", tr("Command"), about=tr("As you would type it in a terminal.")),
            Wanted("env", tr("Variables"), about=env, many=True, needed=False),
        )

    def begin(self, home: str, name: str, answers: Mapping[str, Answer]) -> Begun:
        """Splits the line as a shell would, without one."""
        given = complete(self.title, self.wanted(name), answers)
        try:
            words = shlex.split(str(given["command"]), posix=sys.platform != "win32")
        except ValueError:
            raise DoorkeepError(tr("The command has a quotation mark without its partner.")) from None
        if not words:
            raise DoorkeepError(tr("There is no command."))
        env = given.get("env", [])
        variables = dict(_variable(line) for line in (env if isinstance(env, list) else [str(env)]))
        return Begun(ServerSetting(command=words[0], args=tuple(words[1:]), env=variables))


class UrlRecipe(NamedTuple):
    """A server at an address."""

    name: str = ""

    @property
    def title(self) -> str:
        """What the form is headed by."""
        return tr("A server on the net")

    @property
    def about(self) -> str:
        """What that means."""
        return tr(
            "It runs elsewhere and is reached by its address. What an app sends to its tools leaves this computer."
        )

    def wanted(self, name: str) -> tuple[Wanted, ...]:
        """The address, and how one signs in there."""
        token = tr("Leave it empty if it needs none, or if you sign in in the browser.")
        return (
            Wanted("url", tr("Address"), about="https://…"),
            Wanted("token", tr("Token"), "secret", about=token, needed=False),
            Wanted("oauth", tr("Sign in in the browser"), "switch", default=False),
        )

    def begin(self, home: str, name: str, answers: Mapping[str, Answer]) -> Begun:
        """The address and the way in."""
        given = complete(self.title, self.wanted(name), answers)
        url = str(given["url"])
        if not url.startswith(("https://", "http://")):
            raise DoorkeepError(tr("The address has to begin with https:// or http://."))
        auth = "oauth" if given["oauth"] else f"secret:{name}" if given.get("token") else ""
        return Begun(ServerSetting(url=url, auth=auth))


def free_name(name: str, taken: Container[str]) -> str:
    """The name, or the first one made of it that no server has: `github-2`."""
    found, number = name, 2
    while found in taken:
        found = f"{name[:27]}-{number}"
        number += 1
    return found


def looking(name: str, setting: ServerSetting) -> dict[str, Any]:
    """What the control call `look_server` takes."""
    import msgspec

    return {"name": name, **msgspec.to_builtins(setting)}


def _variable(line: str) -> tuple[str, str]:
    name, mark, value = line.strip().partition("=")
    if not mark or not name or " " in name:
        raise DoorkeepError(tr("“{line}” is no variable: write NAME=value.").format(line=line.strip()[:60]))
    return name, value
