"""What the ledger answers: questions, each a query that a person can read and run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from migrate_core.ledger import ledger
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.ledger.rows import in_words
from migrate_core.pg.ddl import ddl, literal
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value
from migrate_core.states import RunState, StepState

EVER = "-infinity"


class Failure(Value, frozen=True, kw_only=True):
    """One attempt that failed or was cut off; `since` is what became of its step."""

    at: datetime
    migration_id: str | None
    run_id: UUID
    step: int
    attempt: int
    kind: str
    subject: str
    status: StepState
    sqlstate: str | None
    error: str | None
    hint: str | None
    actor: str
    since: str  # done later, given up, open


class KindTimes(Value, frozen=True, kw_only=True):
    """How long the done steps of one kind took, in milliseconds."""

    kind: str
    steps: int
    median_ms: int
    p95_ms: int
    slowest_ms: int
    total_ms: int
    slowest_subject: str
    slowest_migration_id: str | None


class Recoverable(Value, frozen=True, kw_only=True):
    id: UUID
    kind: str
    source: str
    physical_name: str
    physical_column: str | None
    row_count: int | None
    bytes: int | None
    migration_id: str | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    is_expired: bool

    @property
    def kind_words(self) -> str:
        return in_words(self.kind)


class RiskProfile(Value, frozen=True, kw_only=True):
    """One run as it was judged when it began."""

    migration_id: str | None
    run_id: UUID
    cycle: int
    direction: str
    state: RunState
    at: datetime
    actor: str
    steps: int
    score: int  # of the worst step
    level: str
    worst_step: str
    total: int
    destructive_steps: int
    reasons: list[str]


class Application(Value, frozen=True, kw_only=True):
    """One migration that was applied, and whether it was undone."""

    migration_id: str
    cycle: int
    applied_at: datetime
    applied_by: str
    elapsed_ms: int
    run_id: UUID
    checksum: str
    plan_hash: str
    reverted_at: datetime | None
    reverted_by: str | None
    reverted_run: UUID | None


class Estimated(Value, frozen=True, kw_only=True):
    """A done step beside what was foretold; `off_by` 1: it took as long as that, in its range."""

    at: datetime
    migration_id: str | None
    run_id: UUID
    step: int
    kind: str
    subject: str
    bytes: int | None  # of the table that it was about
    low_ms: float
    high_ms: float
    elapsed_ms: float
    from_history: bool
    from_shadow: bool
    off_by: float  # how many times longer, or shorter, than the range's nearer end

    @property
    def rates(self) -> str:
        if self.from_history:
            return "history"
        return "shadow" if self.from_shadow else "assumed"

    @property
    def is_longer(self) -> bool:
        return self.elapsed_ms > self.high_ms


class Question(NamedTuple):
    """What `zanith audit NAME` asks; the query is `audit_<name>.sql`."""

    name: str
    asks: str
    kind: type[Any]


QUESTIONS = (
    Question("failures", "What broke, and what became of it?", Failure),
    Question("slowest", "Which kinds of operation are slowest?", KindTimes),
    Question("recoverable", "What is still recoverable, and until when?", Recoverable),
    Question("risk", "How risky was each migration?", RiskProfile),
    Question("applied", "Who applied what, and who undid it?", Application),
    Question("estimates", "How far out were estimates?", Estimated),
)


def answer(
    conn: Connection[Any],
    question: Question,
    *,
    since: datetime | None = None,
    schema: str = DEFAULT_SCHEMA,
) -> tuple[Any, ...]:
    """Values of the question's kind; none where there is no ledger yet."""
    text = query(__package__, f"audit_{question.name}")
    wanted = {"since": since or EVER}
    return ledger.read(conn, text, question.kind, schema, wanted)


def sql_of(
    question: Question, *, since: datetime | None = None, schema: str = DEFAULT_SCHEMA
) -> str:
    """The same query, to be run by hand."""
    text = query(__package__, f"audit_{question.name}")
    at = literal(since.isoformat() if since else EVER)
    return ddl(text, schema=schema).replace("%(since)s", at).strip() + ";"
