"""Reading declared files: their text as people see it, within limits.

An empty answer is refused everywhere: it would read as "drop everything".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from migrate_core.declared.statements import Command, File, Statement, split
from migrate_core.errors import DeclaredError

MAX_BYTES = 5 * 1024 * 1024
MAX_STATEMENTS = 20_000
SUFFIX = ".sql"
NOTHING_HINT = (
    "An empty schema is declared by a statement that makes nothing: SET search_path = public;"
)


def read_folder(path: str) -> tuple[File, ...]:
    """Every `.sql` file below a folder, by path; hidden ones are passed over.

    Raises:
        DeclaredError: there is none, one cannot be read, or a link leads out of the folder.
    """
    root = Path(path)
    if not root.is_dir():
        raise DeclaredError("there is no such folder", file=path, hint="Check zanith.toml.")
    found = sorted(_paths(root), key=lambda file: file.relative_to(root).parts)
    if not found:
        raise DeclaredError(f"the folder holds no {SUFFIX} file", file=path, hint=NOTHING_HINT)
    left = MAX_BYTES
    files: list[File] = []
    for file in found:
        if not file.resolve().is_relative_to(root.resolve()):
            raise DeclaredError("a link leads out of the folder", file=str(file))
        data = _read(file, left)
        left -= len(data)
        files.append(make_file(file.relative_to(root).as_posix(), data))
    return tuple(files)


def read_file(path: str) -> tuple[File, ...]:
    file = Path(path)
    return (make_file(file.name, _read(file, MAX_BYTES)),)


def from_text(named: Sequence[tuple[str, str]]) -> tuple[File, ...]:
    check_size(sum(len(text.encode(errors="surrogatepass")) for _, text in named), "the schema")
    return tuple(make_file(name, text.encode(errors="surrogatepass")) for name, text in named)


def make_file(name: str, data: bytes) -> File:
    """Text as PostgreSQL will see it: no byte order mark, no carriage returns at line ends.

    Raises:
        DeclaredError: it is not UTF-8, or holds a NUL, where PostgreSQL would stop reading.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DeclaredError(
            "the file is not UTF-8", file=name, line=line, hint="Save it as UTF-8."
        ) from error
    file = File(name, text.replace("\r\n", "\n"))
    if (at := file.text.find("\0")) >= 0:
        raise file.error(at, "the file holds a NUL byte", hint="Remove it, or save it as UTF-8.")
    return file


def check_size(size: int, what: str) -> None:
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise DeclaredError(
            f"{what} is larger than {limit} MB",
            hint="Declare the schema alone, without rows.",
        )


def statements(files: Sequence[File]) -> tuple[tuple[Statement, ...], tuple[Command, ...]]:
    """All statements of all files in order, and the psql commands that were passed over.

    Raises:
        DeclaredError: a file cannot be split, reads rows from itself, or there is nothing.
    """
    found: list[Statement] = []
    passed: list[Command] = []
    for file in files:
        for item in split(file):
            if isinstance(item, Command):
                passed.append(item)
                continue
            _refuse(item)
            found.append(item)
            if len(found) > MAX_STATEMENTS:
                raise item.error(f"the schema has more than {MAX_STATEMENTS:,} statements")
    if not found:
        names = ", ".join(file.name for file in files)
        raise DeclaredError("the schema declares nothing", file=names, hint=NOTHING_HINT)
    return tuple(found), tuple(passed)


def _paths(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith(SUFFIX) and not name.startswith("."):
                yield Path(folder, name)


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        said = error.strerror or "it gave no reason"
        raise DeclaredError(f"the file cannot be read: {said}", file=str(path)) from error
    check_size(MAX_BYTES + 1 if len(data) > limit else len(data), "the schema")
    return data


def _refuse(statement: Statement) -> None:
    """What is not a schema, and would be misread if it were run as one."""
    words = statement.keywords
    if statement.begins("copy") and {"stdin", "stdout"} & set(words):
        raise statement.error(
            "COPY with rows in the file is not loaded",
            detail="A declared schema holds no rows, and the lines after it are not SQL.",
            hint="Dump the schema alone: pg_dump --schema-only.",
        )
    if statement.begins("prepare", "transaction") or words[1:2] == ("prepared",):
        raise statement.error(
            "a prepared transaction would outlive the scratch database",
            hint="Use plain BEGIN and COMMIT.",
        )
    strings = "standard_conforming_strings"
    if statement.begins("set") and strings in words and words[-1] not in ("on", "true"):
        raise statement.error(
            f"{strings} is not turned off here",
            detail="It changes where a string ends, so the file could not be split surely.",
            hint=f"Remove the line, or write SET {strings} = on.",
        )
