"""A request that a server of others owes an answer to: what it was, for whom, and what became of it meanwhile.

It holds no connection, and sends nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.gateway.links import Awaiting, Child
from app.gateway.translation import Members

if TYPE_CHECKING:
    from app.gateway.calls import Call


class Owed(msgspec.Struct):
    """A request that the server has not answered."""

    awaiting: Awaiting
    method: str
    params: Members
    modern: bool
    """The client's era."""
    call: Call | None = None
    token: str | int | None = None
    lasting: bool = False
    rounds: int = 0
    """How often the server answered it with a question."""
    shown_token: str | int | msgspec.UnsetType | None = msgspec.UNSET
    """The progress token of the client's next try, once there was one; None where that wants no progress."""
    again: str = ""
    """The id under which it was sent again, after one."""

    def count(self, child: Child | None, more: int) -> None:
        """What keeps the server's process from being stopped as idle."""
        if child is not None:
            if self.lasting:
                child.held += more
            else:
                child.in_flight += more
