"""Whether a default has one value for all rows of a table: such a one the catalog can hold."""

from __future__ import annotations

from migrate_core.pg.lexer import Token, tokens

# Of PostgreSQL's own functions those that defaults call: STABLE or IMMUTABLE on every major.
_FUNCTIONS = """
now transaction_timestamp statement_timestamp timezone date_trunc date_part date_bin age
make_date make_time make_interval make_timestamp make_timestamptz to_timestamp to_date to_char
current_setting current_schema current_database session_user pg_backend_pid lower upper initcap
btrim ltrim rtrim replace repeat concat concat_ws substring left right lpad rpad format md5
sha256 encode decode length char_length translate reverse abs round floor ceil ceiling trunc
sign power sqrt mod json_build_object json_build_array jsonb_build_object jsonb_build_array
to_json to_jsonb row_to_json json_object jsonb_object jsonb_set array_fill array_append
array_cat string_to_array array_to_string int4range int8range numrange daterange tsrange
tstzrange point box circle to_number to_tsvector to_tsquery inet_client_addr
"""
LASTING = frozenset(_FUNCTIONS.split())
# What stands before a parenthesis and is no call.
_NO_CALLS = """
and or not in is as any all some when then else case end array row between like ilike coalesce
greatest least nullif cast
"""
_WORDS = frozenset(_NO_CALLS.split())


def is_lasting(default: str | None, *, besides: frozenset[str] = frozenset()) -> bool:
    """Unknown counts as volatile, a function of that name in another schema too; `besides` are
    more of PostgreSQL's own that do for who asks."""
    found = [token for token in tokens(default or "") if token.text.strip()]
    calls = (at for at in range(len(found) - 1) if found[at].name and found[at + 1].text == "(")
    return all(_lasts(found, at, LASTING | besides) for at in calls)


def _lasts(found: list[Token], at: int, lasting: frozenset[str]) -> bool:
    before = found[at - 1].text if at else ""
    if _is_type(found, at):
        return True
    if before == ".":
        return found[at - 2].name == "pg_catalog" and found[at].name in lasting
    plain = not found[at].text.startswith('"')
    return found[at].name in lasting or (plain and found[at].name in _WORDS)


def _is_type(found: list[Token], at: int) -> bool:
    """`numeric(10,2)` after `::`, and `character varying(20)`."""
    while at > 0 and (found[at].name or found[at].text == "."):
        at -= 1
    return found[at].text in (":", "::")
