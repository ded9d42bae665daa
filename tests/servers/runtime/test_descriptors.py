from __future__ import annotations

import subprocess
import sys

DIVERTED = """
import os, sys
from servers.runtime.descriptors import divert
source, sink = divert()
print("printed")
os.write(1, b"written to 1\\n")
os.system("echo from a child")
got = os.read(source, 100)
os.write(sink, b"wire:" + got + repr((os.read(0, 10), os.get_inheritable(source), os.get_inheritable(sink))).encode())
"""


def run(program: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", program], input=b"in", capture_output=True, timeout=60, check=True)


def test_only_the_wires_own_descriptor_reaches_stdout() -> None:
    done = run(DIVERTED)
    assert done.stdout == b"wire:in(b'', False, False)"
    assert sorted(done.stderr.split(b"\n")) == [b"", b"from a child", b"printed", b"written to 1"]


def test_a_closed_stderr_does_not_put_prints_onto_the_wire() -> None:
    done = run("import os\nos.close(2)\n" + DIVERTED)
    assert done.stdout == b"wire:in(b'', False, False)"
