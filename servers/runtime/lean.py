"""msgspec, imported without `typing_extensions`: 9 ms of a server's start, for names that Python 3.11 has in `typing`.

Must run before anything else imports msgspec; where something has, this changes nothing.
"""

from __future__ import annotations

import importlib
import sys


def load() -> None:
    """Import msgspec. It asks for `typing_extensions` and takes `typing` where that is missing (msgspec/_utils.py)."""
    if "msgspec" in sys.modules or "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # pyright: ignore[reportArgumentType] - how importlib says: not to be found
    try:
        importlib.import_module("msgspec")
    finally:
        del sys.modules["typing_extensions"]
