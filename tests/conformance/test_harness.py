"""The judge finds what is wrong: an engine that says what it is told to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.conformance.cases import Case
from tests.conformance.databases import Workbench
from tests.conformance.engines import RefusedError
from tests.conformance.harness import Direction, Harness, Outcome, Result

pytestmark = pytest.mark.db
BEFORE = "CREATE TABLE t (a integer NOT NULL, b text);"
AFTER = "CREATE TABLE t (a integer NOT NULL, b text, c date);"
ADD = "ALTER TABLE t ADD COLUMN c date"


@dataclass
class Told:
    """Gives its answers one after the other; none is a refusal."""

    answers: list[Sequence[str] | None]
    as_script: bool = False

    def begin(self) -> None:
        """It reads nothing."""

    def statements(self, before: str, after: str, major: int) -> Sequence[str]:
        answer = self.answers.pop(0)
        if answer is None:
            raise RefusedError("table t")
        return answer


@pytest.fixture
def judge(server_url: str) -> Iterator[Callable[..., Result]]:
    """judge(*answers) -> how one direction ends for an engine with these answers."""
    with Workbench(server_url) as bench:

        def run(
            *answers: Sequence[str] | None, script: bool = False, empty: bool = False
        ) -> Result:
            engine = Told(list(answers), as_script=script)
            case = Case(
                suite="own", id="t", before=BEFORE, after=AFTER, loads_on=(), expect_empty=empty
            )
            return Harness(engine, bench).run(case, [Direction.FORWARD])[0]

        yield run


def test_what_pg_dump_finds_equal_is_identical(judge: Callable[..., Result]) -> None:
    found = judge([ADD], [])

    assert (found.outcome, found.tables_kept) == (Outcome.IDENTICAL, 1)


def test_a_script_is_run_as_one(judge: Callable[..., Result]) -> None:
    assert judge([f"{ADD};\nSELECT 1;"], [], script=True).outcome is Outcome.IDENTICAL


def test_the_order_of_columns_is_no_difference(judge: Callable[..., Result]) -> None:
    moved = ["ALTER TABLE t DROP b", ADD, "ALTER TABLE t ADD b text"]

    assert judge(moved, []).outcome is Outcome.ROWS  # and the rows of b are lost


def test_a_difference_that_the_engine_does_not_see_is_silent(judge: Callable[..., Result]) -> None:
    found = judge([])

    assert (found.outcome, found.detail) == (Outcome.SILENT, "+     c date")


def test_a_difference_after_statements_is_silent_too(judge: Callable[..., Result]) -> None:
    found = judge([ADD, "ALTER TABLE t ALTER a DROP NOT NULL"], [])

    assert found.outcome is Outcome.SILENT


def test_a_second_diff_that_is_not_empty_is_drift(judge: Callable[..., Result]) -> None:
    assert judge([ADD], [ADD]).outcome is Outcome.DRIFT


def test_changed_rows_are_found(judge: Callable[..., Result]) -> None:
    found = judge([ADD, "UPDATE t SET b = 'x' WHERE a = 2"], [])

    assert (found.outcome, found.detail) == (Outcome.ROWS, "t")


def test_a_refusal_keeps_what_was_said(judge: Callable[..., Result]) -> None:
    found = judge(None)

    assert (found.outcome, found.detail) == (Outcome.REFUSED, "table t")


def test_a_statement_that_fails_is_kept(judge: Callable[..., Result]) -> None:
    found = judge([ADD, ADD])

    assert (found.outcome, found.sqlstate, found.statement) == (Outcome.FAILED, "42701", ADD)


def test_what_fails_of_rows_alone_is_tried_without_them(judge: Callable[..., Result]) -> None:
    needed = f"{ADD} NOT NULL"
    found = judge([needed, "ALTER TABLE t ALTER c DROP NOT NULL"], [])

    assert found.outcome is Outcome.IDENTICAL
    assert found.rows.startswith("23502")


def test_statements_where_none_are_needed_are_found(judge: Callable[..., Result]) -> None:
    assert judge([ADD], [], empty=True).outcome is Outcome.NOT_EMPTY


def test_an_emptied_database_is_as_new(server_url: str) -> None:
    """Whatever a case leaves behind, the next one does not see it."""
    ddl = (
        "CREATE SCHEMA s; CREATE EXTENSION citext SCHEMA s; CREATE TABLE s.t (a s.citext);"
        "GRANT CREATE ON SCHEMA public TO PUBLIC; COMMENT ON SCHEMA public IS 'changed';"
        "CREATE PUBLICATION p; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;"
    )
    with Workbench(server_url) as bench:
        clean = bench.dump(bench.load(""))
        name = bench.load(ddl)
        assert bench.dump(name) != clean
        bench.clear()
        emptied = list(bench.empty)

        assert [bench.dump(kept) for kept in emptied] == [clean] * len(emptied)
        assert name in emptied
