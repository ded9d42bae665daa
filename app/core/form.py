"""The form of a home: one number for all files in it, and the numbered steps by which an older home becomes one of today.

Only the gateway takes steps, with the door in its hands and before it reads anything else. A home of a newer form is left alone
by everybody: to guess at its files could lose what only the newer release understands.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

import msgspec

from app.bridge.releases import is_older
from app.core.errors import DoorkeepError
from app.core.private_file import replace_private
from app.version import VERSION

FIRST = 1
"""The form of release 0.1.0, which left no mark."""
Step = Callable[[str], None]
MIGRATIONS: tuple[Step, ...] = ()
"""Step n, given a home of form FIRST + n, makes the next form of it. A kill may come at any moment: it then runs once more from
its beginning. The call log counts its own form (app.core.journal.database)."""


class Mark(msgspec.Struct, frozen=True):
    """HOME/form: the form, and the newest release that has served the home, for words."""

    form: int
    release: str = ""


def mark_of(home: str) -> Mark:
    """What stands in HOME/form; the first form where nothing does. Raises DoorkeepError where it cannot be read."""
    path = _path(home)
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(4096), type=Mark)
    except FileNotFoundError:
        return Mark(FIRST)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise DoorkeepError(
            f"{path} cannot be read: {why}.",
            "It says which releases understand the files beside it; without it none of them is touched.",
            f"If no newer Doorkeep than {VERSION} has ever run here, remove that file and try again.",
        ) from None


def check(home: str, newest: int = FIRST + len(MIGRATIONS)) -> Mark:
    """Raises DoorkeepError where the home is of a form that this release does not know."""
    mark = mark_of(home)
    if mark.form > newest:
        raise DoorkeepError(
            f"{home} was written by a newer Doorkeep{f', {mark.release}' if mark.release else ''}.",
            f"Its form is number {mark.form}; this Doorkeep, {VERSION}, knows up to {newest}. Nothing of it was touched.",
            "Install the newer Doorkeep again, or name another home with --home.",
        )
    return mark


def bring_up_to_date(home: str, migrations: tuple[Step, ...] = MIGRATIONS) -> None:
    """Take the steps that are missing, and note this release. Raises DoorkeepError; every step that was taken stays taken."""
    mark = check(home, FIRST + len(migrations))
    release = VERSION if is_older(mark.release or "0.0.0", VERSION) else mark.release
    for form in range(mark.form, FIRST + len(migrations)):
        try:
            migrations[form - FIRST](home)
            _write(home, Mark(form + 1, release))
        except OSError as error:
            raise DoorkeepError(
                f"{home} could not be brought from form {form} to {form + 1}: {error.strerror}.",
                "What it was is still there; nothing is served until this is done.",
                "Make room on the disk, check the folder's owner, then start Doorkeep again.",
            ) from None
    now = Mark(max(mark.form, FIRST + len(migrations)), release)
    if mark_of(home) != now:
        with contextlib.suppress(OSError):  # a full disk: the mark says no more than its absence until there is a step
            _write(home, now)


def _write(home: str, mark: Mark) -> None:
    replace_private(_path(home), msgspec.json.encode(mark))


def _path(home: str) -> str:
    return os.path.join(home, "form")
