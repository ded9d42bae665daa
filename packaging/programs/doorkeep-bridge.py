"""What clients start. Its start is everything: nothing may be imported here that the bridge does not need."""

import sys

from app.bridge.main import main

sys.exit(main())
