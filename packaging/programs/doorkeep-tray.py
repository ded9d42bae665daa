"""The desktop app's program. Decides nothing itself."""

import sys

from app.bridge.packaged import give_back_environment
from app.desktop.inside import run_if_asked

give_back_environment()
if sys.platform == "darwin":
    run_if_asked()  # there the gateway and its servers run as this program: one subject for folder permissions

from app.__main__ import main  # noqa: E402 - what it becomes on macOS does not pay for the desktop app

sys.exit(main())
