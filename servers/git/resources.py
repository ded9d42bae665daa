"""Files at a revision as resources, and the completion of repositories, revisions and paths. A resource is whole or refused."""

from __future__ import annotations

import os

from servers.git.finding import in_reach
from servers.git.judging import Judge
from servers.git.objects import entries, is_binary, read_object
from servers.git.repository import find
from servers.git.revisions import paths
from servers.git.runner import run
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.resources import BlobContents, TextContents
from servers.runtime.safe.names import meant, shown

URI = "git://{repo}/{rev}/{+path}"
MAX_BYTES = 640 * 1024
_OFFERED = 200


def read(call: Call, repo: str, rev: str, path: str) -> TextContents | BlobContents:
    """A file as a revision has it. `repo` is a path (its slashes as %2F) or a folder's name."""
    repository = find(call, repo)
    (inside,) = paths(call, repository, [path])
    found = read_object(call, repository, rev, inside)
    if found.kind != "blob":
        raise ToolError(f"{path} is no file at {rev}. The tool git_show lists what is there.")
    if len(found.content) > MAX_BYTES:
        raise ToolError(
            f"{path} has {len(found.content):,} bytes, and a resource may have {MAX_BYTES:,}. "
            "Read it in pages with the tool git_show."
        )
    if not is_binary(found.content):
        try:
            return TextContents(mime_type="text/plain", text=found.content.decode())
        except UnicodeDecodeError:
            pass
    return BlobContents(mime_type="application/octet-stream", blob=found.content)


def complete_repo(call: Call, value: str, others: dict[str, str]) -> list[str]:  # noqa: ARG001 - the interface
    """Repositories in reach whose path or folder's name begins with `value`: the name where it is unique, else the path."""
    found = in_reach(call).found
    names = [os.path.basename(path).removesuffix(".git") for path in found]
    offered = [name if names.count(name) == 1 else path for name, path in zip(names, found, strict=True)]
    return [
        shown(word)
        for word, path in zip(offered, found, strict=True)
        if word.startswith(value) or (value and path.startswith(value))
    ][:_OFFERED]


def complete_rev(call: Call, value: str, others: dict[str, str]) -> list[str]:
    """Branches and tags that begin with `value`, the last changed first."""
    try:
        repository = find(call, others.get("repo", ""))
        command = [
            "for-each-ref",
            "--format=%(refname)",
            "--sort=-creatordate",
            "refs/heads",
            "refs/tags",
            "refs/remotes",
        ]
        refs = run(call, repository, command).text.split("\n")
    except ToolError:
        return []
    names = ["HEAD", *(ref.split("/", 2)[2] for ref in refs if ref.count("/") > 1)]
    return [shown(name) for name in dict.fromkeys(names) if name.startswith(value)][:_OFFERED]


def complete_path(call: Call, value: str, others: dict[str, str]) -> list[str]:
    """Entries of the folder that `value` names so far, at the revision; folders end in `/`."""
    above, slash, start = meant(value).rpartition("/")
    try:
        repository = find(call, others.get("repo", ""))
        (folder,) = paths(call, repository, [above or "."])
        found = read_object(call, repository, others.get("rev", "") or "HEAD", folder)
    except ToolError:
        return []
    if found.kind != "tree":
        return []
    judge = Judge(call, repository)
    return [
        shown(above + slash + name) + ("/" if mode == "40000" else "")
        for mode, name in entries(found.content, len(found.oid) // 2)
        if name.startswith(start) and judge.allows(above + slash + name)
    ][:_OFFERED]
