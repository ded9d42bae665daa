"""The update check: which version is newer, when it asks, what it keeps, and what it makes of odd answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from app.core import settings, updates
from app.core.updates import Release, newer
from app.core.web import WebError
from app.version import VERSION

NOON = 1_800_000_000.0


@pytest.fixture
def answers() -> Iterator[Callable[[bytes], str]]:
    """Has a server on loopback answer with that from now on; gives its address."""
    said = [b""]

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(said[0])))
            self.end_headers()
            self.wfile.write(said[0])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def say(content: bytes) -> str:
        said[0] = content
        return f"http://127.0.0.1:{server.server_port}/latest.json"

    yield say
    server.shutdown()
    server.server_close()


def release(version: str = "9.9.9", notes: str = "Better.", link: str = "https://example.com/doorkeep") -> bytes:
    return json.dumps({"version": version, "notes": notes, "link": link, "unknown": [1]}).encode()


def named(home: str, url: str, *, on: bool = True) -> settings.Settings:
    Path(settings.settings_path(home)).write_text(f'[updates]\ncheck = {str(on).lower()}\nurl = "{url}"\n')
    return settings.load(home)


@pytest.mark.parametrize(
    ("version", "than", "expected"),
    [
        ("0.1.1", "0.1.0", True),
        ("0.1.0", "0.1.0", False),
        ("0.0.9", "0.1.0", False),
        ("0.10.0", "0.9.9", True),
        ("1", "0.9", True),
        ("1.0", "1.0.0", False),
        ("1.0.0.1", "1.0.0", True),
        ("v2.0.0", "1.9", True),
        ("2.0.0+build.7", "2.0.0", False),
        ("0.2.0-rc.1", "0.1.0", False),
        ("0.2.0rc1", "0.2.0b3", True),
        ("0.2.0-alpha", "0.2.0.dev4", True),
        ("0.2.0", "0.2.0rc1", True),
        ("0.2.0rc2", "0.2.0rc10", False),
        ("0.1.0", "0.2.0rc1", False),
        ("latest", "0.1.0", False),
        ("", "0.1.0", False),
        ("1.2.3.4.5", "0.1.0", False),
        ("9999999999.0", "0.1.0", False),
        ("٢.0", "0.1.0", False),
        ("1." + "0" * 200, "0.1.0", False),
    ],
)
def test_which_version_is_offered(version: str, than: str, expected: bool) -> None:
    assert newer(version, than) is expected


def test_without_an_address_nothing_is_ever_due_and_asking_says_so(home: str) -> None:
    Path(settings.settings_path(home)).write_text("[updates]\ncheck = true\n")
    found = settings.load(home)
    assert (updates.news(home, found).state, updates.due(home, found)) == ("unset", False)
    with pytest.raises(WebError, match="no address"):
        updates.ask(home)


def test_it_is_off_until_the_person_turns_it_on(home: str) -> None:
    assert updates.news(home, named(home, "https://example.com/", on=False)).state == "off"
    assert not updates.due(home, settings.load(home))
    settings.edit(home, lambda document: updates.switch(document, on=True))
    assert updates.news(home, settings.load(home)).state == "never"
    assert updates.due(home, settings.load(home))


def test_the_builds_own_address_counts_where_the_settings_name_none(home: str, tmp_path: Path, monkeypatch) -> None:
    baked = tmp_path / "updates.url"
    baked.write_text("https://example.com/latest.json\n")
    monkeypatch.setattr(updates, "BAKED", str(baked))
    assert updates.address(settings.Settings()) == "https://example.com/latest.json"
    assert updates.address(named(home, "https://elsewhere.example/")) == "https://elsewhere.example/"


def test_no_address_is_written_down_in_the_source() -> None:
    assert updates.address(settings.Settings()) == ""


def test_a_newer_version_is_kept_with_its_notes_and_link(home: str, answers) -> None:
    found = named(home, answers(release()))
    assert updates.ask(home, NOON).state == "newer"
    again = updates.news(home, found)
    assert (again.state, again.asked_at, again.problem) == ("newer", NOON, "")
    assert again.release == Release("9.9.9", "Better.", "https://example.com/doorkeep")


@pytest.mark.parametrize("version", [VERSION, "0.0.1", "99.0.0rc1"])
def test_what_is_not_newer_is_not_offered(home: str, answers, version: str) -> None:
    named(home, answers(release(version)))
    assert updates.ask(home).state == "current"


def test_it_asks_once_a_day(home: str, answers) -> None:
    found = named(home, answers(release()))
    updates.ask(home, NOON)
    moments = {0: False, 60: False, updates.DAY - 1: False, updates.DAY: True, -60: True}
    assert {passed: updates.due(home, found, NOON + passed) for passed in moments} == moments


def test_a_failure_waits_for_the_next_day_too_and_keeps_what_was_known(home: str, answers) -> None:
    found = named(home, answers(release()))
    updates.ask(home, NOON)
    answers(b"garbage")
    after = updates.ask(home, NOON + updates.DAY)
    assert (after.state, after.release and after.release.version) == ("newer", "9.9.9")
    assert "no news of a version" in after.problem
    assert not updates.due(home, found, NOON + updates.DAY + 60)


def test_another_address_is_asked_at_once_and_the_old_answer_is_forgotten(home: str, answers) -> None:
    named(home, answers(release()))
    updates.ask(home, NOON)
    other = named(home, "https://elsewhere.example/")
    assert updates.due(home, other, NOON + 1)
    assert updates.news(home, other).state == "never"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"<html>",
        b"[]",
        b"{}",
        b"null",
        b'{"version": 2}',
        b'{"version": "latest"}',
        b'{"version": "1.0", "notes": {}}',
        b'{"version": "1.0"',
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"version": "' + b"1" * 50_000 + b'"}',
        b"x" * (updates.MOST_BYTES + 1),
    ],
    ids=lambda content: f"{len(content)}-{content[:12]!r}",
)
def test_an_answer_that_is_none_is_told_and_nothing_is_offered(home: str, answers, content: bytes) -> None:
    named(home, answers(content))
    found = updates.ask(home)
    assert (found.state, found.release) == ("failed", None)
    assert found.problem


def test_notes_are_bounded_and_free_of_what_steers_a_terminal() -> None:
    found = updates.read(release(notes="\x1b[2Jred\u202e\nline two" + "x" * 10_000))
    assert found.notes.startswith("[2Jred \nline two")
    assert len(found.notes) <= updates.MOST_NOTES + 1
    assert found.notes.endswith("…")


@pytest.mark.parametrize(
    "link", ["http://example.com/", "javascript:alert(1)", "file:///x", "https://a b", "https://e.com/" + "x" * 600]
)
def test_a_link_that_a_browser_should_not_get_is_left_out(link: str) -> None:
    assert updates.read(release(link=link)).link == ""


def test_a_version_is_told_of_once(home: str, answers) -> None:
    named(home, answers(release()))
    found = updates.ask(home)
    assert [updates.untold(home, found), updates.untold(home, found)] == [True, False]
    answers(release("10.0.0"))
    assert updates.untold(home, updates.ask(home))


def test_what_is_kept_may_be_broken_or_gone(home: str) -> None:
    found = named(home, "https://example.com/")
    Path(home, "updates.json").write_bytes(b"\x00{")
    assert updates.news(home, found).state == "never"
    assert updates.due(home, found)


def test_a_home_that_cannot_be_written_keeps_nothing_and_still_tells(home: str, answers) -> None:
    named(home, answers(release()))
    Path(home, "updates.json").mkdir()
    assert updates.ask(home).state == "never"  # nothing was kept, and nothing broke
