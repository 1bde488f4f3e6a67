"""``python -m reference_runtime.server``."""

import sys

from reference_runtime.server.main import main

if __name__ == "__main__":
    sys.exit(main())
