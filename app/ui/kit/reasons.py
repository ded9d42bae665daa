"""Why something was not done, in words for a window: what happened, what it means, what to do. Never the insides of an error."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.core.errors import DoorkeepError


def for_window(fix: str) -> str:
    """What to do, where it can be done in a window: options and commands of the command line are no help there."""
    return "" if "--" in fix or "doorkeep " in fix else fix


def in_words(error: Exception, otherwise: str) -> str:
    """An error of ours in its own words; `otherwise` for any other."""
    if not isinstance(error, DoorkeepError):
        return otherwise
    return " ".join(part for part in (error.title, error.detail, for_window(error.fix)) if part)


def reason(error: Exception) -> str:
    """As `in_words`, where nothing more can be said of a foreign error than its kind."""
    said = QCoreApplication.translate(
        "reasons", "Something in Doorkeep went wrong ({kind}). Nothing was changed; try again."
    )
    return in_words(error, said.format(kind=type(error).__name__))
