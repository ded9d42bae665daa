"""`python -m tests.bench [NAME…] [--json FILE] [--scratch DIR]`: every figure beside its comparator, measured in the same run."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.bench import (
    figures_calls,
    figures_command,
    figures_desktop,
    figures_files,
    figures_frozen,
    figures_git,
    figures_idle,
    figures_note_changes,
    figures_notes,
    figures_search,
)
from tests.bench.ground import Ground
from tests.bench.measure import Figure

GROUPS = {
    "starts": figures_calls.starts,
    "calls": figures_calls.calls,
    "pages": figures_files.pages,
    "changes": figures_files.changes,
    "search": figures_search.search,
    "command": figures_command.command,
    "git": figures_git.git,
    "notes": figures_notes.notes,
    "note-changes": figures_note_changes.note_changes,
    "idle": figures_idle.idle,
    "desktop": figures_desktop.desktop,
    "frozen": figures_frozen.frozen,
}
PARTS = {name: figures_desktop.part(name) for name in figures_desktop.PARTS}
"""What can be asked for alone; without names they are in their groups."""


def row(figure: Figure) -> str:
    """One line of the table."""
    theirs = "" if figure.theirs is None else f"{figure.theirs:.3f}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} ×"
    sign = "≥" if figure.at_least else "≤"
    limit = (
        "" if figure.limit is None else f"{sign} {figure.limit:g}{' ×' if figure.of == 'ratio' else ' ' + figure.unit}"
    )
    verdict = {None: "", True: "holds", False: "MISSED"}[figure.holds]
    return (
        f"{figure.name:44} {figure.ours:10.3f} {figure.unit:8} {figure.comparator:16} {theirs:>10} "
        f"{ratio:>8}  {limit:>12}  {verdict} {figure.note}"
    ).rstrip()


def main() -> int:
    """Prints the table as it grows and writes it as JSON. Exit status 0 whatever the figures say: they are read by people."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *GROUPS, *PARTS], help="groups of figures; none: all")
    parser.add_argument("--json", default="bench.json", help="where the figures go as JSON")
    parser.add_argument("--scratch", help="a folder that keeps rivals and corpora between runs")
    args = parser.parse_args()
    scratch = Path(args.scratch or tempfile.mkdtemp(prefix="doorkeep-bench-")).absolute()
    ground = Ground(scratch)
    print(f"{platform.platform()}, Python {platform.python_version()}, scratch {scratch}", file=sys.stderr)
    print(f"{'figure':44} {'ours':>10} {'unit':8} {'comparator':16} {'theirs':>10} {'ratio':>8}  {'limit':>12}")
    figures: list[Figure] = []
    for name in args.names or GROUPS:
        for figure in (GROUPS | PARTS)[name](ground):
            figures.append(figure)
            print(row(figure), flush=True)
    taken = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": platform.platform(),
        "figures": figures,
    }
    Path(args.json).write_bytes(msgspec.json.format(msgspec.json.encode(taken)) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
