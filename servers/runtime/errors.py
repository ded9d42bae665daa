"""What a call may end with instead of a result. Their words reach the model, so they say what was refused, why, and what to do."""

from __future__ import annotations


class ToolError(Exception):
    """A tool call that failed or was refused: an `isError` result whose text is `text`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ProtocolError(Exception):
    """A request that is answered with a JSON-RPC error. `data` is JSON text or empty (JSON-RPC 2.0 §5.1)."""

    def __init__(self, code: int, message: str, data: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Cancelled(BaseException):
    """The client took the call back: nothing is answered. Like GeneratorExit it passes through `except Exception`."""
