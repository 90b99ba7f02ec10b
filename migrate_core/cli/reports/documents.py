"""The JSON of plan, verify and drift, as types: what docs/report.schema.json is made from."""

from __future__ import annotations

from typing import Any

import msgspec

from migrate_core.api import Drift
from migrate_core.declared.kept import Kept
from migrate_core.errors import MigrateError
from migrate_core.pg import codec
from migrate_core.planning.gates import Gate
from migrate_core.planning.softer import Offer
from migrate_core.planning.undoing import UndoGrade
from migrate_core.risk.estimates import Estimate
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.schema.objects import Value
from migrate_core.verify.report import VerifyReport

VERSION = 1  # a field that goes or changes its meaning makes it another; a new one does not


class ReasonData(Reason, frozen=True, kw_only=True):
    """A reason, with the words of its code."""

    effect: str
    safer: str


class GateData(Gate, frozen=True, kw_only=True):
    """A gate, and whether it lets the plan through."""

    passes: bool


class StepData(Value, frozen=True, kw_only=True):
    """A step of a plan. `operation` is written as in migration.schema.json."""

    number: int
    kind: str
    subject: str
    level: Level
    score: int
    reasons: tuple[ReasonData, ...]
    lock: str
    undo: str
    undo_grade: UndoGrade
    estimate: Estimate | None
    safer: Offer | None
    sql: tuple[str, ...]
    notes: tuple[str, ...]
    facts: Facts
    operation: dict[str, Any]


class PlanData(Value, frozen=True, kw_only=True):
    """One migration judged against the target."""

    migration_id: str
    after: tuple[str, ...]  # pending migrations before it: it was judged as if they had run
    plan_hash: str
    checksum: str
    base_fingerprint: str
    major: int
    level: Level
    score: int
    total: int
    undo_grade: UndoGrade
    gates: tuple[GateData, ...]
    steps: tuple[StepData, ...]


class ReportData(VerifyReport, frozen=True, kw_only=True):
    """One rehearsal, and what it says in a line."""

    says: str


class PlanDocument(Value, frozen=True, kw_only=True):
    """zanith migrate plan --format json"""

    version: int
    plans: tuple[PlanData, ...]


class VerifyDocument(Value, frozen=True, kw_only=True):
    """zanith migrate verify --format json"""

    version: int
    ok: bool
    reports: tuple[ReportData, ...]
    kept_earlier: tuple[Kept, ...]


class DroppedDocument(Value, frozen=True, kw_only=True):
    """zanith migrate verify --drop-kept --format json"""

    version: int
    dropped: tuple[str, ...]


class DriftDocument(Drift, frozen=True, kw_only=True):
    """zanith migrate drift --format json"""

    version: int
    drift: bool


class ErrorData(Value, frozen=True, kw_only=True):
    code: str
    message: str
    detail: str
    hint: str
    still_true: str
    sqlstate: str
    exit_code: int


class ErrorDocument(Value, frozen=True, kw_only=True):
    """Any command that could not be carried out, with --format json."""

    version: int
    error: ErrorData


DOCUMENTS = (PlanDocument, VerifyDocument, DroppedDocument, DriftDocument, ErrorDocument)


def error_document(error: MigrateError) -> ErrorDocument:
    said = {name: getattr(error, name) for name in ErrorData.__struct_fields__}
    return ErrorDocument(version=VERSION, error=ErrorData(**said))


def extended(value: Value, kind: type[Any], **more: Any) -> Any:
    """`value` as the `kind` that says more of it."""
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    return kind(**fields, **more)


def text_of(document: Any) -> str:
    """One JSON document, indented."""
    return msgspec.json.format(codec.encode(document), indent=2).decode()
