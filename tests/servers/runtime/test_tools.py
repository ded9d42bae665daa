from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from servers.runtime import wire
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ProtocolError, ToolError
from servers.runtime.results import Planned, Text
from servers.runtime.server import Server
from servers.runtime.tools import Tool, run_plan, run_tool


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    old: str


class Arguments(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    edits: list[Inner] = []


def rename(given: dict[str, Any]) -> dict[str, Any]:
    if "file" in given:
        given["path"] = given.pop("file")
    return given


def read_with(accept: Any, text: str) -> Any:
    server = Server("s", title="S", version="1", instructions="")

    @server.tool(title="T", accept=accept)
    def tool(call: Call, args: Arguments) -> Text:
        """Do."""
        return Text("")

    return server.tools["tool"].read(msgspec.Raw(text.encode()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The argument `path` is missing. Arguments of tool: path, count, edits."),
        ('{"path":7}', "The argument `path` is not as it should be: expected `str`, got `int`."),
        ('{"path":null}', "The argument `path` is not as it should be: expected `str`, got `null`."),
        ('{"path":"a","count":10}', "The argument `count` is not as it should be: expected `int` <= 9."),
        ('{"path":"a","pfad":1}', "There is no argument `pfad`. Arguments of tool: path, count, edits."),
        ('{"path":"a","edits":[{"old":1}]}', "The argument `edits[0].old` is not as it should be"),
        ('{"path":"a","edits":[{}]}', "The argument `edits[0].old` is missing."),
        ('{"path":"a","edits":[{"old":"x","neu":1}]}', "There is no argument `edits[0].neu`. `edits[0]` has: old."),
        ("[]", "The arguments of tool must be an object"),
        ('"path"', "The arguments of tool must be an object"),
    ],
)
def test_a_wrong_argument_is_named(text: str, words: str) -> None:
    with pytest.raises(ToolError) as error:
        read_with(None, text)
    assert error.value.text.startswith(words)


@pytest.mark.parametrize("text", ['{"path":"\\ud800"}', '{"path":NaN}', '{"path":', '{"a":' + "[" * 5000])
def test_arguments_that_are_no_text_are_refused_as_parameters(text: str) -> None:
    with pytest.raises(ProtocolError) as error:
        read_with(rename, text)
    assert error.value.code == wire.INVALID_PARAMS


def test_names_from_elsewhere_are_accepted_and_ours_too() -> None:
    assert read_with(rename, '{"file":"a","count":2}') == Arguments("a", 2)
    assert read_with(rename, '{"path":"a"}') == Arguments("a")


def test_what_is_wrong_after_renaming_is_named_as_well() -> None:
    with pytest.raises(ToolError, match="`count`"):
        read_with(rename, '{"file":"a","count":0}')


class Changing(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    dry_run: bool = False


def changing(applied: list[str], guard: list[str]) -> Tool:
    server = Server("s", title="S", version="1", instructions="")

    @server.change(title="C", destructive=False, idempotent=True)
    class change:  # noqa: N801
        """Change."""

        arguments = Changing

        @staticmethod
        def plan(call: Call, args: Any, /) -> Planned:
            return Planned(wire.Plan(writes=["/a"], preview="+" + args.text, guard=guard[0]))

        @staticmethod
        def apply(call: Call, args: Any, planned: Planned, /) -> Text:
            applied.append(args.text)
            return Text("changed")

    return server.tools["change"]


def ordered(guard: str) -> Call:
    return Call(1, order=wire.CallOrder(generation=0, guard=guard))


def test_a_change_is_applied_when_the_world_is_as_it_was_agreed_to() -> None:
    applied: list[str] = []
    run_tool(ordered("g1"), (changing(applied, ["g1"]), msgspec.Raw(b'{"text":"x"}')))
    assert applied == ["x"]


def test_nothing_is_applied_when_the_world_has_moved() -> None:
    applied: list[str] = []
    with pytest.raises(ProtocolError) as error:
        run_tool(ordered("g1"), (changing(applied, ["g2"]), msgspec.Raw(b'{"text":"x"}')))
    assert (error.value.code, applied) == (wire.WORLD_MOVED, [])


def test_a_dry_run_is_the_plan_alone() -> None:
    applied: list[str] = []
    body = run_tool(Call(1), (changing(applied, ["g"]), msgspec.Raw(b'{"text":"x","dry_run":true}')))
    assert (body, applied) == (b'"content":[{"type":"text","text":"+x"}]', [])


def test_a_call_taken_back_while_it_was_planned_applies_nothing() -> None:
    applied: list[str] = []
    call = Call(1)
    call.cancel()
    with pytest.raises(Cancelled):
        run_tool(call, (changing(applied, ["g"]), msgspec.Raw(b'{"text":"x"}')))
    assert applied == []


def test_a_plan_is_told_without_doing_it() -> None:
    applied: list[str] = []
    body = run_plan(Call(1), (changing(applied, ["g"]), msgspec.Raw(b'{"text":"x"}')))
    assert msgspec.json.decode(b"{%b}" % body, type=wire.Plan) == wire.Plan(writes=["/a"], preview="+x", guard="g")
    assert applied == []


def test_an_unforeseen_error_is_a_result_that_shows_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    server = Server("s", title="S", version="1", instructions="")

    @server.tool(title="T")
    def broken(call: Call, args: Changing) -> Text:
        """Break."""
        raise ValueError("secret content")

    body = run_tool(Call(1), (server.tools["broken"], msgspec.Raw(b'{"text":"x"}')))
    assert body.endswith(b'"isError":true')
    assert b"ValueError" in body
    assert b"secret" not in body
    assert "secret content" in capsys.readouterr().err
