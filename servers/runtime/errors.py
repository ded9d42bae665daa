"""What a call may end with instead of a result. Their words reach the model, so they say what was refused, why, and what to do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servers.runtime.wire import Refusal

MAX_FRAMES = 20
"""How much of a stack is logged, from its inner end."""


class ToolError(Exception):
    """A tool call that failed or was refused: an `isError` result whose text is `text`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    @property
    def refusal(self) -> Refusal | None:
        """What the gateway records where the user's grants or Doorkeep's own rules are why."""
        return None


class ProtocolError(Exception):
    """A request that is answered with a JSON-RPC error. `data` is JSON text or empty (JSON-RPC 2.0 §5.1).

    `nameless`: the answer carries no id, because it would be taken for the answer to another request.
    """

    def __init__(self, code: int, message: str, data: bytes = b"", *, nameless: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
        self.nameless = nameless


class Cancelled(BaseException):
    """The client took the call back: nothing is answered. Like GeneratorExit it passes through `except Exception`."""


def log_bug(error: BaseException) -> None:
    """Write where an unforeseen error came from to stderr, which the gateway or the client keeps."""
    import traceback

    stack = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in stack]
    sys.stderr.write("\n".join([f"internal error: {type(error).__name__}: {error!s:.500}", *frames, ""]))
    sys.stderr.flush()
