"""What clients start. Its start is everything: nothing may be imported here that the bridge does not need."""

import sys

from app.bridge.main import main
from app.bridge.packaged import give_back_environment

give_back_environment()
sys.exit(main())
