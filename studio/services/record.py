"""A target's own record: what it answers, and whether it still says what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from migrate_core import api
from migrate_core.ledger.audit import Question
from migrate_core.ledger.verify import RecordCheck
from studio.models import Target
from studio.services import targets


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question with the values of its kind, and the query that anybody may run by hand."""

    question: Question
    rows: tuple[Any, ...]
    sql: str


def answers(target: Target, *, since: datetime | None = None) -> list[Answer]:
    found = api.answers(targets.endpoint(target), since=since)
    return [
        Answer(question=one, rows=found[one.name], sql=api.sql_of(one, since=since))
        for one in api.QUESTIONS
    ]


def check(target: Target) -> RecordCheck:
    """With this studio's key, which the target does not hold."""
    return api.check_record(targets.endpoint(target), targets.evidence_key())
