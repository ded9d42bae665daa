"""The tool search_files: names in this process, contents through ripgrep; a page at a time, in the order of paths."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.results import Text

TOOL = "search_files"


class SearchFiles(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Arguments of search_files."""

    query: Annotated[
        str, Meta(min_length=1, max_length=4000, description="Text; with names a part of a name, or a glob")
    ]
    path: Annotated[str, Meta(description="Folder or file; else all granted")] = "."
    names: Annotated[bool, Meta(description="Search names, not contents")] = False
    regex: Annotated[bool, Meta(description="In Rust's syntax")] = False
    case: Annotated[
        Literal["smart", "yes", "no"], Meta(description="Does case matter? smart: if the query has capitals")
    ] = "smart"
    glob: Annotated[list[str], Meta(max_length=50, description='e.g. ["*.py", "!tests/**"]')] = []
    hidden: Annotated[bool, Meta(description="With dot files")] = True
    ignored: Annotated[bool, Meta(description="With what .gitignore leaves out")] = False
    output: Annotated[Literal["matches", "files", "count"], Meta(description="Lines, paths, or numbers")] = "matches"
    context: Annotated[int, Meta(ge=0, le=10, description="Lines around")] = 0
    limit: Annotated[int, Meta(ge=1, le=2000)] = 100
    max_line: Annotated[int, Meta(ge=20, le=4000, description="Characters of a line")] = 300
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


def search_files(call: Call, args: SearchFiles) -> Text:
    """Find text in files, or files and folders by name (names=true; a glob such as *.py or src/**/*.ts works too). Binary files
    and files that may hold secrets are not searched. Results are in the order of paths. The first line says how much was
    found, and `next`, the cursor of the next page."""
    if args.path in (".", ""):
        rows = call.folders.open_folders()
        if not rows:
            raise ToolError("No folder is granted to this server. Ask the user to add one in Doorkeep.")
        tops = [row.path for row in rows]
    else:
        tops = [call.folders.resolve(args.path)]
    if args.names:
        from servers.filesystem import search_names

        return search_names.search(call, args, tops)
    from servers.filesystem import search_contents

    return search_contents.search(call, args, tops)
