"""Handing the client's streams to the gateway, so that a call takes two hops fewer, and taking them back whenever anything is unusual.

Only while nobody waits and nothing is half sent: then the gateway starts with an empty ledger, and no line can be lost between.
"""

from __future__ import annotations

import os
import stat
import sys

from app.bridge import ledger as ledgers
from app.bridge.framing import HAND
from app.bridge.ledger import Ledger

TYPE_CHECKING = False  # `typing` itself costs 7 ms
if TYPE_CHECKING:
    import _socket

    from app.bridge.conversation import Conversation

PUMP = "DOORKEEP_BRIDGE"
"""Set to `pump` in the bridge's environment, this keeps everything on the socket."""
_SCM_RIGHTS = 1


def possible() -> bool:
    """Whether descriptors 0 and 1 are streams that another process may read and write as well as we."""
    if sys.platform != "linux" or os.environ.get(PUMP) == "pump":
        return False
    modes = [os.fstat(fd).st_mode for fd in (0, 1)]
    return all(stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) for mode in modes)


def hand_over(door: _socket.socket) -> Ledger | None:
    """Give descriptors 0 and 1 to the gateway at the other end of `door`; None where that could not be done."""
    if sys.platform != "linux":
        return None
    try:
        fd = ledgers.make()
    except OSError:
        return None
    try:
        ledger = Ledger(fd)
        fds = b"".join([number.to_bytes(4, sys.byteorder) for number in (0, 1, fd)])
        try:
            if door.sendmsg([HAND], [(_SOL_SOCKET, _SCM_RIGHTS, fds)]) == len(HAND):
                return ledger
        except OSError:
            pass
        ledger.close()
        return None
    finally:
        os.close(fd)


_SOL_SOCKET = 1


def absorb(talk: Conversation, ledger: Ledger, lost: bool) -> None:
    """Go on where the gateway stopped: by its own will, or `lost`, where every request in flight gets its one error."""
    if lost and ledger.torn:
        talk.to_client += b"\n"  # whatever half a line stands there ends here
    talk.take_back(*ledger.handshake(), ledger.in_flight())
    rest = ledger.input()
    ledger.close()
    if lost:
        talk.door_lost()
    if rest:
        talk.client_sent(rest)
