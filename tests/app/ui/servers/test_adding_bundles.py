"""Adding the server of a bundle in the window."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.settings import load
from app.ui.servers.adding import AddPanel
from app.ui.servers.page import ServersPage

Make = Callable[..., ServersPage]
LONG = 20_000


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    """A bundle that asks for a folder and a key."""
    options = {
        "dirs": {
            "type": "directory",
            "title": "Folders",
            "description": "It reads these.",
            "multiple": True,
            "required": True,
        },
        "key": {"type": "string", "title": "API key", "description": "Of your account.", "sensitive": True},
        "size": {"type": "number", "title": "Largest file (MB)", "default": 10, "min": 1, "max": 100},
        "loud": {"type": "boolean", "title": "Loud", "default": True},
    }
    config = {
        "command": "node",
        "args": ["${__dirname}/main.js", "${user_config.dirs}", "--size=${user_config.size}"],
        "env": {"KEY": "${user_config.key}", "LOUD": "${user_config.loud}"},
    }
    said = {
        "manifest_version": "0.3",
        "name": "Word Book",
        "version": "1.0",
        "description": "Looks words up.",
        "author": {"name": "Ann Example"},
        "server": {"type": "node", "entry_point": "main.js", "mcp_config": config},
        "user_config": options,
    }
    path = tmp_path / "book.mcpb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(said))
        archive.writestr("main.js", "serve()")
    return str(path)


def test_a_bundle_is_asked_about_unpacked_and_added(make_page: Make, looked, bundle, home: str, qtbot, screens) -> None:
    page = make_page()
    page.opened({"add": ["/not/a/bundle", bundle]})
    qtbot.waitUntil(page.adding.go_on.isVisible, timeout=LONG)
    form = page.adding.form
    assert form is not None
    screens("servers-bundle", page)
    form.fields["dirs"].widget.setPlainText("/a b\n/c")  # type: ignore[attr-defined]
    form.fields["key"].widget.setText("canary")  # type: ignore[attr-defined]
    page.adding.go_on.click()
    qtbot.waitUntil(page.adding.add.isVisible, timeout=LONG)
    folder = Path(home, "bundles", "word-book-1.0")
    assert (folder / "main.js").exists()
    page.adding.add.click()
    qtbot.waitUntil(lambda: "word-book" in page.cards, timeout=LONG)
    setting = load(home).servers["word-book"]
    assert setting.args == (str(folder / "main.js"), "/a b", "/c", "--size=10")
    assert setting.env == {"KEY": "secret:word-book.key", "LOUD": "true"}
    assert page.cards["word-book"].server.bundle == str(folder)


def test_a_bundle_that_is_not_added_leaves_nothing(
    make_page: Make, looked, bundle, home: str, qtbot, background
) -> None:
    chosen: list[str] = []
    choose = lambda _parent, take: (chosen.append("asked"), take(bundle))  # noqa: E731
    page = make_page(add_panel=lambda services, taken: AddPanel(services, taken, choose_file=choose))
    page.add.click()
    page.adding.choosing.bundle.click()
    qtbot.waitUntil(page.adding.go_on.isVisible, timeout=LONG)
    form = page.adding.form
    assert form is not None
    form.fields["dirs"].widget.setPlainText("/a")  # type: ignore[attr-defined]
    page.adding.go_on.click()
    qtbot.waitUntil(page.adding.add.isVisible, timeout=LONG)
    page.adding.put_away()
    qtbot.waitUntil(lambda: os.listdir(Path(home, "bundles")) == [], timeout=LONG)
    assert chosen == ["asked"]


def test_what_is_no_bundle_is_refused_in_words(make_page: Make, looked, tmp_path: Path, qtbot) -> None:
    path = tmp_path / "odd.mcpb"
    path.write_bytes(b"no archive")
    page = make_page()
    page.opened({"add": [str(path)]})
    qtbot.waitUntil(lambda: "no zip archive" in page.adding.problem.text(), timeout=LONG)
    assert page.adding.choosing.isVisible()
