"""The real calls offer what windows.py asks for, as the fake of the tests does; they themselves run on Windows only."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from pathlib import Path

import pytest

from servers.runtime.safe import windows
from tests.fakes.windows_kernel import FakeKernel

SOURCE = Path(windows.__file__).with_name("windows_kernel.py")


def signatures(cls: type) -> dict[str, list[str]]:
    """Public methods and their parameters."""
    methods = inspect.getmembers(cls, inspect.isfunction)
    return {name: list(inspect.signature(each).parameters) for name, each in methods if not name.startswith("_")}


def test_the_real_kernel_and_the_fake_have_the_methods_that_are_asked_for() -> None:
    tree = ast.parse(SOURCE.read_text())
    real = next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "RealKernel")
    found = {
        node.name: [argument.arg for argument in node.args.args]
        for node in real.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    asked = signatures(windows.Kernel)
    assert found == asked
    fake = signatures(FakeKernel)
    assert {name: fake[name] for name in asked} == asked


def test_every_call_declares_its_types_since_a_handle_would_be_cut_to_32_bits() -> None:
    text = SOURCE.read_text()
    calls = ["_create", "_reopen", "_final", "_information", "_replace", "_close"]
    assert all(f"self.{call}.argtypes" in text for call in calls)


if sys.platform != "win32":

    def test_elsewhere_it_cannot_be_imported() -> None:
        with pytest.raises(ImportError, match="Windows"):
            importlib.import_module("servers.runtime.safe.windows_kernel")

else:  # nothing is skipped elsewhere: in CI a skip is a failure

    def test_a_real_file_is_opened_and_tells_its_path(tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("content")
        root = windows.open_root(windows.follow(str(tmp_path)))
        fd = windows.open_beneath(root, "A.TXT", windows.LOOK, links=False)
        assert windows.real_path(fd).endswith("a.txt")
