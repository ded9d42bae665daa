from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.bridge.conversation import Conversation
from app.bridge.framing import HELD, HOLD, MAX_LINE
from app.version import VERSION
from tests.fakes.client import MODERN_META

GREETING = b'{"doorkeep":1,"version":"0","pid":1}\n'


@pytest.fixture
def talk(home: str) -> Conversation:
    return Conversation(home, "filesystem", 1)


def line(id_: Any, method: str, modern: bool = False, **params: Any) -> bytes:
    if modern:
        params["_meta"] = MODERN_META
    return json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}).encode() + b"\n"


def answer(id_: Any) -> bytes:
    return b'{"jsonrpc":"2.0","id":' + json.dumps(id_).encode() + b',"result":{}}\n'


def said(waiting: bytearray) -> list[Any]:
    found = [json.loads(one) for one in bytes(waiting).split(b"\n") if one]
    waiting.clear()
    return found


def connect(talk: Conversation) -> list[Any]:
    """Opens the door, lets the gateway greet, and gives what it was told."""
    talk.seeking.begin(launch=True)
    talk.door_opened()
    talk.door_sent(GREETING)
    return said(talk.to_door)


def call_and_send(talk: Conversation, id_: Any, modern: bool = False) -> None:
    talk.client_sent(line(id_, "tools/call", modern, name="write_file"))
    talk.door_took(len(talk.to_door))


def test_a_call_in_flight_when_the_gateway_goes_gets_one_error_and_is_never_sent_again(talk: Conversation):
    connect(talk)
    call_and_send(talk, 5)
    talk.door_lost()
    [lost] = said(talk.to_client)
    assert lost["id"] == 5
    assert lost["result"]["isError"] is True
    assert [message.get("as") for message in connect(talk)] == ["session"]
    assert not talk.waiting


def test_a_call_lost_because_the_user_stopped_doorkeep_says_so(talk: Conversation, home: str):
    connect(talk)
    call_and_send(talk, 5)
    Path(home, "stopped").touch()
    talk.door_lost()
    assert "switched Doorkeep off" in said(talk.to_client)[0]["result"]["content"][0]["text"]


def test_a_lost_call_of_a_modern_client_is_answered_in_its_era(talk: Conversation):
    connect(talk)
    call_and_send(talk, 5, modern=True)
    talk.door_lost()
    assert said(talk.to_client)[0]["result"]["resultType"] == "complete"


def test_a_request_that_is_no_call_gets_a_protocol_error(talk: Conversation):
    connect(talk)
    talk.client_sent(line(5, "resources/read", uri="file:///a"))
    talk.door_took(len(talk.to_door))
    talk.door_lost()
    assert said(talk.to_client)[0]["error"]["code"] == -32603


def test_lists_in_flight_are_asked_again_of_the_next_gateway(talk: Conversation):
    connect(talk)
    talk.client_sent(line(1, "tools/list"))
    talk.door_took(len(talk.to_door))
    talk.door_lost()
    assert [message.get("method") for message in connect(talk)] == [None, "tools/list"]
    assert said(talk.to_client) == []


def test_a_list_that_ends_gateway_after_gateway_is_not_asked_for_ever(talk: Conversation):
    talk.client_sent(line(1, "tools/list"))
    for _ in range(3):
        connect(talk)
        talk.door_lost()
    assert said(talk.to_client)[0]["id"] == 1
    assert not talk.waiting


def test_a_call_the_lost_gateway_got_no_byte_of_goes_to_the_next_one(talk: Conversation):
    connect(talk)
    talk.client_sent(line(1, "tools/call", name="a") + line(2, "tools/call", name="b"))
    talk.door_took(10)
    talk.door_lost()
    assert [message["id"] for message in said(talk.to_client)] == [1], "half of call 1 was sent"
    assert [message.get("id") for message in connect(talk)] == [None, 2]


def test_before_its_greeting_a_gateway_gets_the_hello_alone_and_its_end_costs_no_call(talk: Conversation):
    talk.client_sent(line(1, "tools/call", name="a"))
    talk.door_opened()
    talk.client_sent(line(2, "tools/call", name="b"))
    assert [message.get("as") for message in said(talk.to_door)] == ["session"]
    talk.door_lost()
    assert said(talk.to_client) == []
    assert [message.get("id") for message in connect(talk)] == [None, 1, 2]


def test_an_answer_of_the_client_with_the_id_of_a_lost_call_does_not_keep_that_call_waiting(talk: Conversation):
    connect(talk)
    call_and_send(talk, 5)
    talk.client_sent(b'{"jsonrpc":"2.0","id":5,"result":{}}\n')
    talk.door_lost()
    assert said(talk.to_client)[0]["id"] == 5


