"""The first line of a result: `name=value` words, values with spaces in quotes, what is empty left out."""

from __future__ import annotations

import msgspec

from servers.runtime.safe.names import shown


def heading(**words: object) -> str:
    """The line, without its end. `left_out` becomes `left-out`; True is `yes`; None, False and "" are not said, 0 is."""
    return " ".join(
        f"{name.replace('_', '-')}={_value(value)}"
        for name, value in words.items()
        if value is not None and value is not False and value != ""
    )


def _value(value: object) -> str:
    text = "yes" if value is True else shown(str(value))
    return text if " " not in text and '"' not in text else msgspec.json.encode(text).decode()


def plain(raw: bytes) -> str:
    r"""Text of a file or message; bytes that are no UTF-8 are written `\xHH`."""
    return raw.decode("utf-8", "backslashreplace")
