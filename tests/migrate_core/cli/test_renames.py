"""Types, views, sequences and routines under new names: asked, and answered in each way."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db
GENERATE = ("migrate", "generate", "--name", "x", "--format", "json")


class Renamed(NamedTuple):
    op: str
    option: str  # as the question offers it
    new: str
    live: str
    declared: str


CASES = (
    Renamed(
        "renameType",
        "public.mood",
        "feeling",
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE TYPE feeling AS ENUM ('sad', 'glad');",
    ),
    Renamed(
        "renameType",
        "public.amount",
        "money_amount",
        "CREATE DOMAIN amount AS numeric CHECK (VALUE >= 0)",
        "CREATE DOMAIN money_amount AS numeric CHECK (VALUE >= 0);",
    ),
    Renamed(
        "renameView",
        "public.one",
        "single",
        "CREATE VIEW one AS SELECT 1 AS one",
        "CREATE VIEW single AS SELECT 1 AS one;",
    ),
    Renamed(
        "renameSequence",
        "public.numbers",
        "tickets",
        "CREATE SEQUENCE numbers CACHE 7",
        "CREATE SEQUENCE tickets CACHE 7;",
    ),
    Renamed(
        "renameRoutine",
        "public.twice(integer)",
        "doubled",
        "CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n'",
        "CREATE FUNCTION doubled(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n';",
    ),
)


@pytest.fixture(params=CASES, ids=lambda case: case.option)
def case(request: pytest.FixtureRequest, shop: Shop) -> Renamed:
    found: Renamed = request.param
    shop.db.execute(found.live.encode())
    return found


def declare(shop: Shop, text: str) -> None:
    (shop.folder / "declared" / "90_renamed.sql").write_text(text, encoding="utf-8")


def kinds(data: dict[str, list[dict[str, str]]]) -> set[str]:
    return {operation["op"] for operation in data["operations"]}


def test_unanswered_it_is_asked_and_one_goes_as_the_other_comes(
    case: Renamed, shop: Shop, zanith: Zanith
) -> None:
    declare(shop, case.declared)

    found = zanith(*GENERATE)

    assert f"--rename {case.option}={case.new}" in found.err
    assert case.op not in kinds(found.data)


def test_an_option_answers(case: Renamed, shop: Shop, zanith: Zanith) -> None:
    declare(shop, case.declared)

    found = zanith(*GENERATE, "--rename", f"{case.option}={case.new}")

    assert case.op in kinds(found.data)
    assert case.new not in {question["new"] for question in found.data["questions"]}


def test_a_new_name_that_is_not_declared_is_misuse(
    case: Renamed, shop: Shop, zanith: Zanith
) -> None:
    declare(shop, case.declared)

    found = zanith(*GENERATE, "--rename", f"{case.option}=nowhere")

    assert found.code == 2
    assert "nowhere" in found.err


def test_a_comment_above_it_answers(case: Renamed, shop: Shop, zanith: Zanith) -> None:
    old = case.option.removeprefix("public.").partition("(")[0]
    declare(shop, f"-- renamed from: {old}\n{case.declared}\n")

    assert case.op in kinds(zanith(*GENERATE).data)


def test_one_of_several_routines_of_a_name_is_not_asked_about(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute("CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n'")
    shop.db.execute("CREATE FUNCTION f(n text) RETURNS text LANGUAGE sql AS 'SELECT n'")
    declare(
        shop,
        "CREATE FUNCTION g(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n';\n"
        "CREATE FUNCTION f(n text) RETURNS text LANGUAGE sql AS 'SELECT n';\n",
    )

    assert "--rename public.f" not in zanith(*GENERATE).err
    assert zanith(*GENERATE, "--rename", "f=g").code == 2


PEOPLE = """
CREATE TABLE people (empty text, repeated text, unlike text);
INSERT INTO people
SELECT CASE WHEN n % 4 = 0 THEN n::text END, (n % 5)::text, n::text
  FROM generate_series(1, 200) AS n
"""


def asked_of_people(shop: Shop, zanith: Zanith, wanted: str) -> dict[str, str]:
    """What is said of each old column, the likeliest first."""
    declare(shop, f"CREATE TABLE people ({wanted});\n")
    questions = zanith(*GENERATE, "--dry-run").data["questions"]
    return {q["old"].removeprefix("public.people."): q["why"] for q in questions}


def test_what_a_new_column_forbids_the_old_ones_values_speak_against(
    shop: Shop, zanith: Zanith
) -> None:
    shop.db.execute(PEOPLE.encode())
    shop.db.execute("ANALYZE people")

    keys = asked_of_people(shop, zanith, "code text PRIMARY KEY")
    required = asked_of_people(shop, zanith, "code text NOT NULL")

    assert keys == {
        "empty": "both are text, but 75% of its rows are NULL and the new one is NOT NULL",
        "repeated": "both are text, but its values repeat and the new one is unique",
        "unlike": "both are text",
    }
    assert list(required)[-1] == "empty"
    assert required["repeated"] == required["unlike"] == "both are text"


def test_the_likeliest_old_column_of_one_new_one_is_asked_first(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute(PEOPLE.encode())
    shop.db.execute("ANALYZE people")

    assert next(iter(asked_of_people(shop, zanith, "code text PRIMARY KEY"))) == "unlike"


def test_columns_that_were_never_analyzed_are_asked_about_all_the_same(
    shop: Shop, zanith: Zanith
) -> None:
    shop.db.execute(PEOPLE.encode())

    assert set(asked_of_people(shop, zanith, "code text PRIMARY KEY").values()) == {"both are text"}
