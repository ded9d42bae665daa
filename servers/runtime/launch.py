"""How a server's `__main__` starts it: descriptors first, msgspec the short way, and only then the server's own modules.

from servers.runtime.launch import launch

launch("servers.filesystem.server")
"""

from __future__ import annotations

import gc
import importlib
import sys

from servers.runtime import lean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def launch(module: str) -> NoReturn:
    """Serve the `server` of `module` with the program's arguments. Does not return."""
    gc.disable()  # 4 ms of collections while importing, which find nothing; serving puts it back
    lean.load()  # before the server's modules import msgspec
    importlib.import_module(module).server.serve(sys.argv[1:])
    raise AssertionError("serve does not return")
