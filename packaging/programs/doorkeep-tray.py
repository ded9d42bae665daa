"""The desktop app's program. Decides nothing itself."""

import sys

from app.desktop.inside import run_if_asked

if sys.platform == "darwin":
    run_if_asked()  # there the gateway and its servers run as this program: one subject for folder permissions

from app.__main__ import main

sys.exit(main())
