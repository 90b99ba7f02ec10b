"""Lines that annotations point at: seen from the repository's root, as CI systems want them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from migrate_core import api
from migrate_core.cli.console.project import Project
from migrate_core.declared.places import Place, Places, places_in, ref_named
from migrate_core.declared.sources import FileSource, FolderSource, Source
from migrate_core.errors import DeclaredError, MigrateError, MigrationFileError, MisuseError
from migrate_core.files.config import FILE
from migrate_core.files.migration import Migration
from migrate_core.operations.base import Operation
from migrate_core.schema.refs import Ref


class Where:
    """The declared SQL of a project is read when the first line is asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def home(self) -> str:
        """The project's zanith.toml, whether there is one or not."""
        return from_root(self._project.args.config or Path(FILE))

    def operation(self, migration: Migration, operation: Operation) -> Place | None:
        """Where its object is declared; of one that is not, the migration's file."""
        if place := self._places.of(*_subjects(operation)):
            return self._declared(place)
        path = self._project.path(migration)
        return Place(file=from_root(path)) if path.exists() else None

    def named(self, text: str) -> Place | None:
        """Of an object as reports name it."""
        ref = ref_named(text)
        place = self._places.of(ref) if ref else None
        return self._declared(place) if place else None

    def error(self, error: MigrateError) -> Place | None:
        """The file and line that an error speaks of."""
        if isinstance(error, DeclaredError) and error.file:
            return self._declared(Place(file=error.file, line=error.line))
        if isinstance(error, MigrationFileError):
            return Place(file=from_root(Path(error.file)), line=error.line)
        return None

    @cached_property
    def _source(self) -> Source | None:
        try:
            return api.declared_source(self._project.config)
        except MisuseError:  # said by whoever needs the schema
            return None

    @cached_property
    def _places(self) -> Places:
        return places_in(self._source)

    def _declared(self, place: Place) -> Place | None:
        if isinstance(self._source, FolderSource):
            return Place(file=from_root(Path(self._source.path) / place.file), line=place.line)
        if isinstance(self._source, FileSource):
            return Place(file=from_root(Path(self._source.path)), line=place.line)
        return None


def _subjects(operation: Operation) -> tuple[Ref, ...]:
    """What it changes as it is called afterwards, then as it is called before."""
    subject, name = operation.subject, operation.new_name()
    if not name:
        return (subject,)
    after = subject._replace(part=name) if subject.part else subject._replace(name=name)
    return (after, subject)


def from_root(path: Path) -> str:
    """A path seen from the folder that holds .git, or as it is where there is none."""
    here = Path.cwd()
    root = next((p for p in (here, *here.parents) if (p / ".git").exists()), here)
    whole = (here / path).resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else path.as_posix()
