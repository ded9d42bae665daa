"""`doorkeep diagnostics`: everything that a bug report needs, in one zip, with secrets taken out."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import msgspec

from app.core import diagnostics
from app.core.errors import DoorkeepError

if TYPE_CHECKING:
    import argparse


def register(commands: argparse._SubParsersAction[Any]) -> None:
    """Adds `diagnostics FILE`."""
    parser = commands.add_parser("diagnostics", help="write a zip for a bug report, with secrets taken out")
    parser.add_argument("file", metavar="FILE", help="the zip to write")


def run(args: argparse.Namespace) -> int:
    """0 when the file lies there."""
    path = os.path.abspath(args.file)
    parts = diagnostics.collect(args.home, _status(args.home), _findings(args.home))
    try:
        diagnostics.write_bundle(path, parts)
    except OSError as error:
        raise DoorkeepError(f"{path} cannot be written: {error.strerror}.", "", "Choose another place.") from None
    print(f"{path}: {len(parts)} files, secrets taken out. Look into it before you send it.")
    return 0


def _status(home: str) -> Any:
    """The gateway's own words; None where it does not answer, which is a finding of doctor's."""
    from app.control.client import ControlClient

    with contextlib.suppress(DoorkeepError, OSError), ControlClient.connect(home) as control:
        return control.call("status")
    return None


def _findings(home: str) -> list[Any]:
    from app.commands.doctor import examine

    return [msgspec.to_builtins(finding) for finding in examine(home)]
