"""Triggers and rules as statements, and what can be changed of them in place.

Source of the locks: observed on PostgreSQL 15 and 18.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate_core.pg.ddl import Batch, Raw, Statement, ddl, raw
from migrate_core.pg.lexer import Lex, tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.clauses import comment_on
from migrate_core.schema.objects import Enabled, Rule, Trigger
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.rules import listed
from migrate_core.schema.targets import written

_WORDS: dict[Enabled, Raw] = {
    "origin": raw("ENABLE"),
    "disabled": raw("DISABLE"),
    "replica": raw("ENABLE REPLICA"),
    "always": raw("ENABLE ALWAYS"),
}
_EVENTS = frozenset(["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
FIRES: tuple[Enabled, ...] = ("origin", "always")  # for what applications do
_EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE


def create_trigger(table: QualifiedName, trigger: Trigger) -> Iterator[Statement]:
    yield _make_trigger(table, trigger.definition)
    if trigger.enabled != "origin":
        yield enable_trigger(table, trigger)
    ref = Ref.of(ObjectKind.TRIGGER, table, trigger.name)
    yield from comment_on(ref, trigger.comment)


def alter_trigger(table: QualifiedName, old: Trigger, new: Trigger) -> Iterator[Statement]:
    """Replacing it switches it on again, and keeps its comment.

    A constraint trigger cannot be replaced; it is dropped and made in one transaction.
    """
    ref = Ref.of(ObjectKind.TRIGGER, table, new.name)
    enabled = old.enabled
    if old.definition != new.definition:
        enabled = "origin"
        if old.constraint or new.constraint:
            yield drop_trigger(table, old)
            yield _make_trigger(table, new.definition)
        else:
            text = new.definition.removeprefix("CREATE ")
            yield _make_trigger(table, f"CREATE OR REPLACE {text}")
    if enabled != new.enabled:
        yield enable_trigger(table, new)
    if old.definition != new.definition:
        yield from _comment_again(ref, old, new, kept=not (old.constraint or new.constraint))


def drop_trigger(table: QualifiedName, trigger: Trigger) -> Statement:
    sql = ddl("DROP TRIGGER {name} ON {table}", name=trigger.name, table=table)
    cloned = _is_cloned(trigger.definition)
    return Statement(sql=sql, lock=_EXCLUSIVE, on=table, cloned=cloned)


def enable_trigger(table: QualifiedName, trigger: Trigger) -> Statement:
    sql = ddl(
        "ALTER TABLE {table} {word} TRIGGER {name}",
        table=table,
        word=_WORDS[trigger.enabled],
        name=trigger.name,
    )
    cloned = _is_cloned(trigger.definition)
    return Statement(sql=sql, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=table, cloned=cloned)


def create_rule(table: QualifiedName, rule: Rule) -> Iterator[Statement]:
    yield _make_rule(table, rule.definition)
    if rule.enabled != "origin":
        yield _enable_rule(table, rule)
    yield from comment_on(Ref.of(ObjectKind.RULE, table, rule.name), rule.comment)


def alter_rule(table: QualifiedName, old: Rule, new: Rule) -> Iterator[Statement]:
    """Replacing it keeps its comment, and whether it is on."""
    if old.definition != new.definition:
        yield _make_rule(table, f"CREATE OR REPLACE {new.definition.removeprefix('CREATE ')}")
    if old.enabled != new.enabled:
        yield _enable_rule(table, new)
    if old.definition != new.definition:
        ref = Ref.of(ObjectKind.RULE, table, new.name)
        yield from _comment_again(ref, old, new, kept=True)


def drop_rule(table: QualifiedName, name: str) -> Statement:
    sql = ddl("DROP RULE {name} ON {table}", name=name, table=table)
    return Statement(sql=sql, lock=_EXCLUSIVE, on=table)


def _make_trigger(table: QualifiedName, text: str) -> Statement:
    sql, lock = ddl("{text}", text=raw(text)), LockMode.SHARE_ROW_EXCLUSIVE
    return Statement(sql=sql, lock=lock, on=table, cloned=_is_cloned(text))


def _is_cloned(text: str) -> bool:
    """Partitions get one of their own for each trigger on rows."""
    return " FOR EACH ROW " in text


def _make_rule(table: QualifiedName, text: str) -> Statement:
    also = tuple((name, lock) for name, lock in written(text) if name != table)
    return Statement(sql=ddl("{text}", text=raw(text)), lock=_EXCLUSIVE, on=table, also=also)


def _enable_rule(table: QualifiedName, rule: Rule) -> Statement:
    word = _WORDS[rule.enabled]
    sql = ddl("ALTER TABLE {table} {word} RULE {name}", table=table, word=word, name=rule.name)
    return Statement(sql=sql, lock=_EXCLUSIVE, on=table)


def _comment_again(
    ref: Ref, old: Trigger | Rule, new: Trigger | Rule, *, kept: bool
) -> Iterator[Statement]:
    had = old.comment if kept else None
    if had != new.comment:
        yield from comment_on(ref, new.comment, clear=True)


class Firing(NamedTuple):
    """Of a trigger: when, and what it calls."""

    routine: str  # as a routine is called: public.f()
    before: bool
    each_row: bool
    always: bool  # whatever is written: there is no WHEN
    events: frozenset[str]  # INSERT, UPDATE, DELETE, TRUNCATE
    columns: frozenset[str]  # of UPDATE OF; none: whichever is written

    @property
    def writes(self) -> bool:
        """For more than TRUNCATE."""
        return bool(self.events - {"TRUNCATE"})

    def meets(self, batch: Batch) -> bool:
        """Whether it is for what a batch writes."""
        if batch.into:
            return "INSERT" in self.events
        words = (tokens(part.strip()) for part in listed(batch.assign))
        assigned = {next(found).name for found in words}
        return "UPDATE" in self.events and bool(not self.columns or self.columns & assigned)


def firing(trigger: Trigger) -> Firing | None:
    """By its definition, whose keywords are in capitals; None for another text."""
    found = [token for token in tokens(trigger.definition) if token.lex is not Lex.SPACE]
    words = [token.text for token in found]
    if "ON" not in words or "EXECUTE" not in words:
        return None
    events, how = words[: words.index("ON")], words[words.index("ON") : words.index("EXECUTE")]
    called = words[words.index("EXECUTE") + 2 :]
    listed = events.index("OF") if "OF" in events else len(events)
    return Firing(
        routine="".join(called[: called.index("(")]) + "()",
        before="BEFORE" in events,
        each_row="ROW" in how,
        always="WHEN" not in how,
        events=_EVENTS & set(events),
        columns=frozenset(token.name for token in found[listed : len(events)] if token.name),
    )


def swallows(rule: Rule) -> bool:
    """Whether it makes nothing of a statement that writes, for all rows or for some."""
    return rule.enabled in FIRES and rule.definition.rstrip().endswith("DO INSTEAD NOTHING")
