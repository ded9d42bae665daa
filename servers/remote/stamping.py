"""The HTTP headers that a message needs beside its body: its revision, its method, what it names (2026-07-28, Streamable HTTP).

A legacy client's messages need none: the transport remembers what the handshake agreed on.
"""

from __future__ import annotations

from typing import Any, cast

from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    NAME_BEARING_METHODS,
    encode_header_value,
    find_invalid_x_mcp_header,
    mcp_param_headers,
    x_mcp_header_map,
)

from servers.runtime import wire

MOST_TOOLS = 2000
"""Tools whose arguments may have to be repeated as headers; more are not remembered."""


class Stamps:
    """Of one connection. It learns from the lists that pass which arguments a tool wants as headers too."""

    def __init__(self) -> None:
        self._tools: dict[str, dict[tuple[str, ...], str]] = {}
        self._version = ""

    def headers(self, message: dict[str, Any]) -> dict[str, str]:
        """What goes with a request or notification of the client's; empty where the transport knows by itself."""
        method = message.get("method")
        params = message.get("params")
        if not isinstance(method, str) or not isinstance(params, dict):
            return self._settled()
        named = cast("dict[str, Any]", params)
        meta = named.get("_meta")
        version = cast("dict[str, Any]", meta).get(wire.META_VERSION) if isinstance(meta, dict) else None
        if not isinstance(version, str):
            return self._settled()
        headers = {MCP_PROTOCOL_VERSION_HEADER: version, MCP_METHOD_HEADER: method}
        key = NAME_BEARING_METHODS.get(method)
        name = named.get(key) if key is not None else None
        if isinstance(name, str):
            headers[MCP_NAME_HEADER] = encode_header_value(name)
            arguments = named.get("arguments")
            if method == "tools/call" and name in self._tools and isinstance(arguments, dict):
                headers.update(mcp_param_headers(self._tools[name], cast("dict[str, Any]", arguments)))
        return headers

    def learn(self, message: dict[str, Any]) -> None:
        """A message of the server's: the version that a handshake agreed on, and what tools want."""
        result = message.get("result")
        if not isinstance(result, dict):
            return
        found = cast("dict[str, Any]", result)
        version = found.get("protocolVersion")
        if isinstance(version, str):
            self._version = version
        tools = found.get("tools")
        for tool in cast("list[Any]", tools) if isinstance(tools, list) else ():
            if isinstance(tool, dict) and len(self._tools) < MOST_TOOLS:
                self._remember(cast("dict[str, Any]", tool))

    def forget(self) -> None:
        """A new connection: another handshake comes."""
        self._version = ""

    def _remember(self, tool: dict[str, Any]) -> None:
        name = tool.get("name")
        schema = tool.get("inputSchema")
        if isinstance(name, str) and find_invalid_x_mcp_header(schema) is None and (wanted := x_mcp_header_map(schema)):
            self._tools[name] = wanted

    def _settled(self) -> dict[str, str]:
        return {MCP_PROTOCOL_VERSION_HEADER: self._version} if self._version else {}
