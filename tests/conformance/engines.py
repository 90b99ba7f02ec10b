"""What is judged: something that says which statements lead from one database to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrate_core import api
from migrate_core.cli.diff import statements
from migrate_core.diff.diff import diff
from migrate_core.errors import MigrateError
from migrate_core.pg.connect import Endpoint
from migrate_core.schema.delta import Answers, DropMode

PLAIN = Answers(drops=DropMode.PLAIN)


class RefusedError(Exception):
    """It says that it cannot do this."""


class Engine(Protocol):
    """One of the tools that are compared."""

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        """From one database's URL to another's; none where they are the same.

        Raises:
            RefusedError: it does not cover what is different.
        """
        ...


class Ours:
    """Word for word what `zanith diff FROM TO --format sql` prints, in this process."""

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        try:
            found, wanted = (api.found(Endpoint.from_url(url)) for url in (before, after))
            return tuple(statements(diff(found, wanted, PLAIN), major))
        except MigrateError as error:
            raise RefusedError(str(error)) from error
