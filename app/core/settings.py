"""`doorkeep.toml`: what the user allows. Read by all, changed by programs only through `edit`.

No file means: nothing is allowed. A broken file means: the last good copy counts, loudly. A person's comments are never lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from app.bridge.home import account_home
from app.core.errors import SettingsError
from app.core.private_file import replace_private

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Access = Literal["off", "read", "ask", "write"]
Rule = Literal["allow", "ask", "off"]
GitSwitch = Literal["remote", "hooks", "create"]

ServerName = Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,30}$")]
ToolName = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
HeaderName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")]
HeaderValue = Annotated[str, msgspec.Meta(pattern=r"^[!-~]([\t -~]*[!-~])?\Z", max_length=8192)]
"""What every server takes in a field (RFC 9110 §5.5): ASCII, no line break, no space at either end."""
Reference = Annotated[str, msgspec.Meta(pattern=r"^secret:[a-z0-9][a-z0-9._-]{0,59}\Z")]
HostName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.:_-]{1,255}\Z")]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1)]

MAX_BYTES = 4 * 1024 * 1024
"""A larger `doorkeep.toml` is refused: ten thousand folders need about 1 MB."""


class FolderSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One `[[folders]]` table. `path` is absolute and real after loading; `servers` None means every built-in server.

    `git` turns on for repositories there what is off otherwise: `remote` (fetch, pull, push), `hooks` (their own programs).
    """

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    access: Access
    servers: tuple[ServerName, ...] | None = None
    reveal: tuple[str, ...] = ()
    git: tuple[GitSwitch, ...] = ()


class OAuthSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to sign in where the server does not say all of it. All may be left out.

    `client_id`: as it was registered there by hand, or the https address of a client's metadata document; `client_secret` goes
    with the former. `scope`: words asked for beside those that the server names. `port`: of the loopback address that the
    browser comes back to, where only one is registered; 0 takes a free one.
    """

    client_id: Annotated[str, msgspec.Meta(max_length=2048)] = ""
    client_secret: Reference | Literal[""] = ""
    scope: Annotated[str, msgspec.Meta(max_length=2048)] = ""
    port: Port = 0


class ServerSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One `[servers.NAME]` table: a built-in server (neither `command` nor `url`), a stdio command or a remote server.

    `tokens` is the git server's: which secret opens which host (`github.com`) over https. `cwd`: the folder in which a command
    runs, absolute or `~/…`; left out, the account's home.
    """

    enabled: bool = True
    tools: dict[ToolName, Rule] = {}
    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    cwd: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    url: str = ""
    auth: str = ""
    headers: dict[HeaderName, HeaderValue] = {}
    oauth: OAuthSetting = OAuthSetting()
    tokens: dict[HostName, Reference] = {}


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[limits]` table. Every number has a sane default and a lower bound of 1."""

    calls_per_minute: Count = 600
    """Per session."""
    in_flight: Count = 256
    """Calls of one session that may run or wait at the same time."""
    call_seconds: Count = 240
    """A call that takes longer is cancelled: Claude Desktop gives up at the same time."""
    ask_minutes: Count = 10
    """How long a question waits for its answer, and how long a yes lives."""
    result_chars: Count = 40_000
    third_party_result_chars: Count = 100_000
    result_bytes: Count = 900_000
    journal_days: Count = 90
    undo_megabytes: Count = 1000


class Updates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[updates]` table: whether to ask once a day for a newer version, and whom, if not the address of the build."""

    check: bool = False
    url: Annotated[str, msgspec.Meta(max_length=2048)] = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One accepted version of `doorkeep.toml`."""

    folders: tuple[FolderSetting, ...] = ()
    servers: dict[ServerName, ServerSetting] = {}
    limits: Limits = Limits()
    updates: Updates = Updates()


def settings_path(home: str) -> str:
    """Where the settings of `home` lie."""
    return os.path.join(home, "doorkeep.toml")


def signature(home: str) -> tuple[int, ...]:
    """What changes whenever the file does: (mtime_ns, ctime_ns, inode, size); empty where there is none. About 2 µs."""
    try:
        found = os.stat(settings_path(home))
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)


def expand(path: str) -> str:
    """The real, absolute form of a folder as a person wrote it. Raises SettingsError for a relative one."""
    if path == "~" or path.startswith(("~/", "~\\")):
        path = account_home() + path[1:]
    if not os.path.isabs(path) or "\0" in path:
        raise SettingsError(
            f"{path!r} is not an absolute path.",
            "A folder is granted by its full path, so that it means the same wherever Doorkeep runs.",
            "Write it as /home/… or ~/….",
        )
    return os.path.realpath(path)


