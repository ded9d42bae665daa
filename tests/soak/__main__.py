"""`python -m tests.soak [KILLS [SEED]]`: a thousand random kills with calls in flight. Prints the seed, to have a failure again."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.chaos import Chaos

ROUND = 50


def main() -> int:
    """0 when everything held, and raises where something did not."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    started = time.monotonic()
    done = 0
    while done < kills:
        with tempfile.TemporaryDirectory(prefix="doorkeep-soak-") as root:
            home, folder = os.path.join(root, "home"), Path(root, "folder")
            os.mkdir(home, 0o700)
            folder.mkdir()
            chaos = Chaos(home, folder, seed + done)
            try:
                chaos.run(min(ROUND, kills - done))
                chaos.judge()
            finally:
                chaos.end()
        done += chaos.kills.total()
        print(
            f"{done} kills {dict(chaos.kills)} answers {dict(chaos.answers)} {time.monotonic() - started:.0f} s",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
