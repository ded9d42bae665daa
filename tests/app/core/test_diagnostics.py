"""The diagnostics bundle: what a bug report needs, and no planted secret anywhere in it."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.core import diagnostics
from app.core.journal.writer import Journal

CANARY = "zq7canary"
TOKEN = "ghp_" + "a1B2c3D4" * 5
SETTINGS = f"""
[servers.tracker]
command = "/usr/bin/tracker"
args = ["--token", "{CANARY}-arg", "--api-key={CANARY}-key", "https://ann:{CANARY}-user@example.org/?k={CANARY}-query"]
env = {{ PLAIN = "{CANARY}-env", MANY = "first {CANARY}-line\\nsecond {CANARY}-line" }}
[servers.remote]
url = "https://example.org/mcp?key={CANARY}-url"
auth = "{CANARY}-auth"
headers = {{ X-Key = "{CANARY}-header" }}
"""


@pytest.fixture
def planted(home: str) -> str:
    """A home with secrets in its settings, in its logs, in its calls."""
    Path(home, "doorkeep.toml").write_text(SETTINGS)
    logs = Path(home, "logs")
    logs.mkdir()
    secrets = [f"{CANARY}-{end}" for end in ("arg", "key", "user", "query", "env", "url", "auth", "header")]
    lines = [f"starting with {secret}" for secret in secrets] + [f"first {CANARY}-line", f"token {TOKEN}"]
    lines.append(json.dumps({"env": f"first {CANARY}-line\nsecond {CANARY}-line"}))
    logs.joinpath("tracker.log").write_text("\n".join(lines) + "\nit crashed at line 7\n")
    logs.joinpath("gateway.log").write_bytes(f"x {CANARY}-env ".encode() * 20_000 + b"\nthe end\n")
    journal = Journal.open(home)
    path = f"/home/ann/{CANARY}-path"
    arguments = json.dumps({"path": path, "content": f"{CANARY}-content", TOKEN: 1}).encode()
    call = journal.opened(
        client="claude-ai 0.1.0", session="s", server="filesystem", tool="write_file", arguments=arguments
    )
    journal.decided(call, decision="allowed", by="policy", reason=f"{CANARY}-reason", folder=path, paths=[path])
    journal.closed(
        call,
        outcome="ok",
        duration_ms=1.0,
        result_preview=f"{CANARY}-result",
        result_bytes=8,
        change_id=None,
        paths=None,
    )
    journal.commit()
    journal.close()
    return home


def bundle(home: str, tmp_path: Path, status: Any = None, findings: Any = ()) -> dict[str, str]:
    path = tmp_path / "bundle.zip"
    diagnostics.write_bundle(str(path), diagnostics.collect(home, status, findings))
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


def test_no_planted_secret_is_in_the_bundle(planted: str, tmp_path: Path) -> None:
    status = {"settings_error": f"bad {CANARY}-env", "password": "correct horse", "servers": [{"words": TOKEN}]}
    found = bundle(planted, tmp_path, status, [{"words": f"cannot start with {CANARY}-key"}])
    everything = "\n".join([*found, *found.values()])
    assert CANARY not in everything
    assert TOKEN not in everything
    assert "correct horse" not in everything


def test_what_a_bug_report_needs_is_there(planted: str, tmp_path: Path) -> None:
    found = bundle(planted, tmp_path, {"version": "1"}, [{"check": "home", "state": "ok"}])
    assert {"about.json", "status.json", "findings.json", "settings.json", "calls.jsonl"} <= set(found)
    assert "it crashed at line 7" in found["logs/tracker.log"]
    assert found["logs/gateway.log"].endswith("the end\n")
    (call,) = [json.loads(line) for line in found["calls.jsonl"].splitlines()]
    assert (call["tool"], call["outcome"], call["paths"]) == ("write_file", "ok", 1)
    assert call["argument_names"][:2] == ["path", "content"]
    assert json.loads(found["settings.json"])["servers"]["tracker"]["command"] == "/usr/bin/tracker"
    assert json.loads(found["about.json"])["packages"]["msgspec"]


def test_a_part_that_cannot_be_made_says_so_and_broken_settings_keep_their_secrets(
    planted: str, tmp_path: Path
) -> None:
    Path(planted, "doorkeep.toml").write_text(SETTINGS + "\nthis is not TOML\n")
    found = bundle(planted, tmp_path)
    assert "not valid TOML" in json.loads(found["settings.json"])["not_made"]
    assert CANARY not in "\n".join(found.values())


def test_a_server_table_that_is_not_understood_counts_as_secret(planted: str, tmp_path: Path) -> None:
    Path(planted, "doorkeep.toml").write_text(SETTINGS.replace("env =", "environment ="))
    assert CANARY not in "\n".join(bundle(planted, tmp_path).values())


def test_an_empty_home_has_a_bundle_too(home: str, tmp_path: Path) -> None:
    assert bundle(home, tmp_path)["calls.jsonl"] == ""


def test_the_account_is_not_named(home: str, tmp_path: Path, guard: Path) -> None:
    found = bundle(home, tmp_path, {"home": home})
    assert json.loads(found["status.json"]) == {"home": "~/doorkeep"}


def test_the_file_is_for_its_owner_and_leaves_no_half_behind(home: str, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    diagnostics.write_bundle(str(path), {"a": b"1"})
    assert os.stat(path).st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="No such file"):
        diagnostics.write_bundle(str(tmp_path / "nowhere" / "b.zip"), {"a": b"1"})
    assert sorted(os.listdir(tmp_path)) == ["b.zip"]
