"""The console program: every command, the gateway, and the servers that it starts. Decides nothing itself."""

import sys

from app.bridge.packaged import give_back_environment
from app.desktop.inside import run_if_asked

give_back_environment()
run_if_asked()

from app.cli import main  # noqa: E402 - a server does not pay for the commands

sys.exit(main())
