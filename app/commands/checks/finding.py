"""What a check found: a state, words a person understands, and what to do. Importing this costs nothing."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ok", "note", "warning", "problem"]


class Finding(msgspec.Struct, frozen=True):
    """One result. `note`: nothing is wrong, but one may want to know. Only `problem` makes `doorkeep doctor` exit with 1."""

    check: str
    state: State
    words: str
    fix: str = ""
