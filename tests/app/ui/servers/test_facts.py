"""What the Servers page reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.clients import ownership
from app.clients.holes import Holed
from app.core.journal.writer import Journal
from app.ui.servers import facts


def test_built_in_servers_are_there_without_an_entry(home: str) -> None:
    looked = facts.look(home)
    files = next(server for server in looked.servers if server.name == "filesystem")
    assert (files.title, files.kind, files.enabled) == ("Files", "builtin", True)
    assert {"list_directory", "write_file"} <= {tool.name for tool in files.tools}
    assert next(tool for tool in files.tools if tool.name == "read_file").read_only


def test_a_server_of_someone_else_has_its_accepted_tools_and_rules(home: str, tracker: Path) -> None:
    found = next(server for server in facts.look(home).servers if server.name == "tracker")
    assert found.kind == "command"
    assert found.rules == {"create_issue": "off"}
    assert [tool.title for tool in found.tools] == ["list issues", "create issue"]


def test_a_pin_that_cannot_be_read_has_no_tools(home: str, tracker: Path) -> None:
    (Path(home) / "pins" / "tracker.json").write_text("{")
    assert facts.look(home).servers[-1].tools == []


def test_broken_settings_still_name_what_ships(home: str, settings) -> None:
    settings("servers = 3")
    looked = facts.look(home)
    assert looked.error is not None
    assert "filesystem" in [server.name for server in looked.servers]


def test_lately_counts_today_and_finds_the_last_failure(home: str) -> None:
    journal = Journal.open(home)
    for outcome in ("error", "ok"):
        call = journal.opened(client="c 1", session="s", server="filesystem", tool="read_file", arguments=b"{}")
        journal.decided(call, decision="allowed", by="policy", reason="", folder=None, paths=[])
        journal.closed(
            call, outcome=outcome, duration_ms=1, result_preview="gone", result_bytes=1, change_id=None, paths=None
        )
    journal.commit()
    journal.close()
    found = facts.lately(home, ["filesystem", "git"])
    assert found["filesystem"].today == 2
    assert found["filesystem"].error is not None
    assert found["filesystem"].error.result_preview == "gone"
    assert found["git"] == facts.Lately()


@pytest.mark.skipif(
    not os.path.exists("/proc/self/statm"), reason="this system has no /proc: the page leaves memory out"
)
def test_memory_is_told_of_processes_that_are_there() -> None:
    found = facts.memory({"me": os.getpid(), "gone": 2**22 + 1})
    assert found["me"] > 1_000_000
    assert "gone" not in found


def test_only_the_end_of_a_long_log_is_read(home: str) -> None:
    (Path(home) / "logs").mkdir()
    (Path(home) / "logs" / "git.log").write_bytes(b"first\n" + b"x" * 99 + b"\xff\n" + b"line\n" * 20_000)
    found = facts.tail(home, "git")
    assert len(found) <= facts.TAIL_BYTES
    assert found.startswith("line\n")
    assert facts.tail(home, "none") == ""


def test_where_an_adopted_server_stood_before_is_known(home: str) -> None:
    kept = ownership.Adopted("tracker", Holed(b"{}"), state="done")
    back = ownership.Adopted("other", Holed(b"{}"), state="returned")
    ownership.save(home, "claude-desktop", ownership.Record(adopted={"/x": {"tracker": kept, "other": back}}))
    Path(home, "doorkeep.toml").write_text('[servers.tracker]\ncommand = "x"\n[servers.other]\ncommand = "y"\n')
    found = {server.name: server.adopted for server in facts.look(home).servers}
    assert (found["tracker"], found["other"]) == ("Claude Desktop", "")
    Path(ownership.record_path(home, "claude-desktop")).write_text("damaged")
    assert {server.name: server.adopted for server in facts.look(home).servers}["tracker"] == ""


def test_what_goes_with_a_server_is_known(home: str) -> None:
    Path(home, "doorkeep.toml").write_text(
        f'[servers.a]\ncommand = "{home}/bundles/a-1/run"\nenv = {{ A = "secret:own", B = "x {{secret:both}}" }}\n'
        '[servers.b]\nurl = "https://x.test"\nauth = "oauth"\nheaders = { K = "secret:both" }\n'
    )
    a, b = (one for one in facts.look(home).servers if one.kind != "builtin")
    assert (a.secrets, a.bundle, a.oauth) == (("own",), f"{home}/bundles/a-1", False)
    assert (b.secrets, b.bundle, b.oauth, b.pinned) == ((), "", True, False)


def test_only_what_came_since_is_read(home: str) -> None:
    log = Path(home, "logs", "a.log")
    assert facts.log_size(home, "a") == 0
    log.parent.mkdir()
    log.write_text("old\nnew\n")
    assert (facts.log_size(home, "a"), facts.tail(home, "a", 4), facts.tail(home, "a", 999)) == (
        8,
        "new\n",
        "old\nnew\n",
    )
