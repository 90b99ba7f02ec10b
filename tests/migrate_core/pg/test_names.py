from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from migrate_core.errors import InvalidNameError
from migrate_core.pg.keywords import KEYWORDS
from migrate_core.pg.names import MAX_BYTES, QualifiedName, cut, helper_name, quote_ident
from tests.strategies import names, qualified_names


@pytest.mark.db
def test_quotes_as_the_server_does(make_db_on: Callable[..., Connection], major: int) -> None:
    """Names are quoted for any of 14 to 18, so a word of another major may be quoted too."""
    db = make_db_on(major)

    @given(st.lists(names(), min_size=20, max_size=40))
    def check(drawn: list[str]) -> None:
        row = db.execute(
            "SELECT array_agg(quote_ident(n) ORDER BY o)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS u (n, o)",
            [drawn],
        ).fetchone()
        assert row is not None
        for name, theirs in zip(drawn, row[0], strict=True):
            assert quote_ident(name) == theirs or name in KEYWORDS

    check()


@pytest.mark.db
def test_every_reserved_word_of_the_server_is_known(
    make_db_on: Callable[..., Connection], major: int
) -> None:
    db = make_db_on(major)

    rows = db.execute("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'").fetchall()

    assert {word for (word,) in rows} <= KEYWORDS
    if major == 18:
        assert {word for (word,) in rows} == KEYWORDS - _ONLY_OLDER


# Words that an older major reserves and 18 does not.
_ONLY_OLDER: frozenset[str] = frozenset()


@given(qualified_names())
def test_a_qualified_name_reads_back(name: QualifiedName) -> None:
    assert QualifiedName.parse(str(name)) == name


@pytest.mark.parametrize(
    ("text", "schema", "name"),
    [
        ("public.users", "public", "users"),
        ("Public.USERS", "public", "users"),
        ('"Public"."a.b"', "Public", "a.b"),
        ('public."say ""hi"""', "public", 'say "hi"'),
    ],
)
def test_reads_a_qualified_name_as_sql_does(text: str, schema: str, name: str) -> None:
    assert QualifiedName.parse(text) == QualifiedName(schema, name)


@pytest.mark.parametrize(
    "text", ["", "users", "a.b.c", "a.", ".b", 'a."b', "a b.c", 'a.""', "a.b;", "a.\0b"]
)
def test_what_is_not_two_names_is_refused(text: str) -> None:
    with pytest.raises(InvalidNameError):
        QualifiedName.parse(text)


@pytest.mark.parametrize("name", ["", "x" * 64, "é" * 32, "a\0b"])
def test_a_name_that_postgresql_would_cut_or_refuse_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError):
        quote_ident(name)


@given(st.text(max_size=100), st.text("abc", max_size=9))
def test_a_cut_name_fits_and_keeps_its_suffix(name: str, suffix: str) -> None:
    short = cut(name.encode(errors="ignore").decode(), suffix=suffix)

    assert len(short.encode()) <= MAX_BYTES
    assert short.endswith(suffix)


@given(names(), names())
def test_a_helper_name_is_ours_and_fits(one: str, other: str) -> None:
    name = helper_name(one, other)

    assert name.startswith("_zanith_")
    assert quote_ident(name)
    assert helper_name(other, one) != name or one == other
