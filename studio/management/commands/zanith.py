"""`manage.py zanith ...`: the command line of the engine, as the project's own `zanith`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.core.management.base import BaseCommand

from migrate_core.cli import main


class Command(BaseCommand):
    """Hands every argument on: the engine's command reads its own."""

    help = "Run the zanith command: diff, migrate and recover."

    def run_from_argv(self, argv: Sequence[str]) -> None:
        sys.exit(main(list(argv[2:])))
