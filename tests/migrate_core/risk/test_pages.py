"""Every reason has a page, and the examples of each are planned on a real server."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

import msgspec
import pytest
from psycopg import Connection, errors

from migrate_core.planning import context
from migrate_core.risk import circumstances, index_use
from migrate_core.risk.codes import REASONS
from migrate_core.risk.pages import example
from migrate_core.risk.pages import page as pages
from migrate_core.risk.pages.example import operations_text
from migrate_core.risk.pages.page import Nothing, Outcome, Page, blocks, outcome, page, paged
from migrate_core.verify import bulk, deeds, held
from tests.migrate_core.risk.examples import (
    FOLDER,
    MAJOR,
    TOLD_BEFORE,
    codes_in,
    given_by,
    make_roles,
    outcome_of,
    problems,
)
from tests.samples import skip_unless_drawn

MakeDbOn = Callable[..., Connection[Any]]
CODES = sorted(REASONS)
# Decided around a step, or among the steps of a plan.
OF_CIRCUMSTANCES = codes_in(circumstances) | codes_in(index_use) | {"refused_by_trigger"}
OF_THE_PLAN = codes_in(context)


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert paged() == set(REASONS)


@pytest.mark.db
@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_gets_the_code_and_the_good_one_does_not(
    code: str, major: int, make_db_on: MakeDbOn, request: pytest.FixtureRequest
) -> None:
    """What plans of both say on the newest major is what the page shows."""
    skip_unless_drawn(request, code, major)
    option = request.config.getoption
    found = outcome_of(code, page(code), partial(make_db_on, major))

    assert problems(code, page(code), found) == []
    if major == MAJOR:
        if option("golden"):
            write(code, found)
        assert found == outcome(code)


def write(code: str, found: Outcome) -> None:
    """Into the file that ships with the pages, one process at a time."""
    with (FOLDER / pages.OUTCOMES).open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = {**msgspec.json.decode(file.read()), code: msgspec.to_builtins(found)}
        kept = {name: known[name] for name in CODES if name in known}
        file.seek(0)
        file.truncate()
        file.write(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    pages.forget()


@pytest.mark.parametrize("code", CODES)
def test_an_example_that_is_emptied_or_turned_round_is_found_out(code: str) -> None:
    whole, said = page(code), outcome(code)

    assert problems(code, whole, said) == []
    assert problems(code, changed(whole, bad=()), changed(said, bad=()))
    if isinstance(whole.good, Nothing):
        assert problems(code, changed(whole, good=Nothing(none="")), said)
        return
    assert problems(code, changed(whole, good=()), changed(said, good=()))
    assert problems(code, whole, Outcome(bad=said.good, good=said.bad))


def changed(value: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(value, **fields)


@pytest.mark.parametrize("code", CODES)
def test_kinds_are_those_whose_reasons_name_the_code(code: str) -> None:
    """A code that no kind gives is decided around the step, or by the plan; the page says which."""
    assert outcome(code).kinds or code in OF_CIRCUMSTANCES | OF_THE_PLAN | set(TOLD_BEFORE)
    assert outcome(code).kinds == given_by(code)


def test_what_only_a_rehearsal_tells_is_given_there_and_nowhere_else() -> None:
    told = codes_in(deeds) | codes_in(held) | codes_in(bulk)

    assert {code for code in told if not outcome(code).kinds} == set(TOLD_BEFORE)


def test_a_page_tells_what_is_decided_by_the_plan() -> None:
    assert {code for code in OF_THE_PLAN if not outcome(code).kinds} == example.OF_THE_PLAN


@pytest.mark.parametrize("code", CODES)
def test_advice_is_two_to_five_short_paragraphs(code: str) -> None:
    text = [block.text for block in blocks(page(code).advice) if not block.is_code]

    assert 2 <= len(text) <= 5
    assert max(len(words.split()) for words in text) <= 110


# What the example's database has not: an extension, somebody's slot, a table of another example.
TO_BE_MADE = (errors.UndefinedColumn, errors.UndefinedFunction)
NOT_THERE = (errors.UndefinedTable, errors.UndefinedObject)


@pytest.mark.db
@pytest.mark.parametrize("code", CODES)
def test_what_is_to_be_run_by_hand_is_sql_that_runs(
    code: str, major: int, make_db_on: MakeDbOn
) -> None:
    """Queries are planned, the rest is done: on every major, in the example's database."""
    found = page(code)
    statements = list(by_hand(found))
    if not statements:
        return
    make_roles(partial(make_db_on, major), found.roles)
    with closing(make_db_on(major, found.before)) as db:
        for statement in statements:
            try:
                db.execute(statement.encode())
            except TO_BE_MADE as error:
                if named_in(error) not in operations_text(found.bad):
                    raise
            except NOT_THERE:
                continue


def named_in(error: Exception) -> str:
    """The column or function that is not there: yet, where the example's migration makes it."""
    found = re.search(r'"(\w+)"|function (\w+)\(', str(error))
    assert found is not None
    return found[1] or found[2]


def by_hand(found: Page) -> Iterator[str]:
    sql = (b.text for b in blocks(found.advice) if b.is_code and not b.is_command)
    for statement in re.split(r";\s*(?:\n|$)", "\n".join(sql)):
        if statement.strip():
            asks = statement.lstrip().startswith("SELECT")
            yield f"EXPLAIN {statement}" if asks else statement


def test_values_put_in_by_hand_are_for_what_cannot_be_made_here() -> None:
    by_hand = {code for code in CODES if (given := page(code)).facts or given.facts_of_good}

    assert by_hand == {
        *{"changes_column_type", "rebuilds_dependent_indexes", "rebuilds_table"},  # gigabytes
        *{"scans_under_blocking_lock", "writes_much_wal", "needs_disk"},
        *{"foreign_key_without_index", "away_while_filled", "index_use_unknown"},
        *{"replica_is_behind", "slot_keeps_wal", "takes_from_subscribers"},  # a replica
        *{"waits_for_old_transactions", "locks_busy_table"},  # minutes, traffic
        *{"used_now", "use_unknown", "parks_dependants", "index_in_use"},  # a day of counting
        *{"waits_for_vacuum", "high_age"},  # 150 million transactions
    }
