"""The demo's tables and people: run by `demo` at every start, so each part is quick to repeat."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from studio import stack


class Command(BaseCommand):
    help = "Migrates the demo's own database where needed and puts its example data in place."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("this is the demo's; it needs ZANITH_DEMO=1")
        if stack.has_pending_migrations(settings.DATABASE_URL):
            call_command("migrate", interactive=False, verbosity=0)
        if importlib.util.find_spec("studio.demo"):
            importlib.import_module("studio.demo").prepare()
