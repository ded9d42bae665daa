"""Prompts that a person can pick: work on a folder that goes well in small, undoable steps."""

from __future__ import annotations

from servers.runtime.call import Call
from servers.runtime.prompts import PromptArgument

FOLDER = (PromptArgument("folder", "The folder's path", required=True),)


def tidy_folder(call: Call, folder: str) -> str:  # noqa: ARG001 - the interface
    """Sort a messy folder into subfolders, after agreeing on a plan."""
    return (
        f"Help me to tidy the folder {folder}. Look at it with list_directory (sort by name, then by mtime), read a few files "
        "where the names do not tell what they are, and propose a small set of subfolders with the files that would go into "
        "each. Wait for my yes. Then make the folders with create_directory and move the files with move_file, one group at a "
        "time; put nothing into the trash that I did not name. At the end list what was moved, with the change_ids, so that "
        "each step can be undone."
    )


def explain_folder(call: Call, folder: str) -> str:  # noqa: ARG001 - the interface
    """Find out what a folder is for and where things are in it."""
    return (
        f"Tell me what the folder {folder} holds and how it is organised. Begin with list_directory (depth 2), read the files "
        "that explain it (README and the like) and a few typical ones, and use search_files instead of reading everything. "
        "Answer in at most a page: what it is for, what lies where, and what looks unfinished or out of place. Change nothing."
    )
