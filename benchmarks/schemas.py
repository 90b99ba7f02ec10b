"""Schemas of any size for the benchmarks: a web application's, made larger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

TYPES = (
    "text",
    "integer",
    "timestamp with time zone DEFAULT now()",
    "boolean DEFAULT false NOT NULL",
    "numeric(12,2)",
    "character varying(80)",
    "jsonb",
)
# One of each for so many tables.
PER_ENUM, PER_VIEW, PER_FUNCTION, PER_POLICY, PER_COMMENT, PER_TRIGGER = 20, 20, 20, 10, 3, 50


def statements(tables: int = 1_000) -> Iterator[str]:
    """DDL of `tables` tables with 10 columns, 2 foreign keys and 2 indexes each.

    On top of these a primary key and a check each, and, so that every kind is there:
    enums, sequences, views, functions, triggers, policies and comments.
    """
    yield from _types(tables)
    yield from (_table(number) for number in range(tables))
    for number in range(tables):
        yield from _parts(number, tables)
    yield from _extras(tables)


def create(conn: psycopg.Connection[Any], tables: int = 1_000) -> None:
    """In one transaction: several thousand commits would only wait for the disk."""
    with conn.transaction():
        for statement in statements(tables):
            conn.execute(statement.encode())


def _types(tables: int) -> Iterator[str]:
    for number in range(0, tables, PER_ENUM):
        yield f"CREATE TYPE public.state_{number} AS ENUM ('new', 'open', 'done')"
        yield f"CREATE SEQUENCE public.counter_{number} INCREMENT BY 10"


def _table(number: int) -> str:
    name = f"public.table_{number}"
    plain = ", ".join(f"field_{place} {kind}" for place, kind in enumerate(TYPES))
    state = f"public.state_{number // PER_ENUM * PER_ENUM}"
    if number % 2:
        key = "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    else:
        key = "id bigserial PRIMARY KEY"
    last = f"state {state} DEFAULT 'new'" if number % 5 == 0 else "parent_1 bigint"
    columns = [key, "parent_0 bigint NOT NULL", last, plain]
    check = f"CONSTRAINT table_{number}_positive CHECK (field_4 >= 0)"
    return f"CREATE TABLE {name} ({', '.join(columns)}, {check})"


def _parts(number: int, tables: int) -> Iterator[str]:
    table = f"public.table_{number}"
    for place in (0, 1):
        parent = (number * 7 + place * 13) % tables
        column = "parent_0" if place == 0 or number % 5 == 0 else "parent_1"
        yield (
            f"ALTER TABLE {table} ADD CONSTRAINT table_{number}_fk_{place}"
            f" FOREIGN KEY ({column}) REFERENCES public.table_{parent} (id) ON DELETE CASCADE"
        )
    yield f"CREATE INDEX table_{number}_a ON {table} (parent_0, field_1 DESC)"
    if number % 4:
        yield f"CREATE INDEX table_{number}_b ON {table} (field_0) INCLUDE (field_2)"
    else:
        yield f"CREATE INDEX table_{number}_b ON {table} (lower(field_0)) WHERE field_3"


def _extras(tables: int) -> Iterator[str]:
    for number in range(0, tables, PER_COMMENT):
        yield f"COMMENT ON TABLE public.table_{number} IS 'Table number {number}'"
        yield f"COMMENT ON COLUMN public.table_{number}.field_0 IS 'A text of {number}'"
    for number in range(0, tables, PER_POLICY):
        yield f"ALTER TABLE public.table_{number} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY own ON public.table_{number} USING (field_0 = current_user)"
    for number in range(0, tables, PER_VIEW):
        yield (
            f"CREATE VIEW public.view_{number} AS SELECT t.id, count(*) AS of_each"
            f" FROM public.table_{number} AS t GROUP BY t.id"
        )
    for number in range(0, tables, PER_FUNCTION):
        yield (
            f"CREATE FUNCTION public.touch_{number}() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN NEW.field_2 = now(); RETURN NEW; END'"
        )
    for number in range(0, tables, PER_TRIGGER):
        function = number // PER_FUNCTION * PER_FUNCTION
        yield (
            f"CREATE TRIGGER touched BEFORE UPDATE ON public.table_{number}"
            f" FOR EACH ROW EXECUTE FUNCTION public.touch_{function}()"
        )


def changes(tables: int = 1_000, count: int = 500) -> Iterator[str]:
    """`count` changes, spread over the tables and over the commonest kinds of change."""
    for place in range(count):
        number = place * tables // count
        table = f"public.table_{number}"
        yield (
            f"ALTER TABLE {table} ADD COLUMN added_{place} text",
            f"ALTER TABLE {table} DROP COLUMN field_6",
            f"ALTER TABLE {table} ALTER COLUMN field_1 SET DEFAULT {place}",
            f"DROP INDEX public.table_{number}_a",
            f"CREATE INDEX table_{number}_new ON {table} (field_5)",
            f"ALTER TABLE {table} DROP CONSTRAINT table_{number}_fk_0",
            f"ALTER TABLE {table} ADD CONSTRAINT more_{place} CHECK (field_1 > 0)",
            f"ALTER TABLE {table} ALTER COLUMN field_0 SET NOT NULL",
            f"COMMENT ON TABLE {table} IS 'changed {place}'",
            f"ALTER TABLE {table} ALTER COLUMN field_5 TYPE character varying(200)",
        )[place % 10]
