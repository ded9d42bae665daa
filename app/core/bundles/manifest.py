"""The `manifest.json` of an MCP bundle (`.mcpb`, before `.dxt`): read, checked, and its questions in our own form.

What a bundle says of itself is a stranger's word: nothing in it is run, and no value in it may name one of the user's secrets.
"""

from __future__ import annotations

import re
import sys
from typing import Annotated, Literal

import msgspec

from app.core.errors import DoorkeepError
from app.core.secret_names import SIGN_IN
from app.core.wanted import Answer, Kind, Wanted

VERSIONS = ("0.1", "0.2", "0.3", "0.4", "1.0")
"""Revisions of the manifest's specification that are read; the differences between them lie in what is not needed here."""
MOST_BYTES = 1024 * 1024
MOST_OPTIONS = 64
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Platform = Literal["darwin", "win32", "linux"]


class Override(msgspec.Struct, frozen=True):
    """What is other on one system (`platform_overrides`)."""

    command: Text | None = None
    args: list[Text] | None = None
    env: dict[str, Text] = {}


class Running(msgspec.Struct, frozen=True):
    """How it is started (`mcp_config`)."""

    command: Text
    args: list[Text] = []
    env: dict[str, Text] = {}
    platform_overrides: dict[str, Override] = {}


class Server(msgspec.Struct, frozen=True):
    """The member `server`; only `uv` may leave `mcp_config` out."""

    type: Literal["node", "python", "binary", "uv"]
    entry_point: Text
    mcp_config: Running | None = None


class Option(msgspec.Struct, frozen=True):
    """One member of `user_config`."""

    type: Literal["string", "number", "boolean", "directory", "file"]
    title: Text
    description: Text = ""
    required: bool = False
    default: str | float | bool | list[str] | None = None
    multiple: bool = False
    sensitive: bool = False
    min: float | None = None
    max: float | None = None


class Author(msgspec.Struct, frozen=True):
    """Who made it, as it says itself."""

    name: Text = ""


class Compatibility(msgspec.Struct, frozen=True):
    """Where it runs; nothing said means everywhere."""

    platforms: list[Platform] | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What is needed of a manifest; other members are passed over."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    server: Server
    description: Text = ""
    display_name: Text = ""
    author: Author = Author()
    homepage: Text = ""
    documentation: Text = ""
    compatibility: Compatibility = Compatibility()
    user_config: dict[Key, Option] = {}
    manifest_version: str = ""
    dxt_version: str = ""

    @property
    def title(self) -> str:
        """What to call it before people."""
        return (self.display_name or self.name)[:80]

    @property
    def page(self) -> str:
        """A page about it that a browser may open, or empty."""
        return next((url for url in (self.documentation, self.homepage) if url.startswith("https://")), "")

    def server_name(self) -> str:
        """A name of ours made of its own: a to z, 0 to 9 and dash, at most 30."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:30].strip("-") or "bundle"

    def wanted(self, server: str) -> tuple[Wanted, ...]:
        """What it asks the user, those that are needed first. `server` is the name under which it is set up."""
        found = [_wanted(server, key, option) for key, option in self.user_config.items()]
        return tuple(sorted(found, key=lambda one: not one.needed))


_KINDS: dict[str, Kind] = {
    "string": "text", "number": "number", "boolean": "switch", "directory": "folder", "file": "file",
}  # fmt: skip


def _wanted(server: str, key: str, option: Option) -> Wanted:
    secret = option.sensitive and option.type == "string"
    return Wanted(
        name=key,
        title=option.title,
        kind="secret" if secret else _KINDS[option.type],
        about=option.description,
        many=option.multiple and not secret,
        needed=option.required,
        default=None if secret else _default(option),
        least=option.min,
        most=option.max,
        secret=secret_name(server, key) if secret else "",
    )


def _default(option: Option) -> Answer | None:
    """Variables in it are filled in when it is used (`starting.opened_default`)."""
    default = option.default
    if isinstance(default, list) and not option.multiple:
        return default[0] if default else None
    return default


def secret_name(server: str, key: str) -> str:
    """What a sensitive value is called in the keychain: `SERVER.KEY`, of at most 60 characters."""
    name = f"{server}.{re.sub(r'[^a-z0-9._-]', '-', key.lower())}"
    return (f"bundle-{name}" if name.startswith(SIGN_IN) else name)[:60]


def read_manifest(content: bytes) -> Manifest:
    """The manifest out of its JSON text. Raises DoorkeepError that says what is wrong with it."""
    try:
        found = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DoorkeepError(f"Its manifest.json is no manifest of a bundle: {error}.", *_NOT_ADDED) from None
    version = found.manifest_version or found.dxt_version
    if version not in VERSIONS:
        raise DoorkeepError(
            f"Its manifest is of version {version[:20] or '(none)'}, and {', '.join(VERSIONS)} are read here.",
            *_NOT_ADDED,
        )
    if found.server.mcp_config is None and found.server.type != "uv":
        raise DoorkeepError("Its manifest does not say how it is started (mcp_config).", *_NOT_ADDED)
    if len(found.user_config) > MOST_OPTIONS:
        raise DoorkeepError(f"It asks for more than {MOST_OPTIONS} things.", *_NOT_ADDED)
    names = [one.secret for one in found.wanted("x" * 30) if one.secret]
    if len(set(names)) < len(names):
        raise DoorkeepError("Two of the secrets that it asks for have the same name.", *_NOT_ADDED)
    platforms = found.compatibility.platforms
    if platforms is not None and sys.platform not in platforms:
        systems = {"darwin": "macOS", "win32": "Windows", "linux": "Linux"}
        made_for = ", ".join(systems[one] for one in platforms) or "no system"
        raise DoorkeepError(f"{found.title} is made for {made_for}, not for this system.", *_NOT_ADDED)
    return found


_NOT_ADDED = ("Nothing was added.", "Ask its maker for a bundle that fits, or set the server up by its command.")
