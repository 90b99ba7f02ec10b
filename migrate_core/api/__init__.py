"""The verbs: what the command line and the studio both do to a target, and how.

Each opens its own sessions and gives a value back. Whatever one of the two callers would
have refused, the other refuses too, because the gates are asked here.
"""

from __future__ import annotations

from migrate_core.api.audit import (
    answers,
    check_record,
    follow_record,
    head_text,
    question,
    read_head,
    schema_at,
    sql_of,
)
from migrate_core.api.deciding import Choices, choices, mark_step_done, skip_step, steer
from migrate_core.api.forecast import Obstacle, forecast
from migrate_core.api.gate import (
    Drift,
    check,
    drift,
    drift_of,
    gates_now,
    is_half_way,
    refuse,
    refuse_drift,
)
from migrate_core.api.plans import Generated, generate, pending, plan, remembered
from migrate_core.api.record import (
    MigrationStatus,
    RunRecord,
    Status,
    history,
    managed_by,
    status,
)
from migrate_core.api.recovery import (
    artifacts,
    expiry,
    export,
    inspect,
    plan_purge,
    plan_reseed,
    plan_restore,
    preview,
    preview_reseed,
)
from migrate_core.api.rehearsal import refuse_unverified, verify, verify_restore
from migrate_core.api.runs import apply, done_steps, open_run, recorded_plan, resume
from migrate_core.api.schemas import (
    after,
    after_all,
    declared_source,
    found,
    server_major,
    wanted,
)
from migrate_core.api.softening import SafeForm, Softened, Softer, safe_form, soften, softenable
from migrate_core.api.undo import STUCK_HINT, Return, Undo, down, undo_of, undos
from migrate_core.api.upkeep import adopt, close, manage
from migrate_core.ledger.audit import QUESTIONS

__all__ = [
    "QUESTIONS",
    "STUCK_HINT",
    "Choices",
    "Drift",
    "Generated",
    "MigrationStatus",
    "Obstacle",
    "Return",
    "RunRecord",
    "SafeForm",
    "Softened",
    "Softer",
    "Status",
    "Undo",
    "adopt",
    "after",
    "after_all",
    "answers",
    "apply",
    "artifacts",
    "check",
    "check_record",
    "choices",
    "close",
    "declared_source",
    "done_steps",
    "down",
    "drift",
    "drift_of",
    "expiry",
    "export",
    "follow_record",
    "forecast",
    "found",
    "gates_now",
    "generate",
    "head_text",
    "history",
    "inspect",
    "is_half_way",
    "manage",
    "managed_by",
    "mark_step_done",
    "open_run",
    "pending",
    "plan",
    "plan_purge",
    "plan_reseed",
    "plan_restore",
    "preview",
    "preview_reseed",
    "question",
    "read_head",
    "recorded_plan",
    "refuse",
    "refuse_drift",
    "refuse_unverified",
    "remembered",
    "resume",
    "safe_form",
    "schema_at",
    "server_major",
    "skip_step",
    "soften",
    "softenable",
    "sql_of",
    "status",
    "steer",
    "undo_of",
    "undos",
    "verify",
    "verify_restore",
    "wanted",
]
