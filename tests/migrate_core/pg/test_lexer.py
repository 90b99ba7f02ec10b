from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from migrate_core.pg.lexer import (
    Lex,
    Token,
    UnterminatedError,
    mentions,
    rename,
    rename_relation,
    tokens,
)

STRINGS = (
    "'plain'",
    "'it''s'",
    r"'back\slash'",
    r"E'it\'s'",
    r"e'\\'",
    "B'101'",
    "x'1F'",
    "U&'d\\0061t'",
    "N'n'",
    "$$it's$$",
    "$tag$ $$ $other$ $tag$",
    "$é$x$é$",
    "'two\nlines'",
    "'-- no comment'",
    "'/* nor here'",
)
PIECES = (
    *STRINGS,
    '"quoted"',
    '"say ""hi"""',
    'U&"d\\0061t"',
    "word",
    "_w$1",
    "ünï",
    "$1",
    "12",
    "1.5e-3",
    ".5",
    "-- line\n",
    "/* a /* nested */ b */",
    "::",
    "(",
    ")",
    ",",
    ";",
    " ",
    "\n",
    "<>",
)


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_tokens_of_pieces_concatenate_to_the_input(pieces: list[str]) -> None:
    sql = " ".join(pieces)

    assert "".join(token.text for token in tokens(sql)) == sql


@given(st.text("ab'\"$-/*\\ E1.é\n", max_size=40))
def test_tokens_of_anything_stand_where_they_say_until_one_never_ends(sql: str) -> None:
    found: list[Token] = []
    ended = False
    with suppress(UnterminatedError):
        found.extend(tokens(sql))
        ended = True

    read = "".join(token.text for token in found)
    assert read == sql if ended else sql.startswith(read)
    assert all(sql.startswith(token.text, token.start) for token in found)
    assert [token.start for token in found[1:]] == [t.start + len(t.text) for t in found[:-1]]


@pytest.mark.parametrize("string", STRINGS)
def test_a_string_is_one_token(string: str) -> None:
    found = list(tokens(f"a {string} b"))

    assert [(token.lex, token.text) for token in found if token.lex is not Lex.SPACE] == [
        (Lex.WORD, "a"),
        (Lex.STRING, string),
        (Lex.WORD, "b"),
    ]


@pytest.mark.db
def test_the_server_reads_every_string_as_one(make_db: Callable[..., Connection]) -> None:
    """An oracle of its own: each is one constant to PostgreSQL too."""
    db = make_db()

    for string in STRINGS:
        row = db.execute(f"SELECT ({string})::text, 7".encode()).fetchone()
        assert row is not None
        assert row[1] == 7


@pytest.mark.parametrize("sql", ["'open", '"open', "E'x\\'", "$$ x $", "/* /* */", "$a$ $b$"])
def test_what_never_ends_is_an_error(sql: str) -> None:
    with pytest.raises(UnterminatedError) as caught:
        list(tokens(f"a {sql}"))

    assert caught.value.start == 2


@pytest.mark.parametrize(
    ("expression", "yes"),
    [
        ("(price > 0)", True),
        ("PRICE > 0", True),
        ('"price" > 0', True),
        ('"Price" > 0', False),
        ("'price' = x", False),
        ("prices > 0", False),
        ("/* price */ x", False),
        ("SELECT cost AS price", False),
        ("SELECT price AS cost", True),
    ],
)
def test_a_name_is_mentioned_only_as_a_name(expression: str, yes: bool) -> None:
    assert mentions(expression, "price") is yes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(price > 0)", '("New Name" > 0)'),
        ("(price)::price", '("New Name")::price'),
        ("price(price)", 'price("New Name")'),
        ("t.price = 'price'", "t.\"New Name\" = 'price'"),
    ],
)
def test_a_column_is_renamed_where_it_is_one(before: str, after: str) -> None:
    assert rename(before, "price", "New Name") == after


def test_a_relation_is_renamed_in_names_and_regclass() -> None:
    before = "nextval('public.seq'::regclass) + public.seq.x + other.seq.x + 'public.seqs'"

    after = rename_relation(before, ("public", "seq"), ("app", "Seq"))

    assert after == (
        "nextval('app.\"Seq\"'::regclass) + app.\"Seq\".x + other.seq.x + 'public.seqs'"
    )
