"""What a kill cut short is taken back before this process tells anything of a vault: half a move is never read or built upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.runtime.errors import ToolError

if TYPE_CHECKING:
    from servers.runtime.call import Call


class _Looked:
    """Whether this process has looked already."""

    done = False


def look_once(call: Call) -> None:
    """Take back what the process before this one left unfinished; only the first call of a process looks."""
    if _Looked.done:
        return
    _Looked.done = True
    look(call)


def look(call: Call) -> None:
    """Take back what was left unfinished. A store that cannot be used says so to whoever wants to change something."""
    from servers.runtime.changing import together

    try:
        together.finish(call)
    except ToolError:
        return
