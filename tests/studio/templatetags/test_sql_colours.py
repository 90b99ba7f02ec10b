"""static/css/sql.css is what Pygments' styles `xcode` and `github-dark` say.

`python -m tests.studio.templatetags.test_sql_colours` writes it again.
"""

from __future__ import annotations

from pathlib import Path

from pygments.lexers import PostgresLexer
from pygments.style import Style
from pygments.styles import get_style_by_name
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    _TokenType,
)

SHEET = Path(__file__).parents[3] / "static/css/sql.css"
LIGHT, DARK = get_style_by_name("xcode"), get_style_by_name("github-dark")
# What the lexer gives, parents first: a child with its parent's colours needs no rule of its own.
TOKENS = (
    Comment,
    Comment.Multiline,
    Comment.Single,
    Keyword,
    Name,
    Name.Builtin,
    Name.Variable,
    Name.Label,
    Operator,
    Punctuation,
    String,
    String.Affix,
    String.Delimiter,
    String.Single,
    Number,
    Number.Float,
    Number.Integer,
)
EVERYTHING = """
/* multi
   line */ -- single
CREATE FUNCTION f(a integer, b "Quoted") RETURNS text LANGUAGE plpgsql AS $body$
<<outer>> BEGIN RETURN E'a\\nb' || 1.5e3 || $1 || 42::bigint || :param; END $body$;
SELECT U&'d\\0061t', B'101', 'it''s', a[1] <> 2 FROM t WHERE x ~* 'y' AND z @> '{}'::jsonb;
"""


def _colour(style: type[Style], token: _TokenType) -> str:
    colour = style.style_for_token(token)["color"]
    return f"#{colour.lower()}" if colour else "var(--text)"


def _standard(token: _TokenType) -> _TokenType:
    """Its nearest ancestor with a class of its own: the formatter writes that class too."""
    while token not in STANDARD_TYPES:
        assert token.parent is not None
        token = token.parent
    return token


def _rules() -> str:
    pairs: dict[str, list[str]] = {}
    for token in TOKENS:
        colours = f"light-dark({_colour(LIGHT, token)}, {_colour(DARK, token)})"
        pairs.setdefault(colours, []).append(f".{STANDARD_TYPES[token]}")
    lines = [f"  .sql :is({', '.join(them)}) {{ color: {c}; }}" for c, them in pairs.items()]
    head = "/* Pygments' xcode on light, github-dark on dark; made by test_sql_colours. */"
    return "\n".join([head, "@layer components {", *lines, "}", ""])


def test_the_sheet_holds_the_colours_of_both_styles() -> None:
    assert SHEET.read_text() == _rules()


def test_every_token_of_the_lexer_has_a_colour() -> None:
    given = {
        _standard(kind) for _at, kind, _text in PostgresLexer().get_tokens_unprocessed(EVERYTHING)
    }

    plain = {Text, Text.Whitespace, Literal}
    assert {kind for kind in given if kind not in TOKENS} <= plain


if __name__ == "__main__":
    SHEET.write_text(_rules())
