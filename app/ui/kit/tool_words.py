"""What each tool of our own servers does, as a person says it: once done, and once wanted. Data only.

`{object}` is the file, note or repository; a tool that is not here is named by its own name.
"""

from __future__ import annotations

from typing import NamedTuple


class ToolWords(NamedTuple):
    """Verb and object, in the past and as a wish: "Claude Desktop wants to …"."""

    done: str
    wanted: str


WORDS: dict[str, dict[str, ToolWords]] = {
    "filesystem": {
        "list_directory": ToolWords("listed {object}", "list {object}"),
        "read_file": ToolWords("read {object}", "read {object}"),
        "search_files": ToolWords("searched {object}", "search {object}"),
        "write_file": ToolWords("wrote {object}", "write {object}"),
        "edit_file": ToolWords("changed {object}", "change {object}"),
        "move_file": ToolWords("moved {object}", "move {object}"),
        "create_directory": ToolWords("made the folder {object}", "make the folder {object}"),
        "trash": ToolWords("moved {object} to the trash", "move {object} to the trash"),
        "undo": ToolWords("took back a change", "take back a change"),
    },
    "git": {
        "git_status": ToolWords("looked at the state of {object}", "look at the state of {object}"),
        "git_diff": ToolWords("looked at changes in {object}", "look at changes in {object}"),
        "git_log": ToolWords("read the history of {object}", "read the history of {object}"),
        "git_show": ToolWords("looked at a version in {object}", "look at a version in {object}"),
        "git_blame": ToolWords("looked up who wrote {object}", "look up who wrote {object}"),
        "git_worktrees": ToolWords("listed the worktrees of {object}", "list the worktrees of {object}"),
        "git_stage": ToolWords("picked changes for a commit in {object}", "pick changes for a commit in {object}"),
        "git_commit": ToolWords("committed in {object}", "commit in {object}"),
        "git_branch": ToolWords("worked on branches of {object}", "work on branches of {object}"),
        "git_switch": ToolWords("switched the branch of {object}", "switch the branch of {object}"),
        "git_restore": ToolWords("restored files in {object}", "restore files in {object}"),
        "git_stash": ToolWords("put changes aside in {object}", "put changes aside in {object}"),
        "git_tag": ToolWords("worked on tags of {object}", "work on tags of {object}"),
        "git_undo": ToolWords("took back a change", "take back a change"),
        "git_fetch": ToolWords("fetched news for {object}", "fetch news for {object}"),
        "git_pull": ToolWords("pulled into {object}", "pull into {object}"),
        "git_push": ToolWords("pushed from {object}", "push from {object}"),
        "git_init": ToolWords("made a repository at {object}", "make a repository at {object}"),
        "git_clone": ToolWords("cloned to {object}", "clone to {object}"),
    },
    "notes": {
        "search_notes": ToolWords("searched notes", "search notes"),
        "read_note": ToolWords("read {object}", "read {object}"),
        "list_notes": ToolWords("listed notes", "list notes"),
        "note_links": ToolWords("followed the links of {object}", "follow the links of {object}"),
        "create_note": ToolWords("wrote the note {object}", "write the note {object}"),
        "edit_note": ToolWords("changed {object}", "change {object}"),
        "move_note": ToolWords("moved {object}", "move {object}"),
        "trash_notes": ToolWords("moved {object} to the trash", "move {object} to the trash"),
        "undo_note": ToolWords("took back a change", "take back a change"),
    },
}
