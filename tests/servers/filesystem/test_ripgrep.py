import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from servers.filesystem import ripgrep
from servers.filesystem.ripgrep import Run
from servers.runtime.call import Call
from servers.runtime.errors import Cancelled, ToolError


def test_the_program_that_came_with_doorkeep_is_found() -> None:
    assert os.path.dirname(ripgrep.program()) == os.path.dirname(sys.executable)


def test_path_is_never_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = tmp_path / "rg"
    evil.write_text("#!/bin/sh\n")
    evil.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ripgrep, "_program", "")
    monkeypatch.setattr(ripgrep, "_SYSTEM", ())
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(sys, "prefix", "/nowhere")
    with pytest.raises(ToolError, match="ripgrep, which comes with Doorkeep, is missing"):
        ripgrep.program()


def test_output_comes_in_pieces_and_is_whole(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x\n" * 300_000)
    assert Run(Call(1), ["-e", "x", "./f"], folder=str(tmp_path)).whole() == b"x\n" * 300_000


def test_a_child_reads_what_it_is_given() -> None:
    run = Run(Call(1), ["--null-data", "-e", "b", "--", "-"], stdin=b"a\0b\0c\0" * 200_000)
    assert run.whole() == b"b\0" * 200_000


def test_no_environment_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "rg"
    program.write_text("#!/bin/sh\n/usr/bin/env\n")
    program.chmod(0o755)
    monkeypatch.setattr(ripgrep, "_program", str(program))
    monkeypatch.setenv("SECRET_TOKEN", "s3cr3t")
    assert b"s3cr3t" not in Run(Call(1), []).whole()


def test_a_cancelled_call_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "rg"
    program.write_text("#!/bin/sh\necho begun\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr(ripgrep, "_program", str(program))
    call = Call(1)
    output = iter(Run(call, []))
    assert next(output) == b"begun\n"
    threading.Thread(target=call.cancel).start()
    with pytest.raises(Cancelled):
        next(output)


def test_a_run_that_takes_too_long_is_ended_and_what_it_found_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "rg"
    program.write_text("#!/bin/sh\necho begun\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr(ripgrep, "_program", str(program))
    real, timers = threading.Timer, list[threading.Timer]()

    def timer(*arguments: Any) -> threading.Timer:
        timers.append(real(*arguments))
        return timers[-1]

    monkeypatch.setattr(threading, "Timer", timer)
    run = Run(Call(1), [])
    output = iter(run)
    assert next(output) == b"begun\n"
    assert timers[0].interval == ripgrep.SECONDS
    timers[0].function(*timers[0].args)
    assert list(output) == []
    assert run.late


def test_a_run_that_says_too_much_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ripgrep, "MAX_OUTPUT", 100_000)
    (tmp_path / "f").write_text("x" * 100 + "\n" + "y\n" * 3_000_000)
    run = Run(Call(1), ["-e", "y", "./f"], folder=str(tmp_path))
    assert len(run.whole()) <= 100_000 + (1 << 18)
    assert run.late


def test_leaving_off_in_the_middle_leaves_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "rg"
    program.write_text("#!/bin/sh\necho $$\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr(ripgrep, "_program", str(program))
    output = iter(Run(Call(1), []))
    child = int(next(output))
    del output
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.parametrize(("query", "words"), [("(", "unclosed group"), ("[z-a]", "invalid"), ("a{99999}{99999}", "")])
def test_a_query_it_cannot_understand_is_refused_in_its_words(tmp_path: Path, query: str, words: str) -> None:
    flags = ripgrep.matching(query, regex=True, case="yes")
    with pytest.raises(ToolError, match="The query cannot be searched for") as caught:
        Run(Call(1), [*flags, "--", "./"], folder=str(tmp_path)).whole()
    assert words in caught.value.text


@pytest.mark.parametrize("query", ["a\nb", "a\0b"])
def test_a_query_over_several_lines_is_refused(query: str) -> None:
    with pytest.raises(ToolError, match="within one line"):
        ripgrep.matching(query, regex=False, case="smart")
