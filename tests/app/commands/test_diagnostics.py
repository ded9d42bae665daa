"""`doorkeep diagnostics`: one zip, also where no gateway runs, and no secret in it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.fakes.house import House

CANARY = "zq7canary"


def test_without_a_gateway_there_is_a_bundle(doorkeep, home: str, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    said = doorkeep("diagnostics", str(path))
    assert said.status == 0
    assert str(path) in said.out
    with zipfile.ZipFile(path) as bundle:
        assert json.loads(bundle.read("status.json")) is None
        assert {finding["check"] for finding in json.loads(bundle.read("findings.json"))} >= {"home", "settings"}


def test_a_running_gateway_speaks_for_itself_without_secrets(doorkeep, house: House, tmp_path: Path) -> None:
    text = Path(house.home, "doorkeep.toml").read_text()
    house.settings(f'{text}env = {{ KEY = "{CANARY}" }}\n')
    assert house.call("env")["KEY"] == CANARY
    path = tmp_path / "bundle.zip"
    assert doorkeep("diagnostics", str(path)).status == 0
    with zipfile.ZipFile(path) as bundle:
        assert json.loads(bundle.read("status.json"))["version"]
        assert not any(CANARY.encode() in bundle.read(name) for name in bundle.namelist())
        assert b'"tool":"env"' in bundle.read("calls.jsonl")


def test_a_place_that_cannot_be_written_is_one_line(doorkeep, tmp_path: Path) -> None:
    said = doorkeep("diagnostics", str(tmp_path / "nowhere" / "b.zip"))
    assert said.status == 1
    assert "cannot be written" in said.err
