"""The smallest server: what the runtime itself loads, and nothing else."""

from __future__ import annotations

import msgspec

from servers.runtime.call import Call
from servers.runtime.results import Text
from servers.runtime.server import Server

server = Server("bare", title="Bare", version="1", instructions="")


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


@server.tool(title="Nothing")
def nothing(call: Call, args: Nothing) -> Text:
    """Do nothing."""
    return Text("")
