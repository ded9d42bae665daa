"""The tool undo: changes that this server made are taken back, each by a change that can be taken back in turn."""

from __future__ import annotations

from servers.runtime.call import Call
from servers.runtime.changing import undoing
from servers.runtime.changing.undoing import Undo, Undone
from servers.runtime.results import Planned

TOOL = "undo"


class undo:  # noqa: N801 - the tool's name
    """Take back a change made by these tools; without change_id list the latest. Does nothing where something was changed
    since, unless forced. The undo has a change_id of its own and can be undone."""

    arguments = Undo
    plan = staticmethod(undoing.plan)
    preview = staticmethod(undoing.preview)

    @staticmethod
    def apply(call: Call, args: Undo, planned: Planned) -> Undone:
        return undoing.apply(call, args, planned, TOOL)
