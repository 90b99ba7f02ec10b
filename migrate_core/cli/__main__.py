from __future__ import annotations

import sys

from migrate_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
