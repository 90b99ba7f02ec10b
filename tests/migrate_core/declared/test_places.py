from __future__ import annotations

from pathlib import Path

import pytest

from migrate_core.declared.files import from_text
from migrate_core.declared.places import Place, Places, places_in, ref_named
from migrate_core.declared.sources import CommandSource, FileSource, FolderSource
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.refs import ObjectKind, Ref

ONE = """-- people
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE IF NOT EXISTS public."Users" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "Mail" text COLLATE "C" NOT NULL UNIQUE, -- CREATE TABLE trap (
    price numeric(10, 2) CONSTRAINT dear CHECK (price > 0),
    org_id bigint
        REFERENCES orgs (id),
    CONSTRAINT one_mail UNIQUE ("Mail", org_id),
    UNIQUE (id, price),
    FOREIGN KEY (org_id) REFERENCES orgs
);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS by_mail ON ONLY "Users" (lower("Mail"));
CREATE POLICY own ON "Users" USING (true);
ALTER TABLE ONLY public."Users" ADD COLUMN IF NOT EXISTS late text,
    ADD CONSTRAINT late_is_long CHECK (length(late) > 3),
    ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
"""
TWO = """SET search_path = app, public;
CREATE TABLE orgs (id bigint);
ALTER TABLE orgs
    ADD PRIMARY KEY (id);
CREATE OR REPLACE FUNCTION one(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1; --';
CREATE FUNCTION two(a integer) RETURNS integer LANGUAGE sql AS $$SELECT 1$$;
CREATE FUNCTION two(a text) RETURNS integer LANGUAGE sql AS $$SELECT 1$$;
CREATE CONSTRAINT TRIGGER watch AFTER INSERT ON orgs FOR EACH ROW EXECUTE FUNCTION one();
CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n;
CREATE RULE nothing AS ON DELETE TO orgs DO INSTEAD NOTHING;
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
CREATE SCHEMA IF NOT EXISTS app;
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('a');
CREATE INDEX ON orgs (id);
"""
USERS, ORGS = QualifiedName("public", "Users"), QualifiedName("app", "orgs")


def place(ref: Ref | None) -> tuple[str, int | None] | None:
    assert ref is not None
    found = Places(from_text([("one.sql", ONE), ("two.sql", TWO)])).of(ref)
    return (found.file, found.line) if found else None


@pytest.mark.parametrize(
    ("kind", "part", "line"),
    [
        (ObjectKind.TABLE, "", 3),
        (ObjectKind.COLUMN, "id", 4),
        (ObjectKind.COLUMN, "Mail", 5),
        (ObjectKind.DEFAULT, "price", 6),
        (ObjectKind.COLUMN, "org_id", 7),
        (ObjectKind.COLUMN, "late", 15),
        (ObjectKind.CONSTRAINT, "Users_pkey", 4),
        (ObjectKind.CONSTRAINT, "Users_Mail_key", 5),
        (ObjectKind.CONSTRAINT, "dear", 6),
        (ObjectKind.CONSTRAINT, "Users_org_id_fkey", 8),
        (ObjectKind.CONSTRAINT, "one_mail", 9),
        (ObjectKind.CONSTRAINT, "Users_id_price_key", 10),
        (ObjectKind.CONSTRAINT, "late_is_long", 16),
        (ObjectKind.INDEX, "by_mail", 13),
        (ObjectKind.POLICY, "own", 14),
        # What is not there any more is at its table.
        (ObjectKind.COLUMN, "gone", 3),
        (ObjectKind.COLUMN, "generated", 3),
        (ObjectKind.INDEX, "gone", 3),
    ],
)
def test_a_part_of_a_table_is_where_it_is_declared(kind: ObjectKind, part: str, line: int) -> None:
    assert place(Ref.of(kind, USERS, part)) == ("one.sql", line)


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        (Ref(ObjectKind.ENUM, "public", "mood"), ("one.sql", 2)),
        (Ref.of(ObjectKind.TABLE, ORGS), ("two.sql", 2)),
        (Ref.of(ObjectKind.CONSTRAINT, ORGS, "orgs_pkey"), ("two.sql", 4)),
        (Ref(ObjectKind.ROUTINE, "app", "app.one(integer)"), ("two.sql", 5)),
        (Ref(ObjectKind.ROUTINE, "app", "app.two(text)"), None),
        (Ref.of(ObjectKind.TRIGGER, ORGS, "watch"), ("two.sql", 8)),
        (Ref(ObjectKind.MATERIALIZED_VIEW, "app", "totals"), ("two.sql", 9)),
        (Ref.of(ObjectKind.RULE, ORGS, "nothing"), ("two.sql", 10)),
        (Ref(ObjectKind.EXTENSION, name="citext"), ("two.sql", 11)),
        (Ref(ObjectKind.SCHEMA, name="app"), ("two.sql", 12)),
        (Ref(ObjectKind.PARTITION, "app", "part"), ("two.sql", 13)),
        (Ref(ObjectKind.TABLE, "public", "orgs"), None),
        (Ref(ObjectKind.OTHER, name="UPDATE users"), None),
    ],
)
def test_an_object_is_at_the_statement_that_creates_it(
    ref: Ref, found: tuple[str, int] | None
) -> None:
    assert place(ref) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('column public."Users".Mail', ("one.sql", 5)),
        ('constraint public."Users".one_mail', ("one.sql", 9)),
        ('table public."Users"', ("one.sql", 3)),
        ('owner of table public."Users"', ("one.sql", 3)),
        ('privileges on table public."Users"', ("one.sql", 3)),
        ("enum public.mood", ("one.sql", 2)),
        ("routine app.one(integer)", ("two.sql", 5)),
        ("materialized view app.totals", ("two.sql", 9)),
        ("extension citext", ("two.sql", 11)),
    ],
)
def test_what_a_report_names_is_found_by_its_words(text: str, found: tuple[str, int]) -> None:
    assert place(ref_named(text)) == found


def test_a_renamed_part_is_where_either_of_its_names_is_declared() -> None:
    new, old = (Ref.of(ObjectKind.COLUMN, USERS, name) for name in ("e_mail", "Mail"))
    places = Places(from_text([("one.sql", ONE)]))

    assert places.of(new, old) == places.of(old, new) == Place(file="one.sql", line=5)
    assert places.of(new) == Place(file="one.sql", line=3)
    assert places.of() is None


@pytest.mark.parametrize("text", ["tablespace fast", "table nowhere", "column a.b"])
def test_words_that_name_nothing_have_no_place(text: str) -> None:
    ref = ref_named(text)

    assert ref is None or place(ref) is None


def test_files_have_names_below_their_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "t.sql").write_text("\ufeff\r\n\r\nCREATE TABLE t (\r\n  a int);")
    column = Ref(ObjectKind.COLUMN, "public", "t", "a")

    assert places_in(FolderSource(str(tmp_path))).of(column) == Place(file="sub/t.sql", line=4)
    one = places_in(FileSource(str(tmp_path / "sub" / "t.sql")))
    assert one.of(column) == Place(file="t.sql", line=4)


def test_what_has_no_lines_or_cannot_be_read_has_no_places(tmp_path: Path) -> None:
    (tmp_path / "t.sql").write_text("CREATE TABLE t (a text DEFAULT 'open);")
    table = Ref(ObjectKind.TABLE, "public", "t")

    assert places_in(FolderSource(str(tmp_path))).of(table) is None
    assert places_in(FolderSource(str(tmp_path / "none"))).of(table) is None
    assert places_in(CommandSource(("true",))).of(table) is None
    assert places_in(None).of(table) is None
