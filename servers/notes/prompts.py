"""Prompts that a person can pick: what to do with notes, step by step, with the tools of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.runtime.errors import ToolError
from servers.runtime.prompts import PromptArgument

if TYPE_CHECKING:
    from servers.runtime.call import Call

SUMMARIZE = (
    PromptArgument("note", "A note's title or path"),
    PromptArgument("tag", "Or a tag: all notes that bear it"),
)
REVIEW = (PromptArgument("day", "The day, as 2026-11-21; left out: today"),)
RELATED = (PromptArgument("note", "A note's title or path", required=True),)


def summarize(call: Call, note: str = "", tag: str = "") -> str:  # noqa: ARG001 - the interface
    """Sum up a note, or all notes with a tag, with links to where each point stands."""
    if bool(note) == bool(tag):
        raise ToolError("Give either a note or a tag to sum up.")
    which = (
        f"Sum up the note {note!r}. Read it with read_note; where it is long, begin with its outline and read section by section."
        if note
        else f"Sum up my notes with the tag #{tag.lstrip('#')}. Find them with search_notes (tags, sort -mtime; go on with "
        "`next`), and read those that matter with read_note."
    )
    return (
        f"{which} Write at most a page: what it says, what was decided, what is open. Put behind each point the note it comes "
        "from as [[Title#Heading]]. Use only what the notes say, and name what contradicts itself. Change nothing."
    )


def daily_review(call: Call, day: str = "") -> str:  # noqa: ARG001 - the interface
    """Look back on a day: what changed in the notes, what is open, what comes next."""
    when = f"the day {day}" if day else "today"
    return (
        f"Help me to look back on {when}. Find what changed with list_notes (kind recent) and, for a day further back, "
        "search_notes with modified_after; read what changed with read_note. Tell me in short lists what I worked on, which "
        "open points stand there (unticked boxes, questions, `TODO`), and what tomorrow could begin with, each with its "
        "[[Title]]. Offer to write this into that day's note; write it only after my yes, with edit_note or create_note."
    )


def find_related(call: Call, note: str) -> str:  # noqa: ARG001 - the interface
    """Find notes that belong with a note and are not linked yet."""
    return (
        f"Find notes that belong with {note!r} and are not linked with it yet. Read it with read_note, see its links with "
        "note_links (depth 2), then search with search_notes for its main terms, names and tags. Show at most ten notes, the "
        "closest first, each with one line on why and the sentence where a link would fit. Add links only after my yes, with "
        "edit_note."
    )