def parse(text: str, where: str = "doorkeep.toml") -> Settings:
    """Settings from TOML text. Raises SettingsError that names the place."""
    import tomllib  # who only asks where the settings lie need not wait for it

    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{where} is not valid TOML: {error}.", *_BROKEN) from None
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where} says something that Doorkeep does not know: {error}.", *_UNKNOWN) from None
    seen: set[str] = set()
    folders: list[FolderSetting] = []
    for folder in settings.folders:
        real = expand(folder.path)
        if real in seen:
            raise SettingsError(f"{where} grants {real} twice.", *_BROKEN)
        seen.add(real)
        folders.append(msgspec.structs.replace(folder, path=real))
    for name, server in settings.servers.items():
        if server.command and server.url:
            raise SettingsError(f"{where} gives server {name} both a command and a url.", *_BROKEN)
        if server.cwd and not (server.command and os.path.isabs(os.path.expanduser(server.cwd))):
            raise SettingsError(f"{where} gives server {name} a cwd that is not absolute, or no command.", *_BROKEN)
        if (server.headers or server.oauth != OAuthSetting()) and not server.url:
            raise SettingsError(f"{where} gives server {name} headers, but no url to send them to.", *_BROKEN)
        if server.tokens and name != "git":
            raise SettingsError(f"{where} gives server {name} tokens for hosts, which only git takes.", *_BROKEN)
        if server.auth and any(header.lower() == "authorization" for header in server.headers):
            raise SettingsError(f"{where} gives server {name} both auth and an Authorization header.", *_BROKEN)
    return msgspec.structs.replace(settings, folders=tuple(folders))


_UNKNOWN = (
    "Until it is mended, the last good version counts.",
    "Open the file in an editor and mend that line; if a newer Doorkeep wrote it, install that one again.",
)
_BROKEN = ("Until it is mended, the last good version counts.", "Open the file in an editor and mend that line.")


def read_text(home: str) -> str | None:
    """The file's text, or None where there is none. Raises SettingsError where it cannot be read as UTF-8."""
    path = settings_path(home)
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", *_BROKEN) from None
    if len(content) > MAX_BYTES:
        raise SettingsError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MB.", *_BROKEN)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 at byte {error.start}.", *_BROKEN) from None


def load(home: str) -> Settings:
    """The settings as they lie on disk now; no file gives empty ones, which allow nothing. Raises SettingsError."""
    text = read_text(home)
    return Settings() if text is None else parse(text, settings_path(home))


_read_last: dict[str, tuple[tuple[int, ...], Settings]] = {}


def load_kept(home: str) -> Settings:
    """As `load`, but read anew only where the file changed since: ten thousand folders take a quarter of a second to read.

    For what only shows settings. Raises SettingsError.
    """
    seen = signature(home)
    kept = _read_last.get(home)
    if kept is None or kept[0] != seen:
        kept = (seen, load(home))
        _read_last.clear()
        _read_last[home] = kept
    return kept[1]


class SettingsFile:
    """The settings as the gateway lives by them: re-read when changed, numbered by generation, the last good ones kept."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.generation = 0
        self.settings = Settings()
        self.error: SettingsError | None = None
        self._signature: tuple[int, ...] | None = None

    def now(self) -> Settings:
        """The settings in force. Costs one stat while the file stays as it was; never raises: see `error`."""
        found = signature(self.home)
        if found != self._signature:
            self._signature = found
            self._accept()
        return self.settings

    def _accept(self) -> None:
        self.generation += 1
        try:
            text = read_text(self.home)
            self.settings = Settings() if text is None else parse(text, settings_path(self.home))
        except SettingsError as error:
            self.error = error
            if self.generation == 1:
                self.settings = self._last_good()
            return
        self.error = None
        try:
            replace_private(_last_good_path(self.home), text or "")
        except OSError as error:  # a full disk must not stop the door: only the copy for a broken file is missing
            self.error = SettingsError(f"The last good settings could not be kept: {error.strerror}.")

    def _last_good(self) -> Settings:
        try:
            with open(_last_good_path(self.home), encoding="utf-8") as file:
                return parse(file.read(MAX_BYTES))
        except (OSError, ValueError, SettingsError):
            return Settings()


def _last_good_path(home: str) -> str:
    return os.path.join(home, "doorkeep.last-good.toml")


def edit(home: str, fn: Callable[[TOMLDocument], Any], confirm: Callable[[], Any] | None = None) -> Settings:
    """Change the file: lock, read, apply `fn` to the document, check, replace atomically unless it changed meanwhile.

    Comments and order stay. `confirm` is called after the write and should return when the gateway lives by the new version.
    Raises SettingsError, or DoorkeepError for a newer release's home; then nothing was written. A person's editor saving in
    between makes us start over, at most 20 times.
    """
    from filelock import FileLock, Timeout

    from app.core.form import check

    check(home)
    os.makedirs(home, mode=0o700, exist_ok=True)
    path = settings_path(home)
    try:
        with FileLock(os.path.join(home, "doorkeep.toml.lock"), timeout=10):
            for _ in range(20):
                before = signature(home)
                text = read_text(home) or ""
                parse(text, path)
                changed = _applied(text, fn, path)
                settings = parse(changed, path)
                if changed == text and before:
                    break
                if replace_private(path, changed, unless=lambda then=before: signature(home) != then):
                    break
            else:
                raise SettingsError(
                    f"{path} keeps changing while Doorkeep edits it.", "Nothing was written.", "Try again."
                )
    except Timeout:
        raise SettingsError(
            f"{path} is being edited by another program.", "Nothing was written.", "Try again."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}.",
            "Nothing was changed.",
            "Check the disk and the folder's owner.",
        ) from None
    if confirm is not None:
        confirm()
    return settings


_TRY_AGAIN = ("Nothing was written.", "Try again.")


def _applied(text: str, fn: Callable[[TOMLDocument], Any], path: str) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        fn(document)
        return tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] # tomlkit is typed in part
    except TOMLKitError as error:
        raise SettingsError(f"{path} could not be changed: {error}.", *_BROKEN) from None
