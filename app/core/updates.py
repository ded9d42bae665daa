"""Whether there is a newer version, if the person turned the question on. It shows and never downloads; once a day at most by itself.

What was found lies in `HOME/updates.json`; losing it costs one more question.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from typing import Any, Literal, NamedTuple

import msgspec

from app.core.private_file import replace_private
from app.core.settings import Settings, load
from app.core.web import WebError, check, get
from app.version import VERSION

DAY = 86_400.0
MOST_BYTES = 64 * 1024
MOST_NOTES = 4000
MOST_LINK = 500
BAKED = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "resources", "updates.url"
)
"""A build may put the address there that it was made for; without it, and without one in the settings, nothing is asked."""

_VERSION = re.compile(
    r"v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:[-._]?(dev|a|alpha|b|beta|c|rc|pre|preview)[-._]?(\d{0,9}))?(?:\+[0-9a-z.-]{1,40})?",
    re.ASCII | re.IGNORECASE,
)
_RANK = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2}
_LAST_RANK = 4
State = Literal["unset", "off", "never", "failed", "current", "newer"]


class Release(msgspec.Struct, frozen=True):
    """What the address tells: the latest version, what is new in it (plain text), and where it is to be had (https)."""

    version: str
    notes: str = ""
    link: str = ""


class Kept(msgspec.Struct, omit_defaults=True):
    """What was asked last: `asked_at` seconds since 1970, of which address, what came of it; `told`: the version that was told of."""

    asked_at: float = 0.0
    url: str = ""
    release: Release | None = None
    problem: str = ""
    told: str = ""


class News(NamedTuple):
    """How it stands. `state`: no address (`unset`), switched off, not asked yet, failed, this is the latest, or a newer one is there."""

    state: State
    url: str = ""
    asked_at: float = 0.0
    release: Release | None = None
    problem: str = ""


def address(settings: Settings) -> str:
    """Whom to ask: the settings' own address, else the build's, else nobody (empty)."""
    return settings.updates.url or _baked()


def _baked() -> str:
    try:
        with open(BAKED, encoding="ascii") as file:
            return file.read(4096).strip()
    except (OSError, ValueError):
        return ""


def news(home: str, settings: Settings) -> News:
    """What is known without asking. Reads one small file."""
    url = address(settings)
    if not url:
        return News("unset")
    kept = _load(home)
    if not kept.asked_at or kept.url != url:
        return News("never" if settings.updates.check else "off", url)
    state: State = "failed" if kept.problem else "current"
    if kept.release is not None and newer(kept.release.version):
        state = "newer"
    elif not settings.updates.check:
        state = "off"
    return News(state, url, kept.asked_at, kept.release, kept.problem)


def due(home: str, settings: Settings, now: float | None = None) -> bool:
    """Whether it is time to ask by itself: switched on, an address known, and none asked within the last day."""
    url = address(settings)
    if not settings.updates.check or not url:
        return False
    kept = _load(home)
    passed = (time.time() if now is None else now) - kept.asked_at
    return kept.url != url or not 0 <= passed < DAY


def ask(home: str, now: float | None = None) -> News:
    """Ask now and keep what was found. Blocks for some 20 s at most; what went wrong is in the news. Raises SettingsError, WebError."""
    settings = load(home)
    url = address(settings)
    if not url:
        raise WebError(
            "This build has no address to ask for new versions.",
            "",
            'Look at the project\'s page now and then, or name an address in the settings file: [updates] url = "https://…".',
        )
    moment = time.time() if now is None else now
    before = _load(home)
    problem, release = "", before.release if before.url == url else None
    try:
        release = read(get(url, MOST_BYTES))
    except WebError as error:
        problem = str(error)
    _save(home, Kept(moment, url, release, problem, before.told))
    return news(home, settings)


def read(content: bytes) -> Release:
    """A release from JSON text: `{"version": …, "notes": …, "link": …}`. Raises WebError where it is none."""
    try:
        found = msgspec.json.decode(content, type=Release)
    except (msgspec.MsgspecError, RecursionError):
        raise WebError("What the address answered is no news of a version.", "", "Is it the right address?") from None
    if _key(found.version) is None:
        raise WebError("What the address answered names no version.", "", "Is it the right address?")
    notes = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in found.notes[: MOST_NOTES + 1])
    if len(notes) > MOST_NOTES:
        notes = f"{notes[:MOST_NOTES]}…"
    return Release(found.version.strip().removeprefix("v"), notes.strip(), _link(found.link))


def _link(link: str) -> str:
    """Only an address that a browser may be given."""
    with contextlib.suppress(WebError):
        if len(link) <= MOST_LINK and check(link).scheme == "https":
            return link
    return ""


def newer(version: str, than: str = VERSION) -> bool:
    """Whether `version` is one to offer: later, and no pre-release unless this is one itself. Nonsense is not."""
    offered, here = _key(version), _key(than)
    if offered is None or here is None:
        return False
    return offered > here and (offered[1] == _LAST_RANK or here[1] < _LAST_RANK)


def _key(version: str) -> tuple[tuple[int, ...], int, int] | None:
    """What versions are compared by: its numbers, the kind of pre-release, the number of that."""
    found = _VERSION.fullmatch(version.strip()) if len(version) <= 100 else None
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    rank = _LAST_RANK if found[2] is None else _RANK.get(found[2].lower(), 3)
    return (*numbers, *[0] * (4 - len(numbers))), rank, int(found[3] or 0)


def untold(home: str, found: News) -> bool:
    """Whether a newer version is there that was not told of yet; it counts as told from now on."""
    if found.state != "newer" or found.release is None:
        return False
    kept = _load(home)
    if kept.told == found.release.version:
        return False
    _save(home, msgspec.structs.replace(kept, told=found.release.version))
    return True


def switch(document: Any, *, on: bool) -> None:
    """For `settings.edit`: the person's switch."""
    import tomlkit

    document.setdefault("updates", tomlkit.table())["check"] = on


def _path(home: str) -> str:
    return os.path.join(home, "updates.json")


def _load(home: str) -> Kept:
    try:
        with open(_path(home), "rb") as file:
            return msgspec.json.decode(file.read(4 * MOST_BYTES), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return Kept()


def _save(home: str, kept: Kept) -> None:
    with contextlib.suppress(OSError):  # a full disk: then it is asked once more
        os.makedirs(home, mode=0o700, exist_ok=True)
        replace_private(_path(home), msgspec.json.encode(kept))
