"""The filesystem server: its tools, resources and prompts, put together. No tool's work is done in here."""

from __future__ import annotations

from servers.filesystem import aliases
from servers.filesystem.list_directory import list_directory
from servers.filesystem.read_file import read_file
from servers.filesystem.search_files import search_files
from servers.runtime.server import Server

server = Server(
    "filesystem",
    title="Files",
    version="0.1.0",
    instructions="",
)

server.tool(title="List a folder", reads=("path",), accept=aliases.listing)(list_directory)
server.tool(title="Read files", reads=("path", "paths"), accept=aliases.reading)(read_file)
server.tool(title="Search", reads=("path",), accept=aliases.searching)(search_files)
