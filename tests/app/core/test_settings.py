"""doorkeep.toml: what counts, what is refused, and that a person's words survive."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import settings as s
from app.core.errors import SettingsError


def write(home: str, text: str) -> None:
    Path(s.settings_path(home)).write_text(text)


def test_no_file_allows_nothing(home: str) -> None:
    assert s.load(home) == s.Settings()


def test_a_whole_file_is_understood(home: str, guard: Path) -> None:
    write(
        home,
        """
        [[folders]]
        path = "~/Projects"
        access = "ask"
        servers = ["filesystem"]
        reveal = [".env.example"]
        [servers.github]
        command = "npx"
        args = ["-y", "x"]
        env = { TOKEN = "secret:github" }
        tools = { create_issue = "ask" }
        [servers.far]
        url = "https://example.com/mcp"
        auth = "oauth"
        headers = { X-Key = "Key {secret:key}" }
        oauth = { client_id = "me", client_secret = "secret:id", scope = "a b", port = 8765 }
        [limits]
        calls_per_minute = 7
        """,
    )
    found = s.load(home)
    assert found.folders == (s.FolderSetting(str(guard / "Projects"), "ask", ("filesystem",), (".env.example",)),)
    assert found.servers["github"].tools == {"create_issue": "ask"}
    far = found.servers["far"]
    assert (far.headers, far.oauth) == ({"X-Key": "Key {secret:key}"}, s.OAuthSetting("me", "secret:id", "a b", 8765))
    assert found.limits == s.Limits(calls_per_minute=7)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[folders]", "not valid TOML"),
        ('[[folders]]\npath = "/a"\naccess = "rw"', "access"),
        ('[[folders]]\npath = "a"\naccess = "read"', "not an absolute path"),
        ('[[folders]]\npath = "/a"\naccess = "read"\nacces = 1', "acces"),
        ('[[folders]]\npath = "/a"\naccess = "read"\n[[folders]]\npath = "/a/."\naccess = "off"', "twice"),
        ("[servers.X]\nenabled = true", "[a-z0-9-]"),
        ('[servers.x]\ncommand = "a"\nurl = "b"', "both"),
        ('[servers.x]\ncommand = "a"\nheaders = { X = "1" }', "no url to send them to"),
        ('[servers.x]\ncommand = "a"\ncwd = "here"', "a cwd that is not absolute"),
        ('[servers.x]\nurl = "b"\ncwd = "/a"', "a cwd that is not absolute, or no command"),
        (
            '[servers.x]\nurl = "b"\nauth = "secret:a"\nheaders = { authorization = "1" }',
            "both auth and an Authorization",
        ),
        ('[servers.x]\nurl = "b"\nheaders = { "a b" = "1" }', "headers"),
        ('[servers.x]\nurl = "b"\nheaders = { X = "a\\nb" }', "headers"),
        ('[servers.x]\nurl = "b"\nheaders = { X = "a\\n" }', "headers"),
        ('[servers.x]\nurl = "b"\nheaders = { X = "" }', "headers"),
        ('[servers.x]\nurl = "b"\noauth = { client_secret = "plain" }', "client_secret"),
        ('[servers.x]\nurl = "b"\noauth = { port = 70000 }', "port"),
        ('[servers.x]\ncommand = "a"\ntokens = { "github.com" = "secret:a" }', "only git takes"),
        ('[servers.git]\ntokens = { "github.com" = "plain" }', "tokens"),
        ("[limits]\nresult_bytes = 0", "result_bytes"),
        ("[limits]\nresult_bytes = true", "result_bytes"),
        ('nonsense = "x"', "nonsense"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(home: str, text: str, says: str) -> None:
    write(home, text)
    with pytest.raises(SettingsError, match=says.replace("[", r"\[")):
        s.load(home)


def test_bytes_that_are_no_text_are_refused(home: str) -> None:
    Path(s.settings_path(home)).write_bytes(b"a = '\xff'")
    with pytest.raises(SettingsError, match="UTF-8"):
        s.load(home)


def test_a_huge_file_is_refused(home: str) -> None:
    Path(s.settings_path(home)).write_bytes(b"#" * (s.MAX_BYTES + 1))
    with pytest.raises(SettingsError, match="larger"):
        s.load(home)


def test_each_accepted_version_is_a_generation(home: str) -> None:
    file = s.SettingsFile(home)
    file.now()
    first = file.generation
    file.now()
    assert file.generation == first
    s.edit(home, lambda doc: doc.update({"limits": {"in_flight": 3}}))
    assert file.now().limits.in_flight == 3
    assert file.generation == first + 1


def test_a_broken_file_leaves_the_last_good_version_in_force_even_after_a_restart(home: str) -> None:
    write(home, "[limits]\nin_flight = 3")
    assert s.SettingsFile(home).now().limits.in_flight == 3
    write(home, "[limits]\nin_flight = ")
    restarted = s.SettingsFile(home)
    assert restarted.now().limits.in_flight == 3
    assert restarted.error is not None


def test_a_file_taken_away_allows_nothing(home: str) -> None:
    write(home, "[limits]\nin_flight = 3")
    file = s.SettingsFile(home)
    file.now()
    os.unlink(s.settings_path(home))
    assert file.now() == s.Settings()


def test_comments_order_and_line_ends_survive_an_edit(home: str) -> None:
    before = "# mine\n[limits]  # why\nin_flight = 3 # three\n\n# end\n"
    write(home, before)
    s.edit(home, lambda doc: doc["limits"].update({"in_flight": 4}))
    assert Path(s.settings_path(home)).read_text() == before.replace("= 3", "= 4")


def test_an_edit_that_makes_nonsense_writes_nothing(home: str) -> None:
    write(home, "[limits]\nin_flight = 3\n")
    with pytest.raises(SettingsError):
        s.edit(home, lambda doc: doc["limits"].update({"in_flight": -1}))
    assert Path(s.settings_path(home)).read_text() == "[limits]\nin_flight = 3\n"


def test_a_broken_file_is_never_overwritten(home: str) -> None:
    write(home, "[limits\n")
    with pytest.raises(SettingsError):
        s.edit(home, lambda doc: doc.update({"limits": {}}))
    assert Path(s.settings_path(home)).read_text() == "[limits\n"


def test_an_edit_made_by_a_person_in_between_is_kept(home: str) -> None:
    write(home, "[limits]\nin_flight = 3\n")
    saved: list[str] = []

    def change(doc: object) -> None:
        if not saved:
            saved.append("now")
            write(home, "[limits]\nin_flight = 3\ncall_seconds = 9\n")
        doc["limits"]["in_flight"] = 5  # type: ignore[index]

    found = s.edit(home, change)
    assert (found.limits.in_flight, found.limits.call_seconds) == (5, 9)


def test_edits_at_the_same_time_are_all_kept(home: str) -> None:
    def add(number: int) -> None:
        s.edit(home, lambda doc: doc.setdefault("servers", {}).update({f"s{number}": {"enabled": False}}))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(s.load(home).servers) == {f"s{number}" for number in range(8)}


def test_the_file_and_its_copy_are_private(home: str) -> None:
    s.edit(home, lambda doc: doc.update({"limits": {"in_flight": 3}}))
    s.SettingsFile(home).now()
    for name in ("doorkeep.toml", "doorkeep.last-good.toml"):
        assert (Path(home) / name).stat().st_mode & 0o077 == 0


@given(st.text(max_size=60))
def test_no_text_makes_reading_fail_otherwise_than_with_words(text: str) -> None:
    fixes: list[str] = []
    try:
        s.parse(text)
    except SettingsError as error:
        fixes.append(error.fix)
    assert all(fixes)


def test_what_is_kept_is_read_anew_when_the_file_changed(home: str, tmp_path: Path) -> None:
    assert s.load_kept(home) == s.Settings()
    write(home, f'[[folders]]\npath = "{tmp_path}"\naccess = "read"\n')
    first = s.load_kept(home)
    assert first == s.load(home)
    assert s.load_kept(home) is first
    write(home, "[[folders]]\npath = 4\n")
    with pytest.raises(SettingsError):
        s.load_kept(home)
    os.unlink(s.settings_path(home))
    assert s.load_kept(home) == s.Settings()
