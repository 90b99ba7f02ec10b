"""Names of database objects, unquoted, exactly as pg_catalog spells them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache, lru_cache, total_ordering

from migrate_core.errors import InvalidNameError
from migrate_core.pg.keywords import KEYWORDS

HIDDEN = "_zanith_"  # what begins so is no part of a schema
MAX_BYTES = 63  # NAMEDATALEN - 1; PostgreSQL cuts longer names with a mere notice
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_PART = re.compile(r'"((?:[^"]|"")+)"|([a-z_][a-z0-9_$]*)', re.IGNORECASE)


@cache
def quote_ident(name: str) -> str:
    """What quote_ident() prints: quotes only where the name needs them.

    Raises:
        InvalidNameError: empty, longer than 63 bytes, or holding a NUL byte.
    """
    check_name(name)
    if _PLAIN.fullmatch(name) and name not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def check_name(name: str) -> None:
    size = len(name.encode())
    if "\0" in name:
        raise InvalidNameError(
            f"the name {name!r} holds a NUL byte",
            hint="Remove it: PostgreSQL would read the name only up to there.",
        )
    if not 0 < size <= MAX_BYTES:
        raise InvalidNameError(
            f'the name "{name}" has {size} bytes',
            detail=f"PostgreSQL keeps 1 to {MAX_BYTES} bytes of a name and cuts the rest.",
            hint="Choose a shorter name.",
        )


def cut(name: str, *, suffix: str = "") -> str:
    """`name` + `suffix` in at most 63 bytes, never cutting a character in two."""
    room = MAX_BYTES - len(suffix.encode())
    return name.encode()[:room].decode(errors="ignore") + suffix


def helper_name(what: str, name: str, *origin: str) -> str:
    """`_zanith_<what>_<name>_<8 hex of sha256(origin)>`, cut safely to 63 bytes.

    Everything named `_zanith_*` is invisible to introspection: what is parked, and what
    lives only while a step runs. Two long names that are cut alike stay apart, because
    the digest of one that is cut holds the whole name.
    """
    whole = f"{HIDDEN}{what}_{name}"
    is_cut = len(whole.encode()) + 9 > MAX_BYTES
    parts = (*origin, name) if is_cut else origin
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    return cut(whole, suffix=f"_{digest}")


@total_ordering
class QualifiedName:
    """A schema-qualified name; `str()` quotes it as quote_ident() would.

    A plain class, so that msgspec hands it to the codec: it is text in files
    (`public.users`) and in stored graphs.
    """

    __slots__ = ("_hash", "name", "schema")

    def __init__(self, schema: str, name: str) -> None:
        self.schema, self.name = schema, name
        self._hash = hash((schema, name))

    @classmethod
    @lru_cache(maxsize=1 << 16)  # a schema names each of its objects many times
    def parse(cls, text: str) -> QualifiedName:
        """Read `schema.name`; each part may be quoted. Unquoted parts fold to lower case.

        Raises:
            InvalidNameError: it is not two names joined by a dot.
        """
        parts = tuple(_parts(text))
        if len(parts) != 2:
            raise InvalidNameError(
                f'"{text}" is not a schema-qualified name',
                hint='Write it as schema.name, with double quotes where needed: public."Order".',
            )
        return cls(*parts)

    def __iter__(self) -> Iterator[str]:
        return iter((self.schema, self.name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QualifiedName):
            return NotImplemented
        return self.name == other.name and self.schema == other.schema

    def __lt__(self, other: QualifiedName) -> bool:
        return (self.schema, self.name) < (other.schema, other.name)

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return f"{quote_ident(self.schema)}.{quote_ident(self.name)}"

    def __repr__(self) -> str:
        return f"QualifiedName({self.schema!r}, {self.name!r})"

    def renamed(self, name: str) -> QualifiedName:
        return QualifiedName(self.schema, name)


def _parts(text: str) -> Iterator[str]:
    at = 0
    while match := _PART.match(text, at):
        quoted, plain = match.groups()
        part = quoted.replace('""', '"') if quoted else plain.lower()
        check_name(part)
        yield part
        at = match.end()
        if at == len(text):
            return
        if text[at] != ".":
            break
        at += 1
    raise InvalidNameError(
        f'"{text}" is not a schema-qualified name',
        hint='Write it as schema.name, with double quotes where needed: public."Order".',
    )
