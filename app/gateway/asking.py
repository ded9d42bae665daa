"""A call that needs the user's yes: the question put, the client kept waiting no longer than it likes.

Nothing here allows a call; it finds out whether the user did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.core.folders import shown
from app.core.redaction import clean_head, kept_arguments
from app.gateway import eras, words
from app.gateway.approvals import Approval, Approvals, Facts, patience
from app.gateway.decision import Decision
from servers.runtime import wire

if TYPE_CHECKING:
    from app.gateway.calls import Call

MAX_PREVIEW = 20_000
"""Characters of a plan's preview that are shown and kept."""
PROGRESS_SECONDS = 10.0
_ONCE, _SESSION, _DENY = "allow once", "allow for this session", "deny"
_FORM_SCOPES = {_ONCE: "once", _SESSION: "session"}


class _FormContent(msgspec.Struct, frozen=True):
    answer: str = ""


class _FormAnswer(msgspec.Struct):
    action: str
    content: _FormContent = _FormContent()


def has_yes(call: Call, decision: Decision) -> bool:
    """Whether the user said yes: to this very call and the plan it has now, or to the tool for the session."""
    approval = call.approval
    if approval is not None and approval.allowed and approval.guard == call.guard:
        return True
    if call.plan is not None and not call.plan.undoable:
        return False
    foreign = call.session.foreign
    if foreign is not None and foreign.goes_on(call):
        return True
    return call.core.approvals.session_allows(
        call.session.id, call.session.server, call.request.tool.name, decision.asking
    )


def ask(call: Call, decision: Decision) -> None:
    """Put the question, or take over the one an earlier call left, and wait. Raises JournalError."""
    approvals = call.core.approvals
    if approvals.take_denial(call.key):
        call.deny(Decision("deny", "user", "the user said no", decision.folder, decision.paths))
        return
    approval = call.approval
    if approval is not None and (approval.guard != call.guard or approval.allowed):
        approvals.withdraw(approval)
        approval = call.approval = None
    if approval is None:
        if approvals.full:
            call.deny(Decision("deny", "limit", words.TOO_MANY_QUESTIONS, decision.folder, decision.paths))
            return
        approval = approvals.ask(call, call.key, call.guard, call.row, _facts(call, decision))
    call.approval = approval
    approval.waiter = call
    if call.request.forms:
        _through_the_client(call, approval, decision)
    else:
        _wait(call)


def left_by_an_earlier_call(call: Call) -> Approval | None:
    """The question, or the yes, that the same call left when it was answered before."""
    approvals = call.core.approvals
    if call.request.state:
        named = approvals.opened_state(call.request.state, call.key)
        if named is not None:
            approvals.unpark(named)
            return named
    return approvals.resume(call.key)


def settled_by_the_client(call: Call) -> bool:
    """Take the user's answer that the client brings back with its state. True: the call is over, False: decide."""
    approval = call.approval
    response = call.request.responses.get("approval")
    if approval is None or approval.allowed or response is None:
        return False
    chosen = _chosen(response)
    if chosen is None:
        _release(call)
        return True
    approval.waiter = call if chosen == _DENY else None
    if chosen == _DENY:
        call.core.approvals.answer(approval.id, "deny")
        return True
    call.core.approvals.answer(approval.id, "allow", _FORM_SCOPES[chosen])
    return False


def give_up_all(approvals: Approvals, text: str) -> None:
    """Nobody can answer any more, since the gateway leaves: every question is void, and who waits for one is told."""
    for approval in approvals.all_open:
        waiter = approval.waiter
        approvals.withdraw(approval)
        if waiter is None:
            approval.row.closed("cancelled", preview=text)
        else:
            waiter.closed("cancelled", preview=text)
            waiter.released(waiter.session.refusal(waiter.request, text))


def _chosen(response: object) -> str | None:
    """What the user chose in the client's form (schema `ElicitResult`); None where they closed it without choosing."""
    try:
        answer = msgspec.convert(response, _FormAnswer)
    except msgspec.ValidationError:
        return None
    if answer.action == "accept":
        return answer.content.answer if answer.content.answer in _FORM_SCOPES else _DENY
    return _DENY if answer.action == "decline" else None


def _facts(call: Call, decision: Decision) -> Facts:
    request = call.request
    plan = call.plan
    return Facts(
        client=str(request.client),
        session=call.session.id,
        server=call.session.server,
        tool=request.tool.name,
        arguments=kept_arguments(request.arguments, wire.encode(request.arguments)),
        paths=decision.paths,
        folder=decision.folder,
        reason=decision.reason,
        preview=clean_head(plan.preview, MAX_PREVIEW) if plan else "",
        undoable=plan.undoable if plan else True,
        asking=decision.asking,
    )


def _through_the_client(call: Call, approval: Approval, decision: Decision) -> None:
    plan = call.plan
    where = ", ".join(shown(path) for path in decision.paths[:5])
    lines = [f"{call.request.tool.name} wants to change {where or 'something'}: {decision.reason}."]
    if plan is not None and plan.preview:
        lines.append(clean_head(plan.preview, 2000))
    if plan is not None and not plan.undoable:
        lines.append("It cannot be undone.")
    call.core.approvals.park(approval)
    state = call.core.approvals.state_of(approval)
    result = eras.input_required("\n\n".join(lines), [_ONCE, _SESSION, _DENY], state)
    call.released(wire.result_line(call.request.id, result))


def _wait(call: Call) -> None:
    left = max(1.0, patience(call.request.client.name) - call.elapsed)
    call.timers.append(call.core.loop.later(left, lambda: _release(call)).cancel)
    _keep_telling(call, 1)


def _keep_telling(call: Call, step: int) -> None:
    """Progress that stays far below what the server will say: it must only ever grow."""
    call.tell(step / 1000, None, "Waiting for the user's approval in Doorkeep")

    def again() -> None:
        _keep_telling(call, step + 1)

    if call.request.meta.token is not msgspec.UNSET:
        call.timers.append(call.core.loop.later(PROGRESS_SECONDS, again).cancel)


def _release(call: Call) -> None:
    approval = call.approval
    if approval is None:
        return
    call.core.approvals.park(approval)
    text = words.WAITING.format(tool=call.request.tool.name, id=approval.id)
    call.released(call.session.refusal(call.request, text))
