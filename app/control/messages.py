"""What is said on a control connection after the hello: one JSON object a line.

A request `{"id":1,"call":"status","with":{…}}` is answered by `{"id":1,"ok":{…}}` or `{"id":1,"error":{…}}`;
who called `follow` also hears events, `{"event":"call","record":{…}}`, in between.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from app.control.frames import Refusal
from app.core.settings import HeaderName, HeaderValue, OAuthSetting

MAX_REQUEST = 1024 * 1024
"""Bytes of one request line."""

NOTHING = msgspec.Raw(b"{}")


class Request(msgspec.Struct, frozen=True):
    """`with_` stays bytes until the call is known."""

    id: int
    call: str
    with_: msgspec.Raw = msgspec.field(default=NOTHING, name="with")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of `ok` and `error`."""

    id: int
    ok: msgspec.Raw = msgspec.Raw()
    error: Refusal | None = None


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """What followers hear.

    `call`: `record` is a log record (contract). `server`: `server`, `state` and `words` of a server that started or ended,
    or whose tools became others than the user accepted (`changed`), or were looked at by the user (`accepted`),
    or that waits for the user to sign in (`sign-in`), or does so no more (`signed-in`).
    `gateway`: `state` is `paused`, `running` or `stopping`; or `trouble`, where the log could not be written or can be again,
    of which `status` says more. `refused`: process `pid` was kept out, `words` say why.
    `missed`: `count` events were left out because this follower reads too slowly; the log has them.
    """

    event: Literal["call", "server", "gateway", "refused", "missed"]
    record: msgspec.Raw = msgspec.Raw()
    server: str = ""
    state: str = ""
    words: str = ""
    pid: int = 0
    count: int = 0


class NoArguments(msgspec.Struct, frozen=True):
    """Of calls that need none."""


class Named(msgspec.Struct, frozen=True):
    """Of `restart_server`, `test_server`, `stop_look`, `forget_server` and `remove_secret`."""

    name: str


class Looking(msgspec.Struct, frozen=True):
    """Of `look_server`: start a server of others once and see what it says of itself.

    `command`, or `url` with perhaps `auth`, `headers` and `oauth`, where it is not set up yet.
    """

    name: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,30}$")]
    command: str = ""
    args: list[str] = []
    env: dict[str, str] = {}
    url: str = ""
    auth: str = ""
    headers: dict[HeaderName, HeaderValue] = {}
    oauth: OAuthSetting = OAuthSetting()


class Accepting(msgspec.Struct, frozen=True):
    """Of `accept_server`: `digest` names what the user was shown; `reviewed` false: trusted as found, and not looked at yet.

    Of `hide_changes`: what was shown is seen, and stays hidden.
    """

    name: str
    digest: str
    reviewed: bool = True


class Given(msgspec.Struct, frozen=True):
    """Of `answer`: the user's word on one question."""

    id: str
    answer: Literal["allow", "deny"]
    scope: Literal["once", "session", "folder", "tool"] = "once"


class Keeping(msgspec.Struct, frozen=True):
    """Of `set_secret` and `adopt_secret`. The value goes to the keychain and nowhere else."""

    name: str
    value: str


class Fetching(msgspec.Struct, frozen=True):
    """Of `adopted_secrets`: names of secrets that `adopt_secret` kept."""

    names: list[str]


class Stopping(msgspec.Struct, frozen=True):
    """Of `stop`: `stay` says that no client may start a gateway until the user does."""

    stay: bool = False


class Draining(msgspec.Struct, frozen=True):
    """Of `drain`: a program of a newer release asks the gateway to finish its calls and leave, so that one of `version` may follow."""

    version: str


class Pruning(msgspec.Struct, frozen=True):
    """Of `prune`: rows older than so many days go; None means the settings' own number."""

    days: int | None = None


class Joined(msgspec.Struct, frozen=True):
    """Either a whole answer or an event, told apart by `id`; what a client decodes each line into."""

    id: int | None = None
    ok: Any = None
    error: Refusal | None = None
    event: str = ""
    record: Any = None
    server: str = ""
    state: str = ""
    words: str = ""
    pid: int = 0
    count: int = 0
