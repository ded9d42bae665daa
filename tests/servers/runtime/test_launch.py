from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {
    "asyncio",
    "argparse",
    "dataclasses",
    "json",
    "logging",
    "pathlib",
    "subprocess",
    "threading",
    "typing_extensions",
}
"""What a server does not need to answer its lists, and each of which costs milliseconds."""


def test_a_launched_server_answers_its_lists_without_heavy_modules() -> None:
    program = (
        "import os, sys\n"
        "leave = os._exit\n"
        "def tell(status):\n"
        "    sys.stderr.write(' '.join(sys.modules)); sys.stderr.flush(); leave(status)\n"
        "os._exit = tell\n"
        "from servers.runtime.launch import launch\n"
        "launch('tests.fakes.bare_server')\n"
    )
    line = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n'
    done = subprocess.run([sys.executable, "-c", program], input=line, capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout)["result"]["tools"][0]["name"] == "nothing"
    assert HEAVY & set(done.stderr.decode().split()) == set()
