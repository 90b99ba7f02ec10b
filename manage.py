#!/usr/bin/env python3
from __future__ import annotations

import importlib.util
import os
import sys

import bootstrap

# What each command that may start from nothing needs of requirements/.
BOOTSTRAPPED = {"demo": "demo", "test": "dev"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in BOOTSTRAPPED:
        bootstrap.ensure(BOOTSTRAPPED[command])
    elif importlib.util.find_spec("django") is None:
        bootstrap.enter()
    if command == "demo":
        os.environ["ZANITH_DEMO"] = "1"
    if command == "test":
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[2:]])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  # in .venv only

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
