"""Granted files as resources, and the completion of their paths. A resource is whole or refused, never cut."""

from __future__ import annotations

import os

from servers.filesystem import images
from servers.filesystem.reading import look
from servers.filesystem.walk import TEMPORARY
from servers.runtime.call import Call
from servers.runtime.changing import text
from servers.runtime.errors import ToolError
from servers.runtime.resources import BlobContents, TextContents
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.opening import open_file, open_folder, scan

URI = "file:///{+path}"
MAX_BYTES = 640 * 1024
_OFFERED = 200
_MIMES = {
    ".md": "text/markdown",
    ".html": "text/html",
    ".css": "text/css",
    ".json": "application/json",
    ".csv": "text/csv",
}


def read(call: Call, path: str) -> TextContents | BlobContents:
    """A file in a granted folder, by its absolute path."""
    with open_file(call.folders, call.folders.resolve(_absolute(path))) as opened:
        call.touch(opened.path)
        if opened.stat.st_size > MAX_BYTES:
            raise ToolError(
                f"{shown(opened.path)} has {opened.stat.st_size:,} bytes, and a resource may have {MAX_BYTES:,}. "
                "Read it in pages with the tool read_file."
            )
        file = look(opened)
        content = file.content if file.content is not None else b""
    mime = images.mime_of(file.head)
    if mime or text.is_binary(file.head):
        return BlobContents(mime_type=mime or "application/octet-stream", blob=content)
    return TextContents(
        mime_type=_MIMES.get(os.path.splitext(opened.path)[1].lower(), "text/plain"), text=text.decode(content)[0]
    )


def _absolute(path: str) -> str:
    return path if os.name == "nt" else "/" + path.lstrip("/")


def complete_path(call: Call, value: str, others: dict[str, str]) -> list[str]:  # noqa: ARG001 - the interface
    """Paths below the granted folders that begin with `value`, without the leading `/`; folders end in `/`."""
    return [path.lstrip("/") for path in _beginning_with(call, _absolute(value), folders_only=False)]


def complete_folder(call: Call, value: str, others: dict[str, str]) -> list[str]:  # noqa: ARG001 - the interface
    """Absolute paths of folders that begin with `value`."""
    return _beginning_with(call, value, folders_only=True)


def _beginning_with(call: Call, value: str, *, folders_only: bool) -> list[str]:
    roots = [row.path + "/" for row in call.folders.open_folders()]
    offered = [shown(root) for root in roots if root.startswith(value)]
    above, _, start = meant(value).rpartition("/")
    if not any((above + "/").startswith(root) for root in roots):
        return offered
    try:
        with open_folder(call.folders, call.folders.resolve(above)) as opened:
            for entry in scan(opened):
                folder = entry.is_dir(follow_symlinks=False)
                if (
                    entry.name.startswith(start)
                    and not entry.name.startswith(TEMPORARY)
                    and (folder or not folders_only)
                ):
                    offered.append(shown(f"{above}/{entry.name}") + ("/" if folder else ""))
    except (ToolError, OSError):
        return offered
    return sorted(offered)[:_OFFERED]
