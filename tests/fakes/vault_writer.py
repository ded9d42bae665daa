"""Another program at work in a vault: creates, edits in place, saves by replacing, renames and deletes notes at full speed.

vault_writer.py VAULT NUMBER STEPS
"""

from __future__ import annotations

import random
import sys
from pathlib import Path


def main(vault: Path, number: str, steps: int) -> None:
    source = random.Random(int(number))
    for step in range(steps):
        path = vault / f"in{source.randrange(5)}" / f"w{number}x{source.randrange(12)}.md"
        text = f"version{step} {path.stem} version{step}\n"
        deed = source.randrange(5)
        if deed == 0 and path.exists():
            path.unlink()
        elif deed == 1 and path.exists():
            path.rename(path.with_name(f"w{number}y{source.randrange(12)}.md"))
        elif deed == 2:
            path.write_text(text)
        else:
            new = path.with_suffix(".tmp")
            new.write_text(text)
            new.replace(path)


main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
