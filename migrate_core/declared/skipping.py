"""What a dump holds besides the schema itself: passed over, and said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate_core.declared.mentions import extension_made, is_only_owner_change
from migrate_core.declared.statements import Statement

if TYPE_CHECKING:
    from migrate_core.declared.scratch import Scratch

# Limits that are ours to set; pg_dump turns them all off in its first lines.
_OUR_SETTINGS = frozenset(
    {
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "transaction_timeout",
        "idle_session_timeout",
        "client_min_messages",
    }
)
# What initdb says of "public", and a dump repeats: nobody's word on an ephemeral schema.
USUAL_COMMENT = "standard public schema"


def why_skipped(statement: Statement, scratch: Scratch) -> str | None:
    """None: run it. '': pass over it silently. Otherwise the words for the report."""
    if statement.begins("set") and len(statement.keywords) > 1:
        name = statement.keywords[2 if statement.keywords[1] in ("session", "local") else 1]
        return "" if name in _OUR_SETTINGS else None
    if is_only_owner_change(statement):
        return f"{_start(statement)} passed over: the scratch login owns what it makes"
    if extension := extension_made(statement):
        have = extension.name in scratch.installed.extensions or extension.name == "plpgsql"
        return f"extension {extension.name} was created beforehand" if have else None
    if statement.begins("comment", "on", "extension"):
        return f"{_start(statement)} passed over: the comment is the extension's own"
    if _is_usual_comment(statement) and scratch.room:
        return ""
    if statement.begins("create", "schema") and len(statement.names) > 2:
        schema = statement.names[2]
        exists = schema == "public" or schema in scratch.installed.schemas
        return f"schema {schema} exists already" if exists and len(statement.names) == 3 else None
    return _default_privileges(statement, scratch)


def _default_privileges(statement: Statement, scratch: Scratch) -> str | None:
    if statement.begins("alter", "default", "privileges", "for"):
        role = statement.names[5] if len(statement.names) > 5 else None
        if role is not None and role not in scratch.lent:
            return f"default privileges of {role} passed over: that role is the server's own"
    return None


def why_tolerated(statement: Statement, sqlstate: str) -> str | None:
    """Words for the report where a refusal changes nothing that is compared."""
    if statement.begins("set") and sqlstate == "42704":
        return f"{_start(statement)} passed over: this server has no such setting"
    if statement.begins("comment", "on", "schema", "public") and sqlstate == "42501":
        return "comment on schema public passed over: before 15 it belongs to the server"
    return None


def _is_usual_comment(statement: Statement) -> bool:
    return statement.begins("comment", "on", "schema") and f"'{USUAL_COMMENT}'" in statement.text


def _start(statement: Statement) -> str:
    words = " ".join(statement.text.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
