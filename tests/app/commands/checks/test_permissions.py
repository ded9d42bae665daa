from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.commands.checks.finding import Finding
from app.commands.checks.permissions import check_settings
from app.core.folders import grant
from app.core.settings import settings_path


def found(home: str, check: str) -> list[Finding]:
    return [finding for finding in check_settings(home) if finding.check == check]


def test_no_settings_mean_that_nothing_is_allowed(home: str):
    assert [finding.state for finding in found(home, "settings")] == ["ok"]
    assert [finding.state for finding in found(home, "folders")] == ["note"]


def test_broken_settings_are_a_problem_that_names_the_place(home: str):
    Path(settings_path(home)).write_text("[[folders]\n")
    [finding] = found(home, "settings")
    assert finding.state == "problem"
    assert "line 1" in finding.words


def test_settings_that_others_may_change_are_a_problem(home: str, folder: Path):
    grant(home, str(folder), "read")
    os.chmod(settings_path(home), 0o666)
    assert [finding.state for finding in found(home, "settings")] == ["problem"]


def test_each_folder_is_told_with_what_it_allows(home: str, folder: Path):
    grant(home, str(folder), "ask")
    [finding] = found(home, "folders")
    assert finding.state == "ok"
    assert "ask" in finding.words


def test_a_folder_that_is_gone_is_told(home: str, folder: Path):
    grant(home, str(folder), "read")
    shutil.rmtree(folder)
    [finding] = found(home, "folders")
    assert finding.state == "warning"
    assert "folders remove" in finding.fix


@pytest.mark.skipif(os.getuid() == 0, reason="root may read anything")
def test_a_folder_that_the_user_may_not_write_is_told(home: str, folder: Path):
    grant(home, str(folder), "write")
    os.chmod(folder, 0o500)
    assert [finding.state for finding in found(home, "folders")] == ["warning"]
    os.chmod(folder, 0o700)


def test_a_command_that_is_not_found_is_told(home: str):
    Path(settings_path(home)).write_text('[servers.x]\ncommand = "no-such-program-anywhere"\n')
    assert [finding.state for finding in found(home, "servers")] == ["warning"]


def test_the_limits_in_force_are_printed(home: str):
    Path(settings_path(home)).write_text("[limits]\ncalls_per_minute = 7\n")
    [finding] = found(home, "limits")
    assert "calls_per_minute 7" in finding.words
    assert "result_chars 40000" in finding.words
