"""What a model is told when a call cannot go on: what happened, and what to do."""

from __future__ import annotations

from app.core.errors import JournalError

WAITING = (
    "Nothing was done yet: this call is waiting for the user's approval; call again with the same arguments. "
    "Tell the user that Doorkeep asks about {tool} (question {id}); the answer is given in Doorkeep's window "
    "or with `doorkeep approvals allow {id}`."
)
EXPIRED = "Nothing was done: the user did not answer Doorkeep's question in time. Ask the user, then call again."
PLAN_LATE = "Nothing was done: the server did not say in time what this call would do. Try again, with less at a time."
NO_PLAN = "Nothing was done: the server's plan for this call could not be read."
NO_RESULT = "The server answered something that is no result. What was done cannot be told; look before calling again."
KEEPS_MOVING = "Nothing was done: what this call is about keeps changing. Read it again, then call again."
TOO_MANY_QUESTIONS = "too many questions wait for the user's answer"


def late(seconds: int) -> str:
    """The server took longer than a call may."""
    return (
        f"The server did not finish within {seconds} s, and was told to stop. It may have done part of it: "
        "look before calling again, and ask for less at a time."
    )


def unrecorded(error: JournalError) -> str:
    """The log cannot be written, so nothing is allowed."""
    return (
        f"Nothing was done: Doorkeep cannot write its call log, and allows no call without it. {error} "
        "Ask the user to run `doorkeep doctor`."
    )


def cut(reason: str, seconds: float) -> str:
    """The gateway leaves, and has waited for this call as long as it may. `reason`: why, as a sentence's subject and verb."""
    return (
        f"{reason} while this call was running, and it did not finish within {seconds:.0f} s. It may have done part of it: "
        "look before calling again."
    )


def unanswered(reason: str) -> str:
    """The gateway leaves while the user is being asked."""
    return (
        f"Nothing was done: {reason} while this call was waiting for the user's approval. "
        "Call again with the same arguments."
    )
