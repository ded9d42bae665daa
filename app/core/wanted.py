"""What a server wants to know before it can be set up: asked in the window and on the command line in the same words.

The value of a secret never comes here: an answer only says whether the keychain has it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Literal

import msgspec

from app.core.errors import DoorkeepError

Kind = Literal["text", "number", "switch", "folder", "file", "secret"]
Answer = str | bool | float | list[str]
MOST_TEXT = 32_768
"""Characters of one answer, and of all parts of one that has several."""


class Wanted(msgspec.Struct, frozen=True):
    """One question. `many`: several folders, files or texts. `get`: a page where one gets the secret, or empty.

    `secret` is the name in the keychain of a `secret`. `least` and `most` bound a number.
    """

    name: str
    title: str
    kind: Kind = "text"
    about: str = ""
    many: bool = False
    needed: bool = True
    default: Answer | None = None
    least: float | None = None
    most: float | None = None
    secret: str = ""
    get: str = ""


def complete(title: str, wanted: tuple[Wanted, ...], answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers, checked, defaults filled in; what nobody answered and nobody needs is left out.

    `title` names the server. Raises DoorkeepError that says what is missing or wrong.
    """
    known = {one.name for one in wanted}
    for name in answers:
        if name not in known:
            fix = f"It asks for {', '.join(sorted(known))}." if known else "It asks for nothing."
            raise DoorkeepError(f"{title} does not ask for {name[:60]!r}.", "", fix)
    found: dict[str, Answer] = {}
    for one in wanted:
        answer = _answer(one, answers.get(one.name))
        if answer is not None:
            found[one.name] = answer
        elif one.needed:
            raise DoorkeepError(f"{title} needs one thing more: {one.title}.", "", f"Give {one.name}.")
    return found


def _answer(one: Wanted, given: Answer | None) -> Answer | None:
    if one.kind == "secret":
        return True if given else None
    answer = one.default if _is_blank(given) else given
    if answer is None or _is_blank(answer):
        return None
    if one.kind == "number":
        return _number(one, answer)
    if one.kind == "switch":
        return _switch(one, answer)
    return _texts(one, answer)


def _is_blank(answer: Answer | None) -> bool:
    """Nothing was said: also where there are only spaces."""
    if isinstance(answer, list):
        return all(_is_blank(text) for text in answer)
    return answer is None or (isinstance(answer, str) and not answer.strip())


def _number(one: Wanted, answer: Answer) -> float:
    try:
        found = float(answer) if isinstance(answer, (str, int, float)) else math.nan
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or isinstance(answer, bool):
        raise DoorkeepError(f"{one.title}: {answer!r} is no number.", "", "Give a number.")
    if (one.least is not None and found < one.least) or (one.most is not None and found > one.most):
        bounds = [f"at least {_plain(one.least)}" if one.least is not None else ""]
        bounds += [f"at most {_plain(one.most)}" if one.most is not None else ""]
        raise DoorkeepError(f"{one.title}: it has to be {' and '.join(filter(None, bounds))}.")
    return found


def _switch(one: Wanted, answer: Answer) -> bool:
    said = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    found = answer if isinstance(answer, bool) else said.get(str(answer).strip().lower())
    if found is None:
        raise DoorkeepError(f"{one.title}: {answer!r} is neither yes nor no.", "", "Give true or false.")
    return found


def _texts(one: Wanted, answer: Answer) -> str | list[str]:
    texts = [text for text in (answer if isinstance(answer, list) else [str(answer)]) if text.strip()]
    if sum(map(len, texts)) > MOST_TEXT or any("\0" in text for text in texts):
        raise DoorkeepError(f"{one.title}: that is too long, or holds a NUL character.")
    if len(texts) > 1 and not one.many:
        raise DoorkeepError(f"{one.title}: only one is taken.")
    if one.kind in ("folder", "file"):
        texts = [_path(one, text.strip()) for text in texts]
    return texts if one.many else texts[0].strip()


def _path(one: Wanted, text: str) -> str:
    """Absolute, `~` opened: the server runs in another folder than the person who typed it."""
    path = os.path.expanduser(text)
    if not os.path.isabs(path):
        raise DoorkeepError(f"{one.title}: {text!r} is no full path.", "", "Write it as /… or ~/….")
    return path


def text_of(answer: Answer) -> str:
    """An answer as a program takes it: numbers without a needless point, switches as `true` and `false`."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return _plain(answer) if isinstance(answer, (int, float)) else str(answer)


def _plain(number: float | None) -> str:
    return str(int(number)) if number is not None and float(number).is_integer() else str(number)
