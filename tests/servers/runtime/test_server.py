from __future__ import annotations

import msgspec
import pytest

from servers.runtime.call import Call
from servers.runtime.results import Image, Planned, Text
from servers.runtime.server import Server
from servers.runtime.wire import Plan, ToolFacts


class Nothing(msgspec.Struct):
    pass


class Facts(msgspec.Struct):
    size: int


class DryRun(msgspec.Struct):
    dry_run: bool = False


@pytest.fixture
def server() -> Server:
    return Server("s", title="S", version="1", instructions="")


def test_a_function_becomes_a_tool_with_every_hint_said(server: Server) -> None:
    @server.tool(title="Count", reads=["path"])
    def count(call: Call, args: Nothing) -> Facts:
        """Count what
        is there.

        And more.
        """
        return Facts(1)

    tool = server.tools["count"]
    assert (tool.arguments, tool.result, tool.description) == (Nothing, Facts, "Count what is there.\n\nAnd more.")
    assert tool.facts == ToolFacts(reads=("path",))
    assert tool.hints == {
        "readOnlyHint": True,
        "destructiveHint": False,
        "idempotentHint": True,
        "openWorldHint": False,
    }


def test_text_and_pictures_declare_no_output(server: Server) -> None:
    @server.tool(title="A")
    def a(call: Call, args: Nothing) -> Text | list[Text | Image]:
        """A."""
        return Text("")

    @server.tool(title="B")
    def b(call: Call, args: Nothing) -> Image:
        """B."""
        return Image(b"", "image/png")

    assert [tool.result for tool in server.tools.values()] == [None, None]


def test_a_change_says_what_it_writes(server: Server) -> None:
    @server.change(title="C", destructive=True, idempotent=False, writes=["path"], plan_first=True)
    class change:  # noqa: N801
        """Change."""

        arguments = Nothing

        @staticmethod
        def plan(call: Call, args: Nothing, /) -> Planned:
            return Planned(Plan())

        @staticmethod
        def apply(call: Call, args: Nothing, planned: Planned, /) -> Text:
            return Text("")

    tool = server.tools["change"]
    assert tool.facts == ToolFacts(writes=("path",), changes=True, plan_first=True)
    assert (tool.hints["readOnlyHint"], tool.hints["destructiveHint"]) == (False, True)


def test_a_dry_run_with_declared_output_needs_a_preview(server: Server) -> None:
    class change:  # noqa: N801
        """Change."""

        arguments = DryRun

        @staticmethod
        def plan(call: Call, args: DryRun, /) -> Planned:
            return Planned(Plan())

        @staticmethod
        def apply(call: Call, args: DryRun, planned: Planned, /) -> Facts:
            return Facts(1)

    with pytest.raises(TypeError, match="needs preview"):
        server.change(title="C", destructive=True, idempotent=True, result=Facts)(change)


def test_a_name_is_given_once_and_words_are_needed(server: Server) -> None:
    @server.tool(title="A")
    def a(call: Call, args: Nothing) -> Text:
        """A."""
        return Text("")

    with pytest.raises(ValueError, match="two tools are called a"):
        server.tool(title="A", name="a")(a)

    def wordless(call: Call, args: Nothing) -> Text:
        return Text("")

    with pytest.raises(TypeError, match="docstring"):
        server.tool(title="W")(wordless)
