from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from psycopg import Connection, errors

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.security.create_policy import CreatePolicy
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk.levels import Level
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Policy,
    Table,
)
from tests.migrate_core.risk.changed import changed, evidence

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)

USERS = QualifiedName("public", "users")
OWN = Policy(name="own", roles=("Some One", "public"), using="(id > 0)")
TABLE = Table(name=USERS, policies=(OWN,))


def test_a_role_is_quoted_and_public_is_a_keyword() -> None:
    (only,) = CreatePolicy(table=USERS, policy=OWN).stages(PLACE)

    assert ' TO "Some One", PUBLIC USING ((id > 0))' in str(only.statements[0])
    assert only.statements[0].lock is LockMode.ACCESS_EXCLUSIVE


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(UnboundOperationError, match="exists already"):
        CreatePolicy(table=USERS, policy=OWN).bind(SchemaGraph(tables=(TABLE,)))


def test_it_changes_who_sees_what(judged: Judged) -> None:
    assert judged(CreatePolicy(table=USERS, policy=OWN)) == {"rls_change": "medium"}


@pytest.mark.db
def test_a_policy_for_all_opens_nothing_where_nothing_was_hidden(
    make_db: Callable[..., Connection[Any]],
) -> None:
    before = """
    CREATE TABLE t (id integer); INSERT INTO t VALUES (1);
    GRANT SELECT ON t TO PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC;
    """
    opened = "CREATE POLICY everybody ON t USING (true);"
    on = "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
    db, plan = changed(make_db, before, opened + on)
    _db, shown = changed(make_db, before + on, opened)
    _db, altered = changed(
        make_db, before + on + opened.replace("true", "id > 1"),
        "ALTER POLICY everybody ON t USING (true)",
    )  # fmt: skip
    _db, off = changed(
        make_db, before + opened.replace("true", "id > 1"),
        "ALTER POLICY everybody ON t USING (true)",
    )  # fmt: skip

    assert plan.level is Level.MEDIUM
    assert [one.level for one in (shown, altered, off)] == [Level.HIGH, Level.HIGH, Level.MEDIUM]
    db.execute("SET ROLE pg_monitor")
    assert db.execute("SELECT FROM t").fetchone() == ()


@pytest.mark.db
@pytest.mark.parametrize(
    ("policy", "level"),
    [
        ("TO pg_monitor USING (true)", Level.HIGH),
        ("FOR SELECT TO pg_monitor USING (true)", Level.HIGH),
        ("FOR DELETE TO pg_monitor USING (true)", Level.HIGH),
        ("FOR SELECT TO pg_read_all_stats USING (true)", Level.MEDIUM),
        ("FOR SELECT TO pg_monitor USING (id > 2)", Level.HIGH),
        ("FOR SELECT USING (id > 2)", Level.HIGH),
        ("FOR SELECT TO pg_monitor USING (id = 1)", Level.MEDIUM),
        ("AS RESTRICTIVE USING (id > 2)", Level.HIGH),
        ("AS RESTRICTIVE TO pg_read_all_stats USING (id > 2)", Level.MEDIUM),
        ("FOR INSERT TO pg_monitor WITH CHECK (true)", Level.MEDIUM),
        ("AS RESTRICTIVE TO pg_monitor USING (true)", Level.MEDIUM),
    ],
)
def test_a_policy_beside_another_of_the_same_role(
    make_db: Callable[..., Connection[Any]], policy: str, level: Level
) -> None:
    before = """
    CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (2);
    GRANT SELECT, DELETE ON t TO pg_monitor; GRANT USAGE ON SCHEMA public TO PUBLIC;
    ALTER TABLE t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON t TO pg_monitor USING (id = 1);
    CREATE POLICY all_of_it ON t TO pg_read_all_settings USING (true);
    """
    _db, plan = changed(make_db, before, f"CREATE POLICY more ON t {policy}")

    assert plan.level is level


@pytest.mark.db
@pytest.mark.parametrize(
    ("rights", "before", "change", "more"),
    [
        ("INSERT", "", "CREATE POLICY more ON t TO pg_monitor USING (true)", True),
        ("INSERT", "", "CREATE POLICY more ON t TO PUBLIC USING (true) WITH CHECK (true)", True),
        ("INSERT", "", "CREATE POLICY more ON t FOR INSERT TO pg_monitor WITH CHECK (true)", True),
        ("INSERT", "", "CREATE POLICY more ON t FOR INSERT WITH CHECK (who = 'y')", True),
        ("INSERT", "", "CREATE POLICY more ON t FOR INSERT WITH CHECK (who = 'x')", False),
        ("INSERT", "", "CREATE POLICY more ON t USING (true) WITH CHECK (who = 'x')", False),
        ("INSERT", "", "CREATE POLICY more ON t FOR SELECT USING (true)", False),
        ("INSERT", "", "CREATE POLICY more ON t FOR UPDATE TO pg_monitor USING (true)", False),
        ("INSERT", "", "ALTER POLICY own ON t WITH CHECK (true)", True),
        ("INSERT", "", "ALTER POLICY own ON t WITH CHECK (who > 'x')", False),
        ("INSERT", "CREATE POLICY w ON t FOR INSERT WITH CHECK (true);",
         "CREATE POLICY more ON t TO pg_monitor USING (true)", False),
        ("REFERENCES", "", "CREATE POLICY more ON t TO pg_monitor USING (true)", False),
        ("REFERENCES", "", "ALTER POLICY own ON t WITH CHECK (true)", False),
    ],
)  # fmt: skip
def test_who_may_write_more_than_before(
    make_db: Callable[..., Connection[Any]], rights: str, before: str, change: str, more: bool
) -> None:
    """`own` says what pg_monitor writes, and the other one that it reads all."""
    made = f"""
    CREATE TABLE t (who text); GRANT SELECT, {rights} ON t TO pg_monitor;
    ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT USAGE ON SCHEMA public TO PUBLIC;
    CREATE POLICY own ON t FOR INSERT TO pg_monitor WITH CHECK (who = 'x');
    CREATE POLICY reads ON t FOR SELECT TO PUBLIC USING (true); {before}
    """
    db, plan = changed(make_db, made, change)

    said = [one for one in evidence(plan, "rls_change") if one.startswith("lets ")]
    assert (plan.level is Level.HIGH, bool(said)) == (more, more)
    if rights == "INSERT" and not before:
        db.execute("SET ROLE pg_monitor")
        with nullcontext() if more or "> 'x'" in change else pytest.raises(errors.Error):
            db.execute("INSERT INTO t VALUES ('y')")
