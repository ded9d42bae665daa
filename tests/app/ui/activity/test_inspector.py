"""One call in full."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtGui import QGuiApplication

from app.ui.activity.inspector import Inspector


@pytest.fixture
def inspector(theme, qtbot) -> Inspector:
    made = Inspector(theme)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("fields", "undo", "grant", "ask"),
    [
        ({"outcome": "ok"}, False, False, True),
        ({"outcome": "ok", "change_id": "c1", "tool": "edit_file"}, True, False, True),
        ({"outcome": "denied", "decision": "denied"}, False, True, False),
        ({"outcome": "ok", "by": "user"}, False, False, False),
    ],
)
def test_only_what_can_be_done_is_offered(
    inspector: Inspector, live, fields, undo: bool, grant: bool, ask: bool
) -> None:
    inspector.show_record(live(1, **fields))
    offered = [not button.isHidden() for button in (inspector._undo, inspector._grant, inspector._ask)]
    assert offered == [undo, grant, ask]


def test_what_is_wanted_is_told(inspector: Inspector, live, qtbot) -> None:
    inspector.show_record(live(1, outcome="denied", decision="denied", paths=["/srv/x/secret.md"]))
    with qtbot.waitSignal(inspector.grant_asked) as asked:
        inspector._grant.click()
    assert asked.args == ["/srv/x"]


def test_arguments_are_readable_and_a_million_characters_are_bounded(inspector: Inspector, live) -> None:
    inspector.show_record(live(1, arguments=msgspec.Raw(b'{"path":"/a","n":[1,2]}')))
    assert '"path": "/a"' in inspector._arguments.toPlainText()
    inspector.show_record(live(1, arguments=msgspec.Raw(msgspec.json.encode({"content": "x" * 1_000_000}))))
    assert len(inspector._arguments.toPlainText()) < 101_000
    assert "more characters" in inspector._arguments.toPlainText()


def test_a_change_is_shown_as_what_goes_and_what_comes(inspector: Inspector, live) -> None:
    edit = {"path": "/a", "edits": [{"old": "milk", "new": "oat \u202emilk"}]}
    inspector.show_record(live(1, tool="edit_file", outcome="ok", arguments=msgspec.Raw(msgspec.json.encode(edit))))
    assert inspector._change.toPlainText().startswith("-milk\n+oat ")
    assert "\u202e" not in inspector._change.toPlainText()
    assert inspector._change_title.text() == "What changed"
    inspector.show_record(live(1, tool="edit_file", outcome="denied", arguments=msgspec.Raw(msgspec.json.encode(edit))))
    assert inspector._change_title.text() == "What was to change"
    inspector.show_record(live(1))
    assert inspector._change.isHidden()


def test_a_result_that_is_json_is_set_out(inspector: Inspector, live) -> None:
    inspector.show_record(live(1, result_preview='{"changed":true}'))
    assert inspector._result.toPlainText() == '{\n  "changed": true\n}'


def test_copy_takes_everything(inspector: Inspector, live) -> None:
    inspector.show_record(live(1, reason="because", result_preview="hello"))
    inspector._copy()
    text = QGuiApplication.clipboard().text()
    assert "because" in text
    assert "hello" in text


def test_names_that_could_fool_are_made_visible(inspector: Inspector, live) -> None:
    inspector.show_record(live(1, paths=["/a/\u202egnp.exe"], reason="x\ny"))
    assert "\u202e" not in inspector._paths.text() + inspector._title.text()


def test_closing_lets_go(inspector: Inspector, live, qtbot) -> None:
    inspector.show_record(live(1))
    with qtbot.waitSignal(inspector.closed):
        inspector.put_away()
    assert inspector.record is None
    assert inspector.as_text() == ""
