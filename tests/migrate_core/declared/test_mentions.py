from __future__ import annotations

import pytest

from migrate_core.declared.mentions import (
    WantedExtension,
    extensions,
    is_only_owner_change,
    roles,
)
from migrate_core.declared.statements import File, Statement, split


def parsed(sql: str) -> list[Statement]:
    return [s for s in split(File("a.sql", sql)) if isinstance(s, Statement)]


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ('GRANT SELECT ON TABLE t TO app, "Ops Team"', ["Ops Team", "app"]),
        ("GRANT SELECT ON t TO GROUP app WITH GRANT OPTION", ["app"]),
        ("GRANT SELECT ON t TO PUBLIC", []),
        ("REVOKE ALL ON SCHEMA public FROM App", ["app"]),
        (
            "CREATE POLICY p ON t FOR SELECT TO app, CURRENT_USER USING (a = extract(day FROM b))",
            ["app"],
        ),
        ("ALTER POLICY p ON t RENAME TO q", []),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA s GRANT SELECT ON TABLES TO app",
            ["app", "boss"],
        ),
        ("CREATE SCHEMA s AUTHORIZATION boss", ["boss"]),
        ("ALTER TABLE t OWNER TO boss", []),
        ("ALTER TABLE t ADD COLUMN b int, OWNER TO boss", ["boss"]),
        ("ALTER TABLE t OWNER TO boss, ADD COLUMN b int", ["boss"]),
        ("CREATE TABLE t (a int)", []),
        ("INSERT INTO t SELECT 'GRANT x TO y'", []),
        ("SET ROLE app", ["app"]),
        ("SET ROLE NONE", []),
    ],
)
def test_roles_are_found_where_rights_are_given_or_taken(sql: str, wanted: list[str]) -> None:
    assert list(roles(parsed(sql))) == wanted


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("CREATE EXTENSION pg_trgm", WantedExtension("pg_trgm")),
        (
            'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA ext',
            WantedExtension("uuid-ossp", "ext"),
        ),
        ("CREATE EXTENSION citext SCHEMA s VERSION '1.6' CASCADE", WantedExtension("citext", "s")),
    ],
)
def test_extensions_are_found_with_their_schema(sql: str, wanted: WantedExtension) -> None:
    assert extensions(parsed(sql)) == (wanted,)


@pytest.mark.parametrize(
    ("sql", "only"),
    [
        ("ALTER TABLE public.t OWNER TO boss", True),
        ('ALTER FUNCTION f(a int) OWNER TO "The Boss"', True),
        ("ALTER TABLE t OWNER TO boss, ADD COLUMN b int", False),
        ("ALTER TABLE t ADD COLUMN b int, OWNER TO boss", False),
        ("ALTER TABLE t RENAME COLUMN owner TO boss", False),
    ],
)
def test_an_owner_change_is_known_by_its_end(sql: str, only: bool) -> None:
    assert is_only_owner_change(parsed(sql)[0]) is only
