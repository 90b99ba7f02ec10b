"""Migration files: an ordered list of operations that people review."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from migrate_core.errors import MigrationFileError, MisuseError
from migrate_core.files.composition import (
    MAX_BYTES,
    Node,
    check_characters,
    compose,
    decode,
)
from migrate_core.files.conversion import convert
from migrate_core.files.dumper import dump_mapping
from migrate_core.files.schema import SCHEMA_FILE
from migrate_core.operations.base import Operation
from migrate_core.pg import codec
from migrate_core.schema.objects import Value

_ID = re.compile(r"\d{8}_\d{6}_[a-z0-9]+(?:_[a-z0-9]+)*")
_SUFFIX = ".yaml"
_MAX_SLUG = 40


class Migration(Value, frozen=True, kw_only=True, dict=True, gc=True):
    """An id `YYYYMMDD_HHMMSS_slug`, what it is for, and what it does.

    `needs` is the id of a migration that must have been applied before, if there is one.
    """

    id: str
    description: str = ""
    needs: str = ""
    operations: tuple[Operation, ...]

    @cached_property
    def checksum(self) -> str:
        """sha256 of canonical JSON of the operations: layout and description do not count."""
        return codec.digest(self.operations)


def load(path: Path) -> Migration:
    """Read one file.

    Raises:
        MigrationFileError: what is wrong, with file, line and operation.
    """
    with _opened(path) as file:
        data: bytes = file.read(MAX_BYTES + 1)
    return loads(decode(data, file=str(path)), file=str(path), id=path.stem)


def loads(text: str, *, file: str, id: str) -> Migration:
    """The migration that a file's text says; `id` is the file's name without its suffix."""
    _check_id(id, file)
    root = _root(text, file)
    fields = root.content
    assert isinstance(fields, dict)  # _root() has seen to it
    description, needs = _text(fields, "description", file), _text(fields, "needs", file)
    if needs:
        _check_id(needs, file)
    operations = (
        convert(node, file=file, number=number)
        for number, node in enumerate(_operation_nodes(root, file), start=1)
    )
    return Migration(id=id, description=description, needs=needs, operations=tuple(operations))


def _text(fields: dict[str, Node], name: str, file: str) -> str:
    found = fields[name].content if name in fields else ""
    if not isinstance(found, str):
        raise MigrationFileError(
            f"{name}: expected text",
            file=file,
            line=fields[name].line,
            hint="Write it in quotes.",
        )
    return found


def line_of(text: str, number: int, *, file: str) -> int:
    """The line on which an operation of a file that loads begins; operations count from 1."""
    return _operation_nodes(_root(text, file), file)[number - 1].line


def dump(migration: Migration, *, schema: str = SCHEMA_FILE) -> str:
    """The file's text: load(dump(m)) == m, and the same operations give the same bytes."""
    texts = {"description": migration.description, "needs": migration.needs}
    body: dict[str, Any] = {name: text for name, text in texts.items() if text}
    body["operations"] = [codec.to_builtins(operation) for operation in migration.operations]
    return f"# yaml-language-server: $schema={schema}\n{dump_mapping(body)}"


def read_folder(path: Path) -> tuple[Migration, ...]:
    """Every migration of a folder, in the order of their ids; none where there is no folder."""
    if not path.exists():
        return ()
    if not path.is_dir():
        raise MisuseError(f'"{path}" is not a folder', hint="Name the folder of migrations.")
    strange = sorted(path.glob("*.yml"))
    if strange:
        raise MigrationFileError(
            "migration files end in .yaml", file=str(strange[0]), hint="Rename it."
        )
    return tuple(load(file) for file in sorted(path.glob(f"*{_SUFFIX}")))


def file_name(migration: Migration) -> str:
    return migration.id + _SUFFIX


def new_id(slug: str, now: datetime, *, suffix: str = "") -> str:
    """`YYYYMMDD_HHMMSS_slug`, the slug in lower case with underscores, `suffix` behind it.

    Raises:
        MisuseError: nothing of the slug is left, or it is too long.
    """
    words = "_".join(re.findall(r"[a-z0-9]+", slug.lower()))
    if not words or len(words) > _MAX_SLUG:
        raise MisuseError(
            f'"{slug}" cannot name a migration',
            detail=f"A name has 1 to {_MAX_SLUG} letters, digits and underscores.",
            hint="Choose a short name, as add_last_login.",
        )
    return f"{now:%Y%m%d_%H%M%S}_{words}" + (f"_{suffix}" if suffix else "")


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise MigrationFileError(
            f"cannot be read: {error.strerror}", file=str(path), hint="Check the path."
        ) from error


def _check_id(id: str, file: str) -> None:
    if not _ID.fullmatch(id):
        raise MigrationFileError(
            f'"{id}" is not a migration\'s name',
            file=file,
            hint="Name the file YYYYMMDD_HHMMSS_slug.yaml, the slug in lower case.",
        )


def _root(text: str, file: str) -> Node:
    if len(text.encode(errors="replace")) > MAX_BYTES:
        decode(text.encode(errors="replace"), file=file)
    check_characters(text, file=file)
    root = compose(text, file=file)
    if not isinstance(root.content, dict):
        raise MigrationFileError(
            "a migration is a mapping", file=file, line=root.line, hint="Start with `operations:`."
        )
    known = ("description", "needs", "operations")
    unknown = [key for key in root.content if key not in known]
    if unknown:
        raise MigrationFileError(
            f"unknown field `{unknown[0]}`",
            file=file,
            line=root.key_lines[unknown[0]],
            hint="A migration has `description`, `needs` and `operations`.",
        )
    return root


def _operation_nodes(root: Node, file: str) -> list[Node]:
    fields = root.content
    found = fields.get("operations") if isinstance(fields, dict) else None
    if found is None or not isinstance(found.content, list) or not found.content:
        raise MigrationFileError(
            "`operations` has to be a list of at least one operation",
            file=file,
            line=found.line if found else root.line,
            hint="Add one, as `- op: addColumn` and its fields.",
        )
    return found.content


__all__ = [
    "Migration",
    "dump",
    "file_name",
    "line_of",
    "load",
    "loads",
    "new_id",
    "read_folder",
]
