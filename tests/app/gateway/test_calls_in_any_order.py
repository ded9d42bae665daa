"""Answers, timeouts, cancellations, crashes and second answers in any order: what never happens, and what always does."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from servers.runtime import wire
from tests.fakes.door import PIN, Door, HandChild
from tests.fakes.oracle import never_allowed_without_a_yes

ANY = st.integers(0, 1000)


class AskingDoor(RuleBasedStateMachine):
    """A folder where each change asks, one client, and every event there is, in the order hypothesis likes."""

    @initialize()
    def open_the_door(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        root = Path(self.place.name).resolve()
        self.folder = root / "Documents"
        for name in ("home", "builtin", "Documents"):
            (root / name).mkdir()
        (root / "builtin" / "filesystem.json").write_text(json.dumps(PIN))
        self.door = Door(str(root / "home"), str(root / "builtin"))
        self.door.settings(f'[[folders]]\npath = "{self.folder}"\naccess = "ask"\n')
        rooms = ("approvals", "calls", "limits", "rows")
        self.patches = [patch(f"app.gateway.{room}.monotonic", self.door.loop.time) for room in rooms]
        for one in self.patches:
            one.start()
        self.client = self.door.client()
        self.ids: list[Any] = []

    def _open_requests(self, method: str) -> list[tuple[HandChild, dict[str, Any]]]:
        return [
            (child, request)
            for child in self.door.servers.everything
            if not child.gone
            for request in child.requests(method)
        ]

    @rule(content=st.sampled_from(["one", "two"]))
    def call(self, content: str) -> None:
        self.ids.append(self.client.call("write_file", path=str(self.folder / "a"), content=content))

    @rule(pick=ANY, guard=st.sampled_from(["g1", "g2"]), undoable=st.booleans())
    def plan_or_plan_again(self, pick: int, guard: str, undoable: bool) -> None:
        found = self._open_requests("doorkeep/plan")
        if found:
            child, request = found[pick % len(found)]
            plan = {"writes": [str(self.folder / "a")], "guard": guard, "undoable": undoable}
            self.door.say(lambda: child.give(request, plan))

    @rule(pick=ANY, kind=st.sampled_from(["done", "moved", "stale", "failed"]))
    def server_answers_maybe_twice(self, pick: int, kind: str) -> None:
        found = self._open_requests("tools/call")
        if not found:
            return
        child, request = found[pick % len(found)]
        codes = {"moved": wire.WORLD_MOVED, "stale": wire.STALE_POLICY, "failed": wire.INTERNAL_ERROR}
        if kind == "done":
            self.door.say(lambda: child.give_text(request, "done", change_id="c"))
        else:
            self.door.say(lambda: child.give_error(request, codes[kind], "words"))

    @rule(pick=ANY, answer=st.sampled_from(["allow", "deny"]))
    def user_answers(self, pick: int, answer: str) -> None:
        listed = self.door.core.approvals.listed()
        if listed:
            self.door.say(lambda: self.door.core.answer(listed[pick % len(listed)]["id"], answer))

    @rule(pick=ANY)
    def client_takes_a_call_back(self, pick: int) -> None:
        if self.ids:
            self.client.notify("notifications/cancelled", {"requestId": self.ids[pick % len(self.ids)]})

    @rule(seconds=st.sampled_from([0.5, 2.5, 46.0, 250.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.door.advance(seconds)

    @rule()
    def server_dies(self) -> None:
        for child in self.door.servers.everything:
            if not child.gone:
                self.door.say(child.die)

    @rule()
    def user_pauses_or_resumes(self) -> None:
        if self.door.core.paused:
            self.door.core.resume()
        else:
            self.door.core.pause()

    @invariant()
    def no_call_without_a_yes(self) -> None:
        if hasattr(self, "door"):
            never_allowed_without_a_yes(self.door)

    @invariant()
    def no_second_answer(self) -> None:
        if hasattr(self, "door"):
            assert all(len(self.client.answers(id_)) <= 1 for id_ in self.ids)

    def teardown(self) -> None:
        if not hasattr(self, "door"):
            return
        try:
            self.door.advance(10_000)
            self.door.say(self.client.session.closed)
            self.door.advance(10_000)
            assert self.door.core.deadlines.waiting == 0
            assert self.client.session.in_flight == 0
            assert all(child.in_flight == 0 for child in self.door.servers.everything)
            assert all("closed" in self.door.journal.kinds(row.id) for row in self.door.journal.rows())
            assert self.door.core.approvals.listed() == []
            assert self.door.loop.waiting == 0
            self.client.check()
        finally:
            for one in self.patches:
                one.stop()
            self.place.cleanup()


TestAskingDoor = AskingDoor.TestCase
TestAskingDoor.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
