"""Every benchmark, one after the other: python -m benchmarks [NAME ...]"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NAMES = (
    "introspection",
    "diff",
    "ledger",
    "verify",
    "pages",
    "live",
    "start",
    "scale",
    "traffic",
    "recovery",
    "backfill",
    "pileup",
    "workers",
    "record",
    "kills",
    "planning",
)


def main() -> None:
    """Each in a process of its own, so that none is measured with what another left."""
    wanted = sys.argv[1:] or list(NAMES)
    unknown = ", ".join(name for name in wanted if name not in NAMES)
    if unknown:
        raise SystemExit(f"there is no benchmark {unknown}; there are {', '.join(NAMES)}")
    failed = [name for name in wanted if not succeeds(name)]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def succeeds(name: str) -> bool:
    print(f"\n== {name}", flush=True)
    command = [sys.executable, str(FOLDER / f"{name}.py")]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    main()