def test_the_remembered_handshake_goes_with_the_next_hello(talk: Conversation):
    connect(talk)
    talk.client_sent(line(0, "initialize", protocolVersion="2025-06-18"))
    talk.door_took(len(talk.to_door))
    talk.door_sent(answer(0))
    talk.door_lost()
    [opening] = connect(talk)
    assert opening["initialize"] == {"protocolVersion": "2025-06-18"}


def test_a_handshake_that_was_not_answered_is_sent_again_and_not_remembered(talk: Conversation):
    connect(talk)
    talk.client_sent(line(0, "initialize", protocolVersion="2025-06-18"))
    talk.door_took(len(talk.to_door))
    talk.door_lost()
    opening, handshake = connect(talk)
    assert "initialize" not in opening
    assert handshake["method"] == "initialize"


def test_without_a_gateway_everything_that_waits_is_answered(talk: Conversation):
    talk.client_sent(
        line(0, "initialize", protocolVersion="2025-06-18") + line(1, "tools/list") + line(2, "tools/call")
    )
    talk.give_up()
    handshake, listed, called = said(talk.to_client)
    assert handshake["result"]["protocolVersion"] == "2025-06-18"
    assert listed["result"]["tools"] == []
    assert called["result"]["isError"] is True
    assert not talk.to_door


def test_a_client_that_was_given_an_empty_list_is_told_when_the_gateway_comes(talk: Conversation):
    talk.client_sent(line(0, "initialize", protocolVersion="2025-06-18") + line(1, "tools/list"))
    talk.give_up()
    said(talk.to_client)
    [opening] = connect(talk)
    assert opening["initialize"]["protocolVersion"] == "2025-06-18"
    assert said(talk.to_client) == [{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}]


def test_a_gateway_that_refuses_is_quoted_to_every_call(talk: Conversation):
    talk.client_sent(line(1, "tools/call"))
    talk.seeking.begin(launch=True)
    talk.door_opened()
    talk.door_sent(b'{"doorkeep":1,"error":{"title":"Not you.","detail":"","fix":"Leave."}}\n')
    assert talk.refused
    talk.door_lost()
    assert said(talk.to_client)[0]["result"]["content"][0]["text"] == "Not you. Leave."
    assert not talk.seeking.on


def test_whatever_listens_there_but_does_not_greet_is_no_gateway(talk: Conversation):
    talk.client_sent(line(1, "tools/call"))
    talk.door_opened()
    said(talk.to_door)
    talk.door_sent(b"HTTP/1.1 400 Bad Request\n" + answer(1))
    assert talk.refused
    talk.door_lost()
    assert said(talk.to_client)[0]["result"]["isError"] is True


def test_a_cancelled_call_is_no_longer_waited_for(talk: Conversation):
    connect(talk)
    call_and_send(talk, 5)
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
    talk.client_sent(json.dumps(cancel).encode() + b"\n")
    assert not talk.waiting
    assert said(talk.to_door) == [cancel]


