"""Texts of ours that a kill left beside a client's file. They may hold secrets that stand nowhere else any more.

Only what is kept elsewhere is deleted: a text that nobody else has may be the client's newest.
"""

from __future__ import annotations

import contextlib
import os
import re

from app.clients import backups
from app.clients.changes import Change
from app.clients.configfile import MAX_BYTES
from app.clients.holes import Holed, made_of
from app.core.errors import ClientConfigError


def clear(home: str, client: str, change: Change) -> None:
    """Delete them, as far as they are known. The lock of that client is held, so nobody else is at work there."""
    folder, name = os.path.split(change.snapshot.real)
    ours = re.compile(re.escape(f".{name}.") + r"[0-9]+\.doorkeep")
    with contextlib.suppress(OSError):
        for each in os.listdir(folder):
            if ours.fullmatch(each):
                _clear(home, client, change, os.path.join(folder, each))


def _clear(home: str, client: str, change: Change, path: str) -> None:
    with open(path, "rb") as file:
        content = file.read(MAX_BYTES)
    if content in (change.snapshot.content, change.after) or _kept(home, client, change, content):
        os.unlink(path)


def _kept(home: str, client: str, change: Change, content: bytes) -> bool:
    for each in backups.list_backups(home, client):
        if each.path == change.snapshot.real:
            with contextlib.suppress(ClientConfigError):
                if made_of(content, Holed(backups.load(home, client, each.id)[1], each.holes)):
                    return True
    return False
