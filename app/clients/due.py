"""Carrying out changes that waited, once the app they waited for is closed."""

from __future__ import annotations

import msgspec

from app.clients import pending
from app.clients.connect import AppRunningError, Outcome, app_running, carry_out
from app.clients.pending import Pending
from app.clients.targets import Installation, Target
from app.core.errors import ClientConfigError
from app.desktop.apps import Desktop


class Applied(msgspec.Struct, frozen=True):
    """One change that was due: what came of it, or in words why it failed and goes on waiting."""

    pending: Pending
    outcome: Outcome | None = None
    problem: str = ""


def apply_due(installation: Installation, desktop: Desktop, only: Target | None = None) -> list[Applied]:
    """Every waiting change (or that of one file) whose app is closed, carried out. Raises ClientConfigError for a damaged list."""
    done: list[Applied] = []
    waiting = pending.waiting(installation.home)
    if only is not None:
        found = pending.find(installation.home, only)
        waiting = [found] if found is not None else []
    for each in waiting:
        try:
            target = each.target()
            if app_running(target, desktop) is None:
                done.append(Applied(each, carry_out(target, installation, each.wish, desktop)))
        except AppRunningError:
            continue  # it was started in this moment
        except ClientConfigError as error:
            pending.failed(installation.home, each, str(error))
            done.append(Applied(each, problem=str(error)))
    return done
