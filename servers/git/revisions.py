"""What a model may write where git expects a revision, a branch or a path: checked here before git sees it.

Nothing that passes can be taken for an option, pathspec magic, or a place outside the repository and the granted folders.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from servers.git.repository import Repository
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from servers.runtime.safe.access import Need
from servers.runtime.safe.names import meant, shown
from servers.runtime.safe.words import RefusedError

MAX_REVISION = 512
"""Characters of a revision."""
_BRACES = re.compile(r"\{[^}]*\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# git-check-ref-format(1), the rules of a name below refs/heads/.
_NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-/.]|[/.]$")


def revision(text: str, name: str = "rev") -> str:
    """`text` as one revision (gitrevisions(7)), to be given to git after `--end-of-options`. Raises ToolError.

    Ranges are refused: see `revision_range`. Nothing is looked up here.
    """
    text = text.strip()
    if not text:
        raise ToolError(f"`{name}` is empty. Give a branch, a tag or a commit, for example HEAD.")
    if len(text) > MAX_REVISION or _CONTROL.search(text):
        raise ToolError(f"`{name}` is not a revision: it is too long or holds control characters.")
    if text.startswith("-"):
        raise ToolError(
            f"`{name}` begins with '-', which no revision does. Write refs/heads/{text} for a branch of that name."
        )
    if text.startswith("^") or _is_range(text):
        raise ToolError(f"`{name}` must be one revision, not a range: {text}")
    return text


def revision_range(text: str, name: str = "range") -> str:
    """`text` as one revision or as `A..B` or `A...B`; an empty end means HEAD. Raises ToolError."""
    text = text.strip()
    if not _is_range(text):
        return revision(text, name)
    dots = "..." if "..." in text else ".."
    start, _, end = text.partition(dots)
    ends = [revision(part, name) if part.strip() else "HEAD" for part in (start, end)]
    return dots.join(ends)


def commit(text: str, name: str = "rev") -> str:
    """`text` as an argument that git takes for a commit and nothing else: no blob or tree, whose path nobody could judge.

    Raises ToolError; where there is no such commit, git does.
    """
    found = revision(text, name)
    if ":" in _BRACES.sub("", found):
        raise ToolError(f"`{name}` must be a commit, a branch or a tag, without a path or a search: {found}")
    return found + "^{commit}"


def commit_range(text: str, name: str = "range") -> str:
    """`revision_range` whose ends can only be commits."""
    found = revision_range(text, name)
    if not _is_range(found):
        return commit(found, name)
    dots = "..." if "..." in found else ".."
    start, _, end = found.partition(dots)
    return f"{commit(start, name)}{dots}{commit(end, name)}"


def _is_range(text: str) -> bool:
    # `..` cannot be in a ref's name; in `:/words` and `{/words}` it may be anything.
    return ".." in text and ":/" not in text and "{/" not in text and ":" not in text.split("..", 1)[0]


def option_value(text: str, name: str) -> str:
    """`text` as the value of an option that is given as `--name=VALUE`. Raises ToolError where no such value can be."""
    if len(text) > MAX_REVISION or _CONTROL.search(text):
        raise ToolError(f"`{name}` is too long or holds control characters.")
    return text


def branch_name(text: str, name: str = "name") -> str:
    """`text` as the name of a branch or tag to be made, without `refs/heads/`. Raises ToolError (git-check-ref-format(1))."""
    text = text.strip()
    if not text or _NO_BRANCH.search(text) or text == "@" or len(os.fsencode(text)) > 240:
        raise ToolError(
            f"`{name}` cannot be the name of a branch or tag: {text[:100]!r}. Letters, digits, '-', '_', '.' and '/' between "
            "them are safe."
        )
    if text == "HEAD" or text.startswith("refs/"):
        raise ToolError(f"`{name}` must be a short name that git uses for nothing else, not {text}.")
    return text


def paths(call: Call, repository: Repository, given: Sequence[str], need: Need = "read", what: str = "") -> list[str]:
    """Paths below the working tree's root, `/` between names, as literal pathspecs to be given after `--`; `.` is the root.

    Each may be absolute, `~/…`, or relative to the root; as the tools print them. Raises ToolError for what lies outside, is
    git's own, or may not be used. A folder passes although closed or sensitive files lie in it: who lists them judges each.
    """
    return [_one(call, repository, path, need, what or ("read" if need == "read" else "change")) for path in given]


def _one(call: Call, repository: Repository, given: str, need: Need, what: str) -> str:
    if not given:
        raise ToolError("A path is empty. Give it relative to the repository's root, or absolute.")
    if given.startswith(("/", "~/")) or given == "~" or os.path.isabs(given):
        inside = _relative(call, repository, call.folders.resolve(given), given)
    else:
        inside = meant(given) if os.sep == "/" else given.replace("\\", "/")
    parts = [part for part in inside.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in inside:
        raise ToolError(f"The path {shown(given)} contains '..'. Write it relative to the repository's root.")
    if not parts:
        if need == "change":
            call.folders.require(repository.tree_root, need, what)
        return "."
    if any(_is_gits(part) for part in parts):
        raise RefusedError(f"Cannot {what} {shown(given)}: it belongs to git itself.")
    call.folders.require(os.path.join(repository.tree_root, *parts), need, what)
    return "/".join(parts)


def _relative(call: Call, repository: Repository, path: str, given: str) -> str:
    root = repository.tree_root
    for candidate in (path, _real_parent(path)):
        if candidate == root:
            return "."
        if candidate.startswith(root + os.sep):
            return candidate[len(root) + 1 :].replace(os.sep, "/")
    call.folders.require(path)
    raise ToolError(f"The path {shown(given)} lies outside the repository {repository.path}.")


def _real_parent(path: str) -> str:
    """The path with links on the way to its last name resolved: the root is known by its real path."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _is_gits(part: str) -> bool:
    """`.git` in any spelling that some file system takes for it."""
    folded = "".join(char for char in part if char.isprintable()).casefold().rstrip(" .")
    return folded in (".git", "git~1")
