"""A small MCP server on the runtime, for the tests of the protocol: no folder is needed for most of its tools."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import msgspec
from msgspec import Meta

from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Image, Planned, Text
from servers.runtime.server import Server
from servers.runtime.wire import Plan

server = Server("small", title="Small", version="1.2.3", instructions="For tests.")


class Echo(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(description="Given back as it is", max_length=2_000_000)]


@server.tool(title="Echo")
def echo(call: Call, args: Echo) -> Text:
    """Give the text back."""
    return Text(args.text)


if __name__ == "__main__":
    server.serve(sys.argv[1:])
