"""What the system itself must know to start the gateway when a bridge asks it to. The tray tells it, at each of its own starts.

Only macOS keeps something: Windows' task is made by the bridge that needs it, and a systemd unit is installed with the package.
"""

from __future__ import annotations

import os
import sys

from app.bridge.home import default_home
from app.bridge.programs import gateway_command, is_frozen


def ensure(home: str, system: str = sys.platform) -> bool:
    """Write what is missing or out of date; True where something was written. Blocks: call it in the background. Raises OSError.

    Serves the default home of an installed build alone: a checkout comes and goes, and the system would start it for ever.
    """
    if sys.platform == "win32":
        return False
    real = os.path.realpath(home)
    if system != "darwin" or not is_frozen() or real != os.path.realpath(default_home()):
        return False
    from app.desktop.gateway_agent_macos import install

    return install(gateway_command(real, system))
