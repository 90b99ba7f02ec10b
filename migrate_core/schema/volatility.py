"""Whether an expression gives the same for the same row, however often it is asked.

A default that does has one value for all rows of a table: such a one the catalog can hold.
"""

from __future__ import annotations

from collections.abc import Collection

from migrate_core.pg.lexer import Lex, Token, tokens

# Of PostgreSQL's own functions those that defaults and backfills call: STABLE or IMMUTABLE on
# every major.
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
extract trim position overlay split_part strpos starts_with ascii chr octet_length bit_length
regexp_replace regexp_match regexp_matches regexp_split_to_array regexp_split_to_table
regexp_count regexp_instr regexp_substr regexp_like quote_ident quote_literal quote_nullable
to_hex normalize string_to_table convert_from convert_to sha224 sha384 sha512 div gcd
lcm ln log exp cbrt degrees radians sin cos tan width_bucket factorial scale trim_scale
min_scale justify_days justify_hours justify_interval isfinite bool text
array_length array_position array_positions array_prepend array_remove array_replace
array_upper array_lower array_ndims cardinality unnest generate_series generate_subscripts
jsonb_array_elements jsonb_array_elements_text json_array_elements json_array_elements_text
jsonb_array_length json_array_length jsonb_typeof json_typeof jsonb_extract_path
jsonb_extract_path_text json_extract_path json_extract_path_text jsonb_strip_nulls
jsonb_insert jsonb_pretty jsonb_path_query jsonb_path_exists jsonb_path_query_first
jsonb_object_keys jsonb_each jsonb_each_text json_each json_each_text json_object_keys
jsonb_to_record isempty lower_inc upper_inc lower_inf upper_inf range_merge numnode querytree
host abbrev family netmask broadcast set_masklen hostmask network inet_merge
count sum min max avg string_agg array_agg bool_and bool_or every json_agg jsonb_agg
json_object_agg jsonb_object_agg row_number rank dense_rank lag lead first_value last_value
ntile stddev variance mode percentile_cont percentile_disc pg_column_size num_nulls num_nonnulls
pg_typeof format_type
"""
BUILT_IN = "pg_catalog"
Called = tuple[str | None, str | None]  # its schema and name
LASTING: frozenset[Called] = frozenset((BUILT_IN, name) for name in _FUNCTIONS.split())
# What stands before a parenthesis and is no call.
_NO_CALLS = """
and or not in is as any all some when then else case end array row between like ilike coalesce
greatest least nullif cast exists select from where on join lateral using values filter over by
having distinct union except intersect limit offset numeric decimal varchar char varying character
timestamp timestamptz time interval bit varbit float similar to escape
"""
_WORDS = frozenset(_NO_CALLS.split())


def is_lasting(expression: str | None, besides: Collection[Called] = ()) -> bool:
    """Unknown counts as volatile, a function of that name in another schema too; `besides` are
    more functions of which it is known that they are not."""
    said = (token for token in tokens(expression or "") if token.lex is not Lex.COMMENT)
    found = [token for token in said if token.text.strip()]
    calls = (at for at in range(len(found) - 1) if found[at].name and found[at + 1].text == "(")
    known = LASTING.union(besides)
    return all(_lasts(found, at, known) for at in calls)


def _lasts(found: list[Token], at: int, known: frozenset[Called]) -> bool:
    before = found[at - 1].text if at else ""
    if _is_type(found, at):
        return True
    if before == ".":
        return (found[at - 2].name, found[at].name) in known
    plain = not found[at].text.startswith('"')
    return (BUILT_IN, found[at].name) in known or (plain and found[at].name in _WORDS)


def _is_type(found: list[Token], at: int) -> bool:
    """`numeric(10,2)` after `::`, and `character varying(20)`."""
    while at > 0 and (found[at].name or found[at].text == "."):
        at -= 1
    return found[at].text in (":", "::")
