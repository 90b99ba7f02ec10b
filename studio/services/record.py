"""A target's own record: what it answers, and whether it still says what it said.

Of each target the studio keeps the last event that it saw and that holds: the head. Whoever
rewrites the target cannot reach it, so a record that was cut off or made anew shows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from migrate_core import api
from migrate_core.errors import MigrateError
from migrate_core.ledger import chain
from migrate_core.ledger.audit import Question
from migrate_core.ledger.heads import NOTHING, Head
from migrate_core.ledger.rows import Event
from migrate_core.ledger.verify import RecordCheck as Report
from migrate_core.pg import codec
from studio.models import RecordCheck, RecordHead, Target
from studio.models.changes import Work
from studio.permissions import Action
from studio.services import audit, targets, wakeups, workings
from studio.services.changes import require
from studio.services.refusals import StaleError, stored, unexpected

log = logging.getLogger(__name__)
GOING_ON = (Work.QUEUED, Work.RUNNING)


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


def scores(found: Iterable[Answer]) -> list[int]:
    """Of the worst step of each run, oldest first."""
    runs = (row for one in found if one.question.name == "risk" for row in one.rows)
    return [row.score for row in sorted(runs, key=lambda row: row.at)]


# The head ---------------------------------------------------------------------------------------


def saw(target_id: int, events: Iterable[Event]) -> None:
    """Events as our own runner wrote them: the head moves where they follow it."""
    head = RecordHead.objects.filter(target_id=target_id, problem="").first()
    if head is None:
        return
    seq, mac = head.seq, head.mac
    for event in events:
        follows = event.seq == seq + 1
        if follows and chain.first_broken([event], targets.evidence_key(), after=seq, head=mac):
            return
        seq, mac = (event.seq, event.mac) if follows else (seq, mac)
    if seq > head.seq:
        _move(head, Head(seq=seq, mac=mac))


def follow(target: Target) -> RecordHead:
    """Reads what the target wrote since the head, and says so where the head is gone."""
    head, _made = RecordHead.objects.get_or_create(
        target=target, defaults={"seen_at": timezone.now()}
    )
    known = Head(seq=head.seq, mac=head.mac)
    found = api.follow_record(targets.endpoint(target), targets.evidence_key(), known)
    if not found.has_head:
        _say(head, RecordHead.Problem.GONE, None)
    elif found.broken:
        _say(head, RecordHead.Problem.BROKEN, found.broken)
    else:
        _move(head, Head(seq=found.events, mac=found.head))
    return RecordHead.objects.get(pk=head.pk)


def follow_if_reached(target: Target) -> None:
    """After a run: a target that cannot be asked now is asked by the next look."""
    try:
        follow(target)
    except MigrateError as error:
        log.warning("record of %s: %s", target, error.message)


def _move(head: RecordHead, to: Head) -> None:
    """Unless somebody moved it meanwhile."""
    as_it_was = RecordHead.objects.filter(pk=head.pk, seq=head.seq, mac=head.mac)
    as_it_was.update(seq=to.seq, mac=to.mac, seen_at=timezone.now(), problem="", broken=None)


def _say(head: RecordHead, problem: RecordHead.Problem, broken: int | None) -> None:
    as_it_was = RecordHead.objects.filter(pk=head.pk, seq=head.seq, mac=head.mac)
    as_it_was.update(problem=problem, broken=broken)


def head_text(head: RecordHead) -> str:
    """The head as a file to keep elsewhere, signed with this studio's key."""
    return api.head_text(
        targets.endpoint(head.target),
        Head(seq=head.seq, mac=head.mac),
        targets.evidence_key(),
        at=head.seen_at,
    )


def accept(target: Target, user: Any, *, reason: str) -> None:
    """Take what the target holds now for its record: after a restored backup. On our record.

    Raises:
        StaleError: what it holds is broken in itself.
    """
    with audit.attempt(user, "accept record", target, reason=reason):
        require(user, Action.ADMINISTER, target)
        found = api.check_record(targets.endpoint(target), targets.evidence_key())
        if not found.holds:
            raise StaleError(
                "what the target holds now is broken in itself",
                detail=f"The first {found.events} events hold, {found.wrong_rows} rows do not.",
                hint="Compare with an export of the record or with a backup.",
            )
        RecordHead.objects.update_or_create(
            target=target,
            defaults={
                "seq": found.events,
                "mac": found.head,
                "seen_at": timezone.now(),
                "problem": "",
                "broken": None,
            },
        )


# The whole record -------------------------------------------------------------------------------


def last_check(target: Target) -> RecordCheck | None:
    return (
        RecordCheck.objects.filter(target=target).select_related("author").order_by("-pk").first()
    )


def ask(target: Target, user: Any) -> RecordCheck:
    """A check of every event and row, by a worker; one that is going on is not asked twice."""
    with audit.attempt(user, "verify record", target), transaction.atomic():
        require(user, Action.READ, target)
        Target.objects.select_for_update().get(pk=target.pk)
        waiting = RecordCheck.objects.filter(target=target, work__in=GOING_ON).first()
        if waiting:
            return waiting
        made = RecordCheck.objects.create(target=target, author=user)
        wakeups.send_after_commit(made)
        return made


def make(check_id: int) -> None:
    """The background half; twice does no harm."""
    with workings.taken(RecordCheck, check_id) as ours:
        if ours:
            _make(RecordCheck.objects.select_related("target__environment").get(pk=check_id))


def _make(row: RecordCheck) -> None:
    head = RecordHead.objects.filter(target=row.target).first()
    known = head.mac if head else NOTHING.mac
    try:
        require(row.author, Action.READ, row.target)
        found = api.check_record(targets.endpoint(row.target), targets.evidence_key(), head=known)
    except MigrateError as error:
        row.work, row.error = Work.FAILED, stored(error)
    except Exception as error:
        row.work, row.error = Work.FAILED, unexpected("the check", error)
        row.save()
        raise
    else:
        row.work, row.report = Work.DONE, codec.to_builtins(found)
    row.finished_at = timezone.now()
    row.save()


def report_of(row: RecordCheck | None) -> Report | None:
    """The stored report as a value."""
    return codec.convert(row.report, Report) if row and row.report else None
