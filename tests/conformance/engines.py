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
from migrate_core.schema.graph import SchemaGraph

PLAIN = Answers(drops=DropMode.PLAIN)


class RefusedError(Exception):
    """It says that it cannot do this."""


class Engine(Protocol):
    """One of the tools that are compared."""

    @property
    def as_script(self) -> bool:
        """Whether psql runs what it says; else each statement runs by itself."""
        ...

    def begin(self) -> None:
        """Another case begins, in databases that may have the names of earlier ones."""
        ...

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        """From one database's URL to another's; none where they are the same.

        Raises:
            RefusedError: it does not cover what is different.
        """
        ...


class Ours:
    """Word for word what `zanith diff FROM TO --format sql` prints, in this process.

    A database is read once in a case: nobody but the harness changes it, and the harness
    asks about a new copy after each change.
    """

    as_script = False

    def __init__(self) -> None:
        self.read: dict[str, SchemaGraph] = {}

    def begin(self) -> None:
        self.read.clear()

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        try:
            found = self._graph(before)
            operations = diff(found, self._graph(after), PLAIN)
            return tuple(statements(found, operations, major))
        except MigrateError as error:
            raise RefusedError(str(error)) from error

    def _graph(self, url: str) -> SchemaGraph:
        if url not in self.read:
            self.read[url] = api.found(Endpoint.from_url(url))
        return self.read[url]
