"""What a step leaves behind: rows nobody clears, writes that go nowhere, rows that cannot change,
a table that is read at each DELETE elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from psycopg import Connection, errors

from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan
from migrate_core.risk.facts import Facts, TableSize
from migrate_core.risk.levels import Level
from migrate_core.risk.surroundings import Activity
from migrate_core.risk.vacuuming import is_off, stops_autovacuum
from tests.migrate_core.risk import test_circumstances
from tests.migrate_core.risk.test_circumstances import INDEX, ORDERS, codes

MakeDb = Callable[..., Connection[Any]]
T = "public.orders"
ITEMS = QualifiedName("public", "items")
LARGE = TableSize(table=ITEMS, rows=200_000_000, bytes=30_000_000_000)
SMALL = TableSize(table=ITEMS, rows=100, bytes=40_000, exact=True)


def judged(
    db: Connection[Any],
    *operations: dict[str, Any],
    size: TableSize | None = None,
    activity: Activity | None = None,
) -> Plan:
    """As if each table were so large and so used."""

    def given(_relation: QualifiedName | None, facts: Facts) -> Facts:
        return msgspec.structs.replace(
            facts, size=size or facts.size, activity=activity or facts.activity
        )

    return test_circumstances.judged(db, *operations, given=given)


# Autovacuum -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["false", "off", "0", "no", "f", "FALSE", "n"])
def test_each_word_for_no_switches_autovacuum_off(value: str) -> None:
    assert is_off([f"autovacuum_enabled={value}"])


@pytest.mark.parametrize("options", [[], ["autovacuum_enabled=on"], ["fillfactor=70"]])
def test_other_parameters_do_not(options: list[str]) -> None:
    assert not is_off(options)


@pytest.mark.parametrize(
    ("was", "becomes", "rows", "stops"),
    [
        ([], ["autovacuum_enabled=false"], 12, True),
        (["autovacuum_enabled=false"], ["autovacuum_enabled=off", "fillfactor=70"], 12, False),
        ([], ["autovacuum_vacuum_threshold=2000000000"], 1_000_000, True),
        ([], ["autovacuum_vacuum_scale_factor=5"], 1_000_000, True),
        ([], ["autovacuum_vacuum_scale_factor=0.9"], 1_000_000, False),
        ([], ["autovacuum_vacuum_scale_factor=0.01"], 1_000_000, False),
        ([], ["autovacuum_vacuum_threshold=5000"], 12, False),
        (["autovacuum_vacuum_scale_factor=9"], ["autovacuum_vacuum_scale_factor=5"], 10**6, False),
        ([], ["autovacuum_vacuum_scale_factor=2"], None, True),
        ([], ["autovacuum_vacuum_threshold=1000"], None, False),
    ],
)
def test_autovacuum_that_never_comes(
    was: list[str], becomes: list[str], rows: int | None, stops: bool
) -> None:
    facts = Facts(size=TableSize(table=ITEMS, rows=rows))

    assert [r.code for r in stops_autovacuum(was, becomes, facts)] == ["stops_autovacuum"] * stops


@pytest.mark.db
def test_autovacuum_that_is_switched_off_where_nobody_writes(make_db: MakeDb) -> None:
    off = {
        "op": "alterStorageParameters",
        "table": T,
        "to": {"own": ["autovacuum_enabled=false"]},
    }
    idle = Activity(reads=0, writes=0, counted_seconds=90_000)
    db = make_db(ORDERS)

    assert codes(judged(db, off))["stops_autovacuum"] is Level.HIGH
    assert codes(judged(db, off, activity=idle))["stops_autovacuum"] is Level.MEDIUM


# Rules ------------------------------------------------------------------------------------------


def rule(does: str, **more: str) -> dict[str, Any]:
    text = f"CREATE RULE keep AS\n    ON DELETE TO {T} {does}"
    return {
        "op": "createRule",
        "table": T,
        "rule": {"name": "keep", "definition": text, **more},
    }


@pytest.mark.db
def test_a_rule_that_makes_nothing_of_writes(make_db: MakeDb) -> None:
    db = make_db(ORDERS)

    for does in ("DO INSTEAD NOTHING", "\n   WHERE (old.id < 10) DO INSTEAD NOTHING"):
        assert codes(judged(db, rule(does)))["swallows_writes"] is Level.HIGH
    for other in (
        rule("DO INSTEAD NOTHING", enabled="disabled"),
        rule("DO  INSERT INTO public.items (id)\n  VALUES (1)"),
    ):
        assert "swallows_writes" not in codes(judged(db, other))


# Checks -----------------------------------------------------------------------------------------


def check(definition: str) -> dict[str, Any]:
    return {
        "op": "addCheck",
        "table": T,
        "constraint": {
            "name": "c",
            "type": "check",
            "definition": definition,
            "validated": False,
        },
    }


@pytest.mark.db
def test_rows_that_break_a_check_which_is_not_validated(make_db: MakeDb) -> None:
    db = make_db(ORDERS)

    (step,) = judged(db, check("CHECK (total > 50)")).steps
    (said,) = (r for r in step.verdict.reasons if r.code == "old_rows_break_rule")

    assert said.level is Level.HIGH
    assert said.evidence == "50 rows break c, such as 1, 2, 3, 4, 5"
    assert set(codes(judged(db, check("CHECK (total > 0)")))) == {"adds_check"}
    db.execute("ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 50) NOT VALID")
    with pytest.raises(errors.CheckViolation):
        db.execute("UPDATE orders SET id = 1000 WHERE id = 3")


@pytest.mark.db
def test_rows_that_are_mended_before_a_check_is_validated(make_db: MakeDb) -> None:
    fill = {
        "op": "backfill",
        "table": T,
        "column": "total",
        "expression": "51",
        "where": "total <= 50",
    }
    validate = {"op": "validateConstraint", "table": T, "name": "c"}

    first, *_ = judged(make_db(ORDERS), check("CHECK (total > 50)"), fill, validate).steps

    assert first.verdict.level is Level.MEDIUM
    assert "old_rows_break_rule" in first.verdict.codes


# Foreign keys -----------------------------------------------------------------------------------


def key(action: str = "") -> dict[str, Any]:
    text = f"FOREIGN KEY (order_id) REFERENCES public.orders(id){action}"
    return {
        "op": "addForeignKey",
        "table": "public.items",
        "constraint": {"name": "k", "type": "foreign key", "definition": text},
    }


def index(text: str = "USING btree (order_id)") -> dict[str, Any]:
    made = {"name": "i", "columns": ["order_id"], "definition": text}
    return {"op": "addIndex", "table": "public.items", "index": made}


ITEM = f"{ORDERS} INSERT INTO items VALUES (1, 1)"
CASCADE = " ON DELETE CASCADE"


@pytest.mark.db
@pytest.mark.parametrize(
    ("size", "action", "level"),
    [
        (LARGE, CASCADE, Level.HIGH),
        (LARGE, " ON DELETE SET NULL", Level.HIGH),
        (LARGE, "", Level.MEDIUM),
        (SMALL, CASCADE, Level.LOW),
    ],
)
def test_a_foreign_key_that_no_index_serves(
    size: TableSize, action: str, level: Level, make_db: MakeDb
) -> None:
    found = codes(judged(make_db(ITEM), key(action), size=size))

    assert found["foreign_key_without_index"] is level


@pytest.mark.db
def test_an_index_serves_a_foreign_key_whichever_step_builds_it(make_db: MakeDb) -> None:
    db = make_db(ITEM)
    code = "foreign_key_without_index"

    assert code not in codes(judged(db, index(), key(CASCADE), size=LARGE))
    assert code not in codes(judged(db, key(CASCADE), index(), size=LARGE))
    assert code in codes(
        judged(db, index("USING btree (order_id) WHERE (id > 5)"), key(CASCADE), size=LARGE)
    )
    assert code in codes(judged(db, index("USING brin (order_id)"), key(CASCADE), size=LARGE))
    assert code in codes(judged(db, index("USING btree (id, order_id)"), key(CASCADE), size=LARGE))


# Wraparound -------------------------------------------------------------------------------------


@pytest.mark.db
def test_what_lasts_on_the_brink_of_wraparound(make_db: MakeDb) -> None:
    db, old = make_db(ORDERS), Activity(frozen_age=2_080_000_000)
    validate = {"op": "validateConstraint", "table": T, "name": "c"}

    assert codes(judged(db, INDEX, size=LARGE, activity=old))["high_age"] is Level.HIGH
    assert codes(judged(db, INDEX, size=SMALL, activity=old))["high_age"] is Level.MEDIUM
    young = Activity(frozen_age=160_000_000)
    assert codes(judged(db, INDEX, size=LARGE, activity=young))["high_age"] is Level.MEDIUM
    db.execute("ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID")
    assert codes(judged(db, validate, size=LARGE, activity=old))["high_age"] is Level.HIGH
    assert "high_age" not in codes(judged(db, validate, size=LARGE, activity=young))


# Use --------------------------------------------------------------------------------------------


@pytest.mark.db
def test_a_few_rows_just_after_the_counters_began_are_no_busy_table(make_db: MakeDb) -> None:
    """A server that was started a moment ago has counted nothing that means anything."""
    add = {"op": "addColumn", "table": T, "column": {"name": "note", "type": "text"}}
    db = make_db(ORDERS)
    loaded = Activity(reads=2, writes=100, counted_seconds=0.5)
    busy = Activity(reads=90_000, writes=10_000, counted_seconds=1000)

    assert "locks_busy_table" not in codes(judged(db, add, activity=loaded))
    assert codes(judged(db, add, activity=busy))["locks_busy_table"] is Level.MEDIUM
