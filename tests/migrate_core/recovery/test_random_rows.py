"""Random rows of more than 40 types are parked, written around and restored: nothing is lost.

Beside the table a copy is kept, to which the same writes are made. At the end both are held
against each other by the product's checksum, and by EXCEPT ALL, which knows nothing of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.introspection.graph import read_graph
from migrate_core.pg.names import QualifiedName, quote_ident
from migrate_core.recovery.checksums import take_checksum
from migrate_core.schema.checksum import checksum_query
from migrate_core.schema.fingerprint import changed_objects
from migrate_core.states import RunState
from tests import runs

MakeDbOn = Callable[..., Connection[Any]]
FEW, MANY = 10, 200  # on each major
MOST_ROWS = 40
OWN_TYPES = """
CREATE SCHEMA aside;
CREATE TYPE mood AS ENUM ('good', 'bad', 'it''s "odd"');
CREATE DOMAIN short AS text CHECK (length(VALUE) < 20);
CREATE TYPE pair AS (one integer, other text);
CREATE TYPE span AS RANGE (subtype = double precision);
"""
# Values as SQL would write them between quotes; every one is a value of the type.
VALUES: dict[str, tuple[str, ...]] = {
    "smallint": ("0", "-32768", "32767"),
    "integer": ("0", "-2147483648", "7"),
    "bigint": ("9223372036854775807", "-1", "0"),
    "numeric": ("NaN", "0.10", "0.1", "-1e40", "123456789012345678901234567890.5"),
    "numeric(10,2)": ("0.10", "-99999999.99"),
    "real": ("NaN", "-Infinity", "0.1", "-0"),
    "double precision": ("Infinity", "1e-300", "0.1", "-0"),
    "money": ("1.50", "-0.01"),
    "boolean": ("t", "f"),
    '"char"': ("a", "", "\\377"),
    "character(5)": ("ab", "", "abcde"),
    "character varying(10)": ("", " a ", "é😀"),
    "text": ("", "a\nb\t'\\", "NULL", "{}", "😀" * 50),
    "name": ("a", "Order"),
    "bytea": ("\\x", "\\x00ff", "\\xdeadbeef"),
    "date": ("infinity", "4713-01-01 BC", "2026-02-28"),
    "time without time zone": ("24:00", "00:00:00.000001"),
    "time with time zone": ("12:00+02", "10:00+00"),
    "timestamp without time zone": ("-infinity", "2026-03-29 02:30"),
    "timestamp with time zone": ("2026-10-25 02:30+02", "2026-10-25 02:30+01", "infinity"),
    "interval": ("1 mon", "30 days", "720:00", "-1 day 01:00"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "json": ('{"b": 1,  "a": 2, "a": 3}', "null", "[]"),
    "jsonb": ('{"b": 1, "a": [null, 1.0, 1.00]}', '"\\u00e9"', "null"),
    "jsonpath": ("$.a[*]", "lax $ ? (@ > 1)"),
    "inet": ("10.0.0.1/8", "::1", "10.0.0.1"),
    "cidr": ("10.0.0.0/8", "::/0"),
    "macaddr": ("08:00:2b:01:02:03",),
    "macaddr8": ("08:00:2b:01:02:03:04:05",),
    "bit(4)": ("0101", "0000"),
    "bit varying": ("", "1", "10101010101"),
    "tsvector": ("", "'a':1A 'b':2"),
    "tsquery": ("'a' & !'b'", ""),
    "point": ("(0,-0)", "(1.5,NaN)"),
    "line": ("{1,-1,0}",),
    "lseg": ("[(0,0),(1,1)]",),
    "box": ("(1,1),(0,0)",),
    "path": ("[(0,0),(1,1)]", "((0,0),(1,1))"),
    "polygon": ("((0,0),(1,1),(1,0))",),
    "circle": ("<(0,0),2>",),
    "int4range": ("empty", "[1,5)", "(,)"),
    "tstzrange": ("[2026-01-01,infinity)",),
    "nummultirange": ("{}", "{[1,2),[3,)}"),
    "pg_lsn": ("16/B374D848", "0/0"),
    "xid8": ("18446744073709551615",),
    "oid": ("0", "4294967295"),
    "regclass": ("pg_class", "aside.kept"),
    "regtype": ("integer", "mood"),
    "integer[]": ("{}", "{1,NULL}", "[0:1]={1,2}", "{{1,2},{3,4}}"),
    "text[]": ("{}", '{"",NULL,"NULL","a,b"}'),
    "mood": ("good", 'it\'s "odd"'),
    "mood[]": ("{good,bad}",),
    "short": ("", "a"),
    "pair": ("(1,)", '(,"a,b")'),
    "pair[]": ('{"(1,a)",NULL}',),
    "span": ("[0.1,0.2)", "empty"),
}
WAYS = ("softDropColumn", "archiveColumn", "softDropTable", "archiveTable")


class Example(NamedTuple):
    """One table: `n` is its key or merely a number, c0, c1 and so on are of random types."""

    rng: random.Random
    number: int
    types: tuple[str, ...]
    way: str

    @property
    def name(self) -> str:
        return f"t{self.number}"

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return (("n", "integer"), *((f"c{at}", type_) for at, type_ in enumerate(self.types)))

    @property
    def parked(self) -> str | None:
        """The column; none where the whole table is."""
        return "c0" if self.way.endswith("Column") else None

    @property
    def has_key(self) -> bool:
        return self.way == "archiveColumn" or self.number % 2 == 0

    def value(self, type_: str) -> str:
        if self.rng.random() < 0.15:
            return "NULL"
        text = self.rng.choice(VALUES[type_])
        quoted = text.replace("'", "''")
        return f"'{quoted}'::{type_}"


def drawn(seed: int, number: int) -> Example:
    """Every type is parked in turn; the other columns are drawn."""
    rng = random.Random(f"{seed} {number}")
    names = list(VALUES)
    others = (rng.choice(names) for _ in range(rng.randint(1, 6)))
    own = names[(seed + number * 3) % len(names)]
    return Example(rng, number, (own, *others), rng.choice(WAYS))


def make(db: Connection[Any], example: Example) -> None:
    """The table with rows (where it has no key, some of them twice), its copy and a reader."""
    listed = ", ".join(f"{name} {type_}" for name, type_ in example.columns)
    key = ", PRIMARY KEY (n)" if example.has_key else ""
    execute(db, f"CREATE TABLE public.{example.name} ({listed}{key})")
    for n in range(example.rng.randint(0, MOST_ROWS)):
        values = ", ".join([str(n), *(example.value(type_) for type_ in example.types)])
        twice = 1 if example.has_key else example.rng.choice((1, 2))
        rows = ", ".join([f"({values})"] * twice)
        execute(db, f"INSERT INTO public.{example.name} VALUES {rows}")
    execute(db, f"CREATE TABLE aside.{example.name} AS TABLE public.{example.name}")
    execute(db, f"CREATE VIEW public.v{example.number} AS SELECT c0, n FROM public.{example.name}")


def write_since(db: Connection[Any], example: Example) -> None:
    """Rows deleted, changed and added, in the table and in its copy: a table that is parked
    whole has nobody who writes to it."""
    if example.parked is None:
        return
    column, type_ = example.columns[-1] if len(example.types) > 1 else ("n", "integer")
    names = ", ".join(name for name, _ in example.columns if name != example.parked)
    for n in example.rng.sample(range(MOST_ROWS), 6):
        value = example.value(type_) if column != "n" else "n"
        both(db, example, f"UPDATE TABLE SET {column} = {value} WHERE n = {n}")
    for n in example.rng.sample(range(MOST_ROWS), 3):
        both(db, example, f"DELETE FROM TABLE WHERE n = {n}")
    for n in range(MOST_ROWS, MOST_ROWS + example.rng.randint(0, 5)):
        values = ", ".join([str(n), *(example.value(other) for other in example.types[1:])])
        both(db, example, f"INSERT INTO TABLE ({names}) VALUES ({values})")


def both(db: Connection[Any], example: Example, text: str) -> None:
    for schema in ("public", "aside"):
        execute(db, text.replace("TABLE", f"{schema}.{example.name}"))


def execute(db: Connection[Any], text: str) -> None:
    db.execute(text.encode())


def park(db: Connection[Any], example: Example) -> Any:
    named = (
        {"name": f"public.{example.name}"}
        if example.parked is None
        else {"table": f"public.{example.name}", "column": example.parked}
    )
    plan = runs.plan_for(
        db, ({"op": example.way, **named},), migration_id=f"20260101_000000_e{example.number}"
    )
    assert runs.run(db, plan).state is RunState.DONE
    (artifact,) = recovery.artifacts(db, kept_only=True)
    return artifact


def differing(db: Connection[Any], example: Example) -> int:
    """Rows that only one of the two has; some types have no equality, so their text counts."""
    columns = ", ".join(f"{quote_ident(name)}::text" for name, _ in example.columns)
    one, other = (f"SELECT {columns} FROM {s}.{example.name}" for s in ("public", "aside"))
    row = db.execute(
        f"SELECT count(*) FROM (({one} EXCEPT ALL {other})"
        f" UNION ALL ({other} EXCEPT ALL {one})) AS d".encode()
    ).fetchone()
    assert row is not None
    return int(row[0])


def checksum(db: Connection[Any], example: Example, schema: str) -> str | None:
    return take_checksum(db, checksum_query(QualifiedName(schema, example.name), example.columns))


@pytest.mark.db
def test_what_is_parked_and_restored_is_equal_to_what_it_was(
    make_db_on: MakeDbOn, major: int, seed: int, full: bool
) -> None:
    db = make_db_on(major, OWN_TYPES + "CREATE TABLE aside.kept (n integer)")
    for number in range(MANY if full else FEW):
        example = drawn(seed, number)
        make(db, example)
        before = read_graph(db)

        artifact = park(db, example)
        write_since(db, example)
        assert recovery.preview(db, artifact.id).possible
        assert runs.run(db, recovery.plan_restore(db, artifact.id)).state is RunState.DONE

        assert differing(db, example) == 0, example
        assert checksum(db, example, "public") == checksum(db, example, "aside"), example
        assert changed_objects(read_graph(db), before) == (), example
        execute(db, f"DROP TABLE public.{example.name}, aside.{example.name} CASCADE")
