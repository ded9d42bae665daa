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
        str, Meta(min_length=1, max_length=4000, description="Text to find; with names a part of a name or a glob")
    ]
    path: Annotated[str, Meta(description="Folder or file; left out: all granted folders")] = "."
    names: Annotated[bool, Meta(description="Search names of files and folders instead of contents")] = False
    regex: Annotated[bool, Meta(description="The query is a regular expression (Rust syntax)")] = False
    case: Annotated[
        Literal["smart", "yes", "no"], Meta(description="Is case significant? smart: if the query has capitals")
    ] = "smart"
    glob: Annotated[list[str], Meta(max_length=50, description='Files to search, e.g. ["*.py", "!tests/**"]')] = []
    hidden: Annotated[bool, Meta(description="Names that begin with a dot too")] = True
    ignored: Annotated[bool, Meta(description="What .gitignore leaves out too")] = False
    output: Annotated[
        Literal["matches", "files", "count"], Meta(description="matches: lines; files: paths; count: numbers only")
    ] = "matches"
    context: Annotated[int, Meta(ge=0, le=10, description="Lines around each match")] = 0
    limit: Annotated[int, Meta(ge=1, le=2000, description="Matches or files on a page")] = 100
    max_line: Annotated[int, Meta(ge=20, le=4000, description="Characters shown of a line")] = 300
    cursor: Annotated[str, Meta(description="`next` of the page before")] = ""


def search_files(call: Call, args: SearchFiles) -> Text:
    """Find text in files, or files and folders by name (names=true: a part of the name, or a glob such as *.py or src/**/*.ts).
    Binary files, files that may hold secrets and what .gitignore leaves out are not searched. Results are in the order of
    paths, with line numbers. The first line tells how much was found and `next`, the cursor of the next page."""
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
