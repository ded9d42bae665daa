"""Says on stderr what it was given, piece by piece, then becomes the server that its first argument names."""

from __future__ import annotations

import os
import sys
import time

for piece in (sys.argv[2][:3], sys.argv[2][3:], " was given\n"):
    os.write(2, piece.encode())
    time.sleep(0.05)  # so that the pieces are read one by one
os.execv(sys.executable, [sys.executable, sys.argv[1]])
