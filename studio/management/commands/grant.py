"""`manage.py grant`: the first people of an installation, and every role after that."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrate_core.errors import MigrateError
from studio.models import Role
from studio.services import people


class Command(BaseCommand):
    help = "Gives a person a role in a project; makes both where they are not there yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--project", required=True)
        parser.add_argument("--environment", default="", help="one of it alone (default: all)")
        parser.add_argument(
            "--password", action="store_true", help="ask for one, or read it from standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            membership = people.grant(
                options["username"],
                Role(options["role"]),
                options["project"],
                environment=options["environment"],
                password=_password() if options["password"] else "",
            )
        except MigrateError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{membership}.")
        if not membership.user.has_usable_password():
            self.stdout.write("Without a password nobody can sign in so: call it with --password.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password: ")
    if getpass("Again: ") != password:
        raise CommandError("The two differ; nothing was changed.")
    return password
