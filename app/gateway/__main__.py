"""`python -m app.gateway --home PATH`."""

from __future__ import annotations

import sys

from app.gateway.main import main

if __name__ == "__main__":
    sys.exit(main())
