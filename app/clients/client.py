"""A program whose configuration we write, as a row of data. What is particular to one stands in its own room."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.clients.documents import Dialect
from app.clients.entries import Shape
from app.clients.locations import Location, Machine
from app.desktop.apps import Application


class Client(msgspec.Struct, frozen=True):
    """`section` holds the servers; `places` finds its files on a machine, the likeliest first.

    `application` is set where the program keeps its file in memory and writes it back, so that it has to be closed meanwhile.
    `introduces`: the name by which it introduces itself when it connects (`clientInfo.name`); empty where that is not known.
    `reload`: what makes it read a new entry, in words for a person. `locks`: it writes its file under a lock of its own
    (client_lock.py). `adds`: how its own command line adds a server, where it has one; the program comes behind it.
    `copies`: where it keeps copies of its file by itself, which nobody else may change.
    """

    id: str
    title: str
    section: str
    dialect: Dialect
    places: Callable[[Machine], list[Location]]
    application: Application | None = None
    shape: Shape = "plain"
    introduces: str = ""
    reload: str = ""
    locks: bool = False
    adds: str = ""
    copies: str = ""