def test_a_line_over_the_bound_is_refused_by_its_id_and_the_next_one_passes(talk: Conversation):
    connect(talk)
    huge = (
        json.dumps({"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"x": "y" * MAX_LINE}}).encode()
        + b"\n"
    )
    for at in range(0, len(huge), 1 << 20):
        talk.client_sent(huge[at : at + (1 << 20)])
    talk.client_sent(line(7, "tools/call"))
    [refused] = said(talk.to_client)
    assert refused["id"] == 6
    assert "64 MiB" in refused["result"]["content"][0]["text"]
    assert [message["id"] for message in said(talk.to_door)] == [7]


def test_an_answer_over_the_bound_becomes_a_clear_error(talk: Conversation):
    connect(talk)
    call_and_send(talk, 6)
    talk.door_sent(b'{"jsonrpc":"2.0","id":6,"result":{"content":"')
    for _ in range(65):
        talk.door_sent(b"x" * (1 << 20))
    talk.door_sent(b'"}}\n')
    [refused] = said(talk.to_client)
    assert refused["id"] == 6
    assert "64 MiB" in refused["result"]["content"][0]["text"]


def test_nonsense_passes_to_the_gateway_and_is_answered_without_one(talk: Conversation):
    talk.client_sent(b"nonsense\n")
    assert said(talk.to_client)[0]["error"]["code"] == -32700
    connect(talk)
    talk.client_sent(b"nonsense\n")
    assert talk.to_door == b"nonsense\n"


def test_no_request_stays_unanswered_when_the_bridge_leaves(talk: Conversation):
    connect(talk)
    call_and_send(talk, 1)
    talk.client_ended()
    talk.leave()
    assert said(talk.to_client)[0]["id"] == 1


@pytest.mark.parametrize("id_", [1, "1", 1.5, 'é\n"x', None, [1]])
def test_any_id_finds_its_way_back(talk: Conversation, id_: Any):
    connect(talk)
    call_and_send(talk, id_)
    talk.door_lost()
    assert said(talk.to_client)[0]["id"] == id_


def opened(talk: Conversation) -> None:
    """Opens the door and lets the gateway greet; what it is told stays to be sent."""
    talk.seeking.begin(launch=True)
    talk.door_opened()
    talk.door_sent(GREETING)


def leaving(talk: Conversation) -> None:
    """The gateway has greeted, took what waited, and says that it is about to leave."""
    talk.door_took(len(talk.to_door))
    talk.door_sent(HOLD)


def test_a_gateway_that_is_about_to_leave_gets_no_new_call_and_the_next_one_gets_it(talk: Conversation):
    opened(talk)
    leaving(talk)
    talk.client_sent(line(1, "tools/call", name="x"))
    assert bytes(talk.to_door) == HELD
    assert talk.to_client == b""
    talk.door_took(len(HELD))
    talk.door_lost()
    assert talk.to_client == b"", "it was not begun, so nothing was lost"
    opened(talk)
    assert bytes(talk.to_door).endswith(line(1, "tools/call", name="x"))
    assert bytes(talk.to_door).count(b"tools/call") == 1
    assert HELD not in talk.to_door


def test_what_a_leaving_gateway_is_at_work_on_is_still_answered(talk: Conversation):
    opened(talk)
    talk.client_sent(line(1, "tools/call", name="x"))
    leaving(talk)
    talk.door_sent(answer(1))
    assert bytes(talk.to_client) == answer(1)


def test_lines_that_a_leaving_gateway_got_no_byte_of_are_kept_for_the_next_one(talk: Conversation):
    opened(talk)
    first, second = line(1, "tools/call", name="x"), line(2, "tools/call", name="y")
    talk.client_sent(first + second)
    talk.door_took(len(talk.to_door) - len(second) - 5)
    talk.door_sent(HOLD)
    assert bytes(talk.to_door) == first[-5:] + HELD
    talk.door_took(len(talk.to_door))
    talk.door_lost()
    assert bytes(talk.to_client).count(b"isError") == 1, "the first may have run, the second never left"
    opened(talk)
    assert bytes(talk.to_door).endswith(second)


def test_an_answer_to_a_question_and_a_cancellation_still_reach_a_leaving_gateway(talk: Conversation):
    opened(talk)
    talk.client_sent(line(1, "tools/call", name="x"))
    leaving(talk)
    talk.door_took(len(HELD))
    said = (
        answer("of the server's") + b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n'
    )
    talk.client_sent(said)
    assert bytes(talk.to_door) == said


def test_a_cancellation_follows_the_call_that_it_means(talk: Conversation):
    opened(talk)
    leaving(talk)
    talk.door_took(len(HELD))
    said = line(1, "tools/call", name="x")
    said += b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n'
    talk.client_sent(said)
    assert talk.to_door == b""
    talk.door_lost()
    opened(talk)
    assert bytes(talk.to_door).endswith(said)


def test_a_word_that_was_not_sent_in_time_goes_to_no_other_gateway(talk: Conversation):
    opened(talk)
    talk.door_took(len(talk.to_door))
    talk.door_sent(HOLD)
    talk.client_sent(line(1, "tools/list"))
    talk.door_lost()
    opened(talk)
    assert HELD not in talk.to_door
    assert bytes(talk.to_door).endswith(line(1, "tools/list"))


def test_a_stream_of_notifications_is_opened_anew_however_often_a_gateway_leaves_in_good_order(talk: Conversation):
    opened(talk)
    listen = line(1, "subscriptions/listen", modern=True, notifications={})
    talk.client_sent(listen)
    for _ in range(5):
        leaving(talk)
        talk.door_took(len(HELD))
        talk.door_lost()
        assert talk.to_client == b""
        opened(talk)
        assert bytes(talk.to_door).endswith(listen)


def test_what_a_gateway_gives_to_keep_comes_back_with_the_next_hello_and_is_not_for_the_client(talk: Conversation):
    opened(talk)
    talk.door_sent(b'{"doorkeep":1,"keep":{"uris":["a"]}}\n{"doorkeep":1,"keep":{"uris":["b"]}}\n')
    assert talk.to_client == b""
    talk.door_lost()
    talk.door_opened()
    assert json.loads(bytes(talk.to_door))["kept"] == {"uris": ["b"]}


def test_words_that_this_bridge_does_not_know_are_not_for_the_client_either(talk: Conversation):
    opened(talk)
    talk.door_sent(b'{"doorkeep":1,"of a later release":true}\n')
    assert talk.to_client == b""


@pytest.mark.parametrize(("version", "older"), [("0.0.1", True), (VERSION, False), ("99.0", False), ("0", False)])
def test_an_older_gateway_is_noticed(talk: Conversation, version: str, older: bool):
    talk.door_opened()
    talk.door_sent(json.dumps({"doorkeep": 1, "version": version, "pid": 1}).encode() + b"\n")
    assert talk.older is older
