"""A call's way through the door, with real core, session and approvals; loop, log and server are played by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.runtime import wire
from tests.fakes.door import MODERN_META, Client, Door


def test_an_allowed_call_reaches_the_server_and_its_answer_the_client(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder / "report.md"))
    request = granted.child.last("tools/call")
    assert request["params"]["name"] == "read_file"
    assert request["params"]["arguments"] == {"path": str(folder / "report.md")}
    granted.say(lambda: granted.child.give_text(request, "# Report", paths=[str(folder / "report.md")]))
    assert client.text(id_) == "# Report"
    row = granted.only_row()
    assert (row.decision, row.by, row.outcome) == ("allowed", "policy", "ok")
    assert row.folder == str(folder)
    assert row.paths == [str(folder / "report.md")]
    assert row.result_preview == "# Report"
    assert row.client == "tester 1"


def test_a_modern_client_keeps_the_modern_form_of_the_result(granted: Door, folder: Path) -> None:
    client = granted.client(meta=MODERN_META)
    id_ = client.call("read_file", path=str(folder / "report.md"))
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "hello"))
    assert client.answer_to(id_)["result"]["resultType"] == "complete"


def test_a_legacy_client_gets_nothing_of_the_modern_era(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder / "report.md"))
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "hello"))
    assert client.answer_to(id_)["result"] == {"content": [{"type": "text", "text": "hello"}]}


def test_the_server_is_told_the_policy_before_its_first_call(granted: Door, folder: Path) -> None:
    granted.client().call("read_file", path=str(folder))
    server, policy = granted.servers.policies[0]
    assert server == "filesystem"
    assert wire.Folder(str(folder), "write") in policy.folders
    assert granted.child.last("tools/call")["doorkeep"]["generation"] == policy.generation


def test_a_path_outside_every_folder_is_refused_in_words_and_never_sent(granted: Door) -> None:
    client = granted.client()
    words = client.refused(client.call("read_file", path="/etc/passwd"))
    assert "/etc/passwd lies in no granted folder" in words
    assert "ask the user" in words
    assert granted.servers.children == {}
    row = granted.only_row()
    assert (row.decision, row.by, row.outcome) == ("denied", "policy", "denied")
    assert row.paths == ["/etc/passwd"]


def test_with_no_folder_granted_the_model_is_told_what_to_ask_for(door: Door) -> None:
    client = door.client()
    words = client.refused(client.call("search_files", query="x"))
    assert "no folder is granted" in words
    assert "doorkeep folders add" in words


def test_a_relative_path_belongs_to_the_only_folder(granted: Door, folder: Path) -> None:
    granted.client().call("read_file", path="notes/todo.txt")
    assert granted.only_row().paths == [str(folder / "notes/todo.txt")]


def test_a_pause_refuses_every_call_until_resumed(granted: Door, folder: Path) -> None:
    client = granted.client()
    granted.core.pause()
    assert "paused" in client.refused(client.call("read_file", path=str(folder)))
    assert granted.only_row().by == "user"
    granted.core.resume()
    client.call("read_file", path=str(folder))
    assert len(granted.child.requests("tools/call")) == 1


def test_a_change_of_the_settings_is_in_force_at_the_next_call(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("read_file", path=str(folder))
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "off"\n')
    assert "refused" in client.refused(client.call("read_file", path=str(folder)))
    assert granted.servers.policies[-1][1].generation == granted.core.generation


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[servers.filesystem]\nenabled = false\n", "switched this server off"),
        ('[servers.filesystem.tools]\nread_file = "off"\n', "switched the tool read_file off"),
    ],
)
def test_what_the_user_switched_off_is_refused_by_rule(granted: Door, folder: Path, settings: str, words: str) -> None:
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n' + settings)
    client = granted.client()
    assert words in client.refused(client.call("read_file", path=str(folder)))
    assert granted.only_row().by == "rule"


def test_a_server_that_ends_fails_only_its_calls_in_flight_each_with_one_answer(granted: Door, folder: Path) -> None:
    client = granted.client()
    first, second = (client.call("read_file", path=str(folder)) for _ in range(2))
    granted.say(granted.child.die)
    for id_ in (first, second):
        assert "SIGKILL" in client.refused(id_)
    assert [row.outcome for row in granted.journal.rows()] == ["error", "error"]
    third = client.call("read_file", path=str(folder))
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "again"))
    assert client.text(third) == "again"


def test_a_server_that_cannot_be_started_is_said_in_words(granted: Door, folder: Path) -> None:
    granted.servers.refuse = True
    client = granted.client()
    assert "ended 5 times" in client.refused(client.call("read_file", path=str(folder)))
    assert granted.only_row().outcome == "error"


def test_a_second_answer_to_the_same_request_is_dropped(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    request = granted.child.last("tools/call")
    granted.say(lambda: granted.child.give_text(request, "one"))
    granted.say(lambda: granted.child.give_text(request, "two"))
    assert client.text(id_) == "one"


def test_a_call_that_takes_too_long_is_answered_and_taken_back(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    granted.advance(240)
    assert "did not finish within 240 s" in client.refused(id_)
    request = granted.child.last("tools/call")
    assert granted.child.last("notifications/cancelled")["params"] == {"requestId": request["id"]}
    granted.advance(3)
    assert granted.only_row().outcome == "error"


def test_a_change_that_was_made_after_the_time_was_up_still_reaches_the_log(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("write_file", path=str(folder / "a"), content="x")
    granted.advance(240)
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "done", change_id="c1"))
    assert "did not finish" in client.refused(id_)
    row = granted.only_row()
    assert (row.outcome, row.change_id) == ("error", "c1")


def test_a_cancelled_call_gets_no_answer_and_its_server_is_told(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    client.notify("notifications/cancelled", {"requestId": id_})
    request = granted.child.last("tools/call")
    assert granted.child.last("notifications/cancelled")["params"] == {"requestId": request["id"]}
    granted.say(lambda: granted.child.give_text(request, "too late"))
    assert client.answers(id_) == []
    assert granted.only_row().outcome == "cancelled"


def test_a_cancelled_call_that_the_server_never_answers_is_closed_all_the_same(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    client.notify("notifications/cancelled", {"requestId": id_})
    granted.advance(3)
    assert granted.only_row().outcome == "cancelled"
    assert granted.child.in_flight == 0


def test_when_the_client_leaves_its_calls_are_cancelled(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("read_file", path=str(folder))
    granted.say(client.session.closed)
    granted.advance(3)
    assert granted.only_row().outcome == "cancelled"
    assert granted.core.sessions == set()


REFUSED = {"reason": "/w/b lies in /w, which is switched off", "folder": "/w", "path": "/w/b"}


def test_what_our_server_refuses_by_the_rules_is_denied_and_names_the_folder(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    result = {"content": [{"type": "text", "text": "Cannot read it."}], "isError": True}
    granted.say(lambda: granted.child.give(granted.child.last("tools/call"), result, refused=REFUSED))
    assert client.refused(id_) == "Cannot read it."
    row = granted.only_row()
    assert (row.decision, row.by, row.outcome) == ("denied", "policy", "denied")
    assert (row.reason, row.folder, row.paths) == (REFUSED["reason"], "/w", ["/w/b"])


def test_what_is_refused_in_a_plan_is_denied_as_well(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("undo", change_id="c1")
    plan = granted.child.last("doorkeep/plan")
    error = {"code": wire.INVALID_PARAMS, "message": "Cannot take it back."}
    granted.say(
        lambda: granted.child.say(
            {"jsonrpc": "2.0", "id": plan["id"], "error": error, "doorkeep": {"refused": REFUSED}}
        )
    )
    assert client.refused(id_) == "Cannot take it back."
    row = granted.only_row()
    assert (row.decision, row.outcome, row.folder) == ("denied", "denied", "/w")


def test_a_refusal_after_a_change_was_made_stays_a_failure(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("write_file", path=str(folder / "a"), content="x")
    result = {"content": [{"type": "text", "text": "Half of it is done."}], "isError": True}
    request = granted.child.last("tools/call")
    granted.say(lambda: granted.child.give(request, result, refused=REFUSED, change_id="c1"))
    row = granted.only_row()
    assert (row.decision, row.outcome, row.change_id) == ("allowed", "error", "c1")


def test_progress_reaches_the_client_under_its_own_token_and_only_grows(granted: Door, folder: Path) -> None:
    client = granted.client()
    client.call("read_file", meta={"progressToken": "mine"}, path=str(folder))
    token = granted.child.last("tools/call")["params"]["_meta"]["progressToken"]
    for progress in (1, 2, 2, 1, 3):
        params = {"progressToken": token, "progress": progress, "total": 3}
        granted.child.say({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
    told = client.told("notifications/progress")
    assert [params["progress"] for params in told] == [1, 2, 3]
    assert {params["progressToken"] for params in told} == {"mine"}


def test_without_a_token_no_progress_is_asked_for(granted: Door, folder: Path) -> None:
    granted.client().call("read_file", path=str(folder))
    assert "progressToken" not in granted.child.last("tools/call")["params"]["_meta"]


def test_more_calls_a_minute_than_allowed_are_refused_until_the_bucket_refills(granted: Door, folder: Path) -> None:
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n[limits]\ncalls_per_minute = 2\n')
    client = granted.client()
    client.call("read_file", path=str(folder))
    client.call("read_file", path=str(folder))
    assert "2 calls in a minute" in client.refused(client.call("read_file", path=str(folder)))
    assert granted.journal.rows()[-1].by == "limit"
    granted.advance(30)
    client.call("read_file", path=str(folder))
    assert len(granted.child.requests("tools/call")) == 3


def test_more_calls_in_flight_than_allowed_are_refused(granted: Door, folder: Path) -> None:
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n[limits]\nin_flight = 1\n')
    client = granted.client()
    client.call("read_file", path=str(folder))
    assert "1 calls at the same time" in client.refused(client.call("read_file", path=str(folder)))


def test_a_result_over_the_limit_becomes_an_error_that_names_both_sizes(granted: Door, folder: Path) -> None:
    granted.settings(f'[[folders]]\npath = "{folder}"\naccess = "read"\n[limits]\nresult_bytes = 100\n')
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    granted.say(lambda: granted.child.give_text(granted.child.last("tools/call"), "x" * 200))
    words = client.refused(id_)
    assert "the limit is 100" in words
    assert granted.only_row().outcome == "error"


def test_a_servers_own_error_is_passed_on_and_closed(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    granted.say(lambda: granted.child.give_error(granted.child.last("tools/call"), -32602, "No such argument."))
    assert client.answer_to(id_)["error"] == {"code": -32602, "message": "No such argument."}
    assert granted.only_row().outcome == "error"


@pytest.mark.parametrize("result", [[], "text", {"content": "none"}, {"content": [3]}])
def test_what_is_no_result_becomes_a_clear_error(granted: Door, folder: Path, result: object) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    request = granted.child.last("tools/call")
    granted.say(lambda: granted.child.say({"jsonrpc": "2.0", "id": request["id"], "result": result}))
    assert "no result" in client.refused(id_)
    assert granted.only_row().outcome == "error"


def test_a_server_with_an_older_table_is_told_again_and_the_call_repeated(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    first = granted.child.last("tools/call")
    granted.say(lambda: granted.child.give_error(first, wire.STALE_POLICY, "I know policy 0"))
    assert granted.child.last("doorkeep/policy")["params"]["generation"] == granted.core.generation
    second = granted.child.last("tools/call")
    assert second["id"] != first["id"]
    granted.say(lambda: granted.child.give_text(second, "now"))
    assert client.text(id_) == "now"


def test_a_server_that_never_learns_its_table_ends_in_words(granted: Door, folder: Path) -> None:
    client = granted.client()
    id_ = client.call("read_file", path=str(folder))
    for _ in range(10):
        if client.answers(id_):
            break
        granted.say(
            lambda: granted.child.give_error(granted.child.last("tools/call"), wire.STALE_POLICY, "I know policy 0")
        )
    assert "Nothing was done" in client.refused(id_)


def test_reading_a_resource_is_decided_and_recorded_like_a_call(granted: Door, folder: Path, legacy: Client) -> None:
    inside = legacy.request("resources/read", {"uri": (folder / "report.md").as_uri()})
    assert granted.child.last("resources/read")["params"]["uri"] == (folder / "report.md").as_uri()
    contents = {"contents": [{"uri": "file:///x", "text": "# Report"}], "ttlMs": 0, "cacheScope": "private"}
    granted.say(lambda: granted.child.give(granted.child.last("resources/read"), contents))
    assert legacy.answer_to(inside)["result"] == {"contents": [{"uri": "file:///x", "text": "# Report"}]}
    outside = legacy.request("resources/read", {"uri": "file:///etc/pass%77d"})
    assert "/etc/passwd lies in no granted folder" in legacy.answer_to(outside)["error"]["message"]
    assert [(row.tool, row.outcome) for row in granted.journal.rows()] == [
        ("resources/read", "ok"),
        ("resources/read", "denied"),
    ]


def test_a_secret_in_the_arguments_goes_to_the_server_but_not_into_the_log(granted: Door, folder: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    granted.client().call("write_file", path=str(folder / "x"), content=f"token is {token}", password="hunter2")
    assert token in granted.child.last("tools/call")["params"]["arguments"]["content"]
    logged = bytes(granted.only_row().arguments).decode()
    assert token not in logged
    assert "hunter2" not in logged
