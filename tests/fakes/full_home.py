"""Calls through a bridge whose home, argv[1], lies on a small disk that fills up and is freed again; prints what came of each.

Run by the needs_root tests in a mount namespace of its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from app.core.folders import grant
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from tests.e2e.conftest import end_gateway
from tests.fakes.client import BridgeProcess

home, folder = sys.argv[1], sys.argv[2]
filler = Path(home, "filler")


def fill() -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def call(id_: int, content: str) -> str:
    bridge.call(id_, "write_file", modern=True, path=os.path.join(folder, "file"), content=content, mode="overwrite")
    result = bridge.answer(id_)["result"]
    return str(result["content"][0]["text"]) if result.get("isError") else "written"


grant(home, folder, "write")
bridge = BridgeProcess("--home", home, "filesystem")
try:
    before = call(1, "one\n" * 100)
    fill()
    full = [call(id_, "two\n" * 5000) for id_ in range(2, 12)]
    kept = Path(folder, "file").read_text()
    filler.unlink()
    after = call(20, "three\n")
finally:
    bridge.end()
    end_gateway(home)
with Reader(home) as reader:
    outcomes = [record.outcome for record in reader.walk()]
whole = not verify(home).findings
found = {"before": before, "full": full, "kept": kept, "after": after, "outcomes": outcomes, "whole": whole}
print(json.dumps(found))
