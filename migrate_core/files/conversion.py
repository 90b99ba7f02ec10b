"""From nodes to operations, strictly; every refusal names line, operation and field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

import msgspec

from migrate_core.errors import InvalidNameError, MigrationFileError
from migrate_core.files.composition import Node
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import from_builtins, kinds
from migrate_core.pg.names import check_name

# Fields that hold one name of a database object, or a list of such names. Relations are not
# among them: they are schema-qualified and check themselves.
NAME_FIELDS = frozenset(
    {
        "name",
        "names",
        "to",
        "under",
        "column",
        "columns",
        "ref_columns",
        "key",
        "constraint",
        "policies",
    }
    | {"schema", "part", "roles", "physical_column", "value", "values", "before", "after"}
    | {"grantee", "role", "owner", "later", "leftover", "index", "replica_index", "also", "read"}
    | {"parked_column"}
    | {"nullable", "not_null"}  # lists of columns; elsewhere a boolean, which is no text
)
_PATH = re.compile(r"^(?P<problem>.*?)(?: - at (?:`(?P<path>\$[^`]*)`|.*))?$", re.DOTALL)
_SEGMENT = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_QUOTED = re.compile(r"`([^`]*)`")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which operation of which file."""

    file: str
    operation: int

    def error(self, problem: str, line: int, *, hint: str = "") -> MigrationFileError:
        return MigrationFileError(
            problem, file=self.file, line=line, operation=self.operation, hint=hint
        )


def convert(node: Node, *, file: str, number: int) -> Operation:
    """One element of `operations:`.

    Raises:
        MigrationFileError: not an operation, an unknown kind or field, a wrong type, a name
            that PostgreSQL would cut.
    """
    place = Place(file=file, operation=number)
    if not isinstance(node.content, dict):
        raise place.error(
            "an operation is a mapping", node.line, hint="Write it as `- op: addColumn` and fields."
        )
    kind = _kind(node, place)
    _check_names(node, place)
    try:
        return from_builtins(node.value)
    except msgspec.ValidationError as error:
        raise _located(error, node, kind, place) from error


def _kind(node: Node, place: Place) -> str:
    fields = node.content
    assert isinstance(fields, dict)  # convert() has seen to it
    if "op" not in fields:
        raise place.error(
            "the operation has no kind", node.line, hint="Start it with `op:`, as `op: addColumn`."
        )
    kind = fields["op"].content
    if not isinstance(kind, str) or kind not in kinds():
        raise place.error(
            f"unknown operation kind {_shown(kind)}",
            fields["op"].line,
            hint=_nearest(str(kind), list(kinds())) or "docs/operations.md lists every kind.",
        )
    return kind


def _check_names(node: Node, place: Place) -> None:
    for name, line in _names(node):
        try:
            check_name(name)
        except InvalidNameError as error:
            raise MigrationFileError(
                error.message,
                file=place.file,
                line=line,
                operation=place.operation,
                detail=error.detail,
                hint=error.hint,
            ) from error


def _names(node: Node) -> Iterator[tuple[str, int]]:
    for inner in node.walk():
        if not isinstance(inner.content, dict):
            continue
        for key, child in inner.content.items():
            if key in NAME_FIELDS:
                yield from ((text, at) for text, at in _texts(child) if not _is_whole(key, text))


def _is_whole(key: str, text: str) -> bool:
    """A name as PostgreSQL writes it whole: `public.f(integer)`, `a on server b`."""
    return key == "name" and any(mark in text for mark in ".( ")


def _texts(node: Node) -> Iterator[tuple[str, int]]:
    if isinstance(node.content, str):
        yield node.content, node.line
    elif isinstance(node.content, list):
        for child in node.content:
            yield from _texts(child)


def _located(
    error: msgspec.ValidationError, node: Node, kind: str, place: Place
) -> MigrationFileError:
    """msgspec says where in the value; this says where in the file."""
    match = _PATH.match(str(error))
    problem = match["problem"] if match else str(error)
    path = (match["path"] if match else None) or "$"
    found, field = _at(node, path)
    line = found.line
    quoted = _QUOTED.findall(problem)
    hint = f"docs/operations.md shows {kind}."
    if "unknown field" in problem and quoted:
        line = found.key_lines.get(quoted[0], line)
        hint = _nearest(quoted[0], _fields(kind, path)) or hint
    elif problem.startswith("Expected `str") and isinstance(found.content, (bool, int, float)):
        hint = "Write it in quotes if it is text."
    where = f"{field}: " if field else ""
    return place.error(f"{where}{_plain(problem)}", line, hint=hint)


def _at(node: Node, path: str) -> tuple[Node, str]:
    """The deepest node that a msgspec path leads to, and the path as a person would say it."""
    said: list[str] = []
    for match in _SEGMENT.finditer(path.removeprefix("$")):
        key, index = match.groups()
        content = node.content
        if key and isinstance(content, dict) and key in content:
            node = content[key]
            said.append(key)
        elif index and isinstance(content, list) and int(index) < len(content):
            node = content[int(index)]
            said[-1:] = [f"{said[-1] if said else ''}[{int(index) + 1}]"]
        else:
            break
    return node, ".".join(said)


def _fields(kind: str, path: str) -> list[str]:
    return list(kinds()[kind].__struct_fields__) if path == "$" else []


_WORDS = {
    "Object contains unknown field": "unknown field",
    "Object missing required field": "missing field",
    "Expected": "expected",
    "Invalid": "invalid",
}
_TYPES = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def _plain(problem: str) -> str:
    for words, ours in _WORDS.items():
        if problem.startswith(words):
            problem = ours + problem.removeprefix(words)
    if not problem.startswith("expected"):
        return problem

    def said(match: re.Match[str]) -> str:
        return " or ".join(_TYPES.get(part, part) for part in match[1].split(" | "))

    return _QUOTED.sub(said, problem)


def _nearest(word: str, known: list[str]) -> str:
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(by_lower), n=3, cutoff=0.6)
    return f"Did you mean {', '.join(by_lower[name] for name in near)}?" if near else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
