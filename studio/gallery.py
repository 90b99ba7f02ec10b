"""Made-up values of the gallery: one story, a column added and another retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from migrate_core.risk import reasons
from migrate_core.risk.levels import Level
from studio import display as d

HASH = "9c1fb20a77ab1004d7f3a51e0c8e4c6f5d2a90bb31c7e46d8f10a2b3c4d5e6e2"
ADD = "ALTER TABLE public.users ADD COLUMN last_login timestamptz;"
INDEX = "CREATE INDEX CONCURRENTLY users_last_login_idx ON public.users (last_login);"
DROP = "ALTER TABLE public.users DROP COLUMN legacy_uuid;"
PARK = "ALTER TABLE public.users RENAME COLUMN _zanith_dropped_legacy_uuid_7f3a91c2 TO legacy_uuid;"
FILL = """-- One batch; the next begins after the last id of this one.
UPDATE public.users AS u
   SET last_login = coalesce(s.seen_at, u.created_at)
  FROM (SELECT user_id, max(at) AS seen_at FROM public.sessions GROUP BY 1) AS s
 WHERE s.user_id = u.id AND u.id > $1 AND u.id <= $1 + 5000;"""
BEFORE = """CREATE TABLE public.users (
    id bigint NOT NULL,
    email text NOT NULL,
    legacy_uuid uuid,
    created_at timestamptz NOT NULL DEFAULT now()
);"""
AFTER = BEFORE.replace("    legacy_uuid uuid,\n", "").replace(
    "DEFAULT now()", "DEFAULT now(),\n    last_login timestamptz"
)
TRICKY = "users\u202egnp.\u202c\u200bname"
ACCESS = "ACCESS EXCLUSIVE"


def shell(environment: Any) -> dict[str, Any]:
    places = (
        ("Changes", "arrow-down-up", "c", None),
        ("Runs", "play", "r", 1),
        ("Recovery", "rotate-ccw", "v", 12),
        ("History", "history", "h", None),
        ("Schema", "table-2", "s", None),
        ("Targets", "database", "t", None),
        ("Stories", "book-open", "", None),
        ("Storefront traffic", "shopping-cart", "", None),
    )
    return {
        "nav": [
            d.NavItem(
                label=label, url="#", icon=icon, key=key, count=count, current=label == "Changes"
            )
            for label, icon, key, count in places
        ],
        "environment": d.Environment(name=f"orders_{environment}", kind=environment),
        "crumbs": [
            d.Crumb(label="storefront", url="#"),
            d.Crumb(label=f"orders_{environment}"),
        ],
        "worker": d.Worker(state="ok", text="2 workers, queue empty"),
        "person": d.Person(name="Dee Okafor", role="DBA"),
        "demo": True,
    }


def _stage(sql: str, lock: str, blocks: str, note: str = "") -> d.StageRow:
    return d.StageRow(statements=[d.StatementRow(sql=sql, lock=lock, blocks=blocks)], note=note)


def _confirmation(tier: Any) -> d.Confirmation:
    return d.Confirmation(
        tier=tier,
        title="Apply #42 to orders_prod" if tier == 1 else "Purge users.legacy_uuid",
        consequence="Four steps run one after another; each commits alone and can be undone."
        if tier == 1
        else "The parked column and its 4,200,117 values are destroyed. Nothing brings them back.",
        facts=[
            d.Fact(term="Target", value="orders_prod", mono=True),
            d.Fact(term="Steps", value="4"),
            d.Fact(term="Worst lock", value=f"{ACCESS}, about 20 ms"),
        ],
        expect="" if tier == 1 else "orders_prod" if tier == 2 else "users.legacy_uuid",
        expect_label="the target's name" if tier == 2 else "the object's name",
        reason=tier > 1,
        people=[("bo", "Bo Lindqvist"), ("anna", "Anna Weiss")] if tier == 3 else (),
    )


BLOCKED = d.Action(
    label="Apply",
    url="#",
    style="primary",
    blockers=[
        d.Blocker(
            text="Step 3 scores 80, the budget is 60.", fix_url="#op-3", fix_label="Make it safe"
        ),
        d.Blocker(
            text="One of two approvals is missing.", fix_url="#x", fix_label="Ask a reviewer"
        ),
        d.Blocker(text="The window opens at 22:00.", clears_itself=True),
    ],
)
SOFT = d.Action(label="Make it safe", url="#", small=True)


def _operations() -> list[d.OperationRow]:
    return [*_additions(), *_losses()]


def _additions() -> list[d.OperationRow]:
    add = d.OperationRow(
        number=1,
        kind="addColumn",
        object="public.users.last_login",
        level="safe",
        score=5,
        reasons=[reasons.ADDS_NULLABLE_COLUMN.because("public.users, no default")],
        lock=ACCESS,
        hold="under 5 ms",
        size="4.2 M rows, 1.1 GB",
        notes=["no rewrite"],
        reversible="yes",
        stages=[_stage(ADD, f"{ACCESS} on public.users", "reads and writes wait")],
        undo=[_stage("ALTER TABLE public.users DROP COLUMN last_login;", ACCESS, "all wait")],
    )
    index = d.OperationRow(
        number=2,
        kind="addIndex",
        object="public.users (last_login)",
        level="low",
        score=15,
        reasons=[reasons.ADDS_INDEX.because("public.users, 1.1 GB to read")],
        lock="SHARE UPDATE EXCLUSIVE",
        blocks="writes go on",
        hold="2 to 4 min",
        state="running",
    )
    return [add, index]


def _losses() -> list[d.OperationRow]:
    drop = d.OperationRow(
        number=3,
        kind="dropColumn",
        object="public.users.legacy_uuid",
        level="destructive",
        score=80,
        reasons=[reasons.DROPS_COLUMN_WITH_DATA.because("4,200,117 values are lost")],
        lock=ACCESS,
        hold="under 5 ms",
        size="4.2 M rows",
        reversible="no",
        over=True,
        open=True,
        stages=[_stage(DROP, f"{ACCESS} on public.users", "reads and writes wait")],
        undo_note="Nothing undoes this step by itself.",
        safer=SOFT,
        safer_note="80 → 35. The column is renamed and kept; one click brings it back.",
    )
    fill = d.OperationRow(
        number=4,
        kind="backfill",
        object=TRICKY,
        level="medium",
        score=35,
        reasons=[reasons.REQUIRES_BACKFILL.because("4,200,117 rows")],
        notes=["batches of 5,000 by id, can be paused"],
        hold="6 to 9 min",
        stages=[_stage(FILL, "ROW EXCLUSIVE on public.users", "writes go on", "batches of 5,000")],
    )
    return [drop, fill]


def plan() -> dict[str, Any]:
    asked = [d.Action(label=f"Tier {n}", url="#", confirm=_confirmation(n)) for n in (1, 2, 3)]
    header = [d.Action(label="Re-plan", url="#", method="get"), BLOCKED]
    plain = [
        d.Action(label="Plain", url="#", method="get"),
        d.Action(label="With an icon", url="#", method="get", icon="rotate-ccw"),
        d.Action(label="Terminate", url="#", method="get", style="danger", small=True),
    ]
    names = ("Operations", "SQL", "Schema diff", "Diagram", "Evidence", "Activity")
    return {
        "header_actions": header,
        "plain_actions": plain,
        "asked_actions": asked,
        "operations": _operations(),
        "operation_levels": [row.level for row in _operations()],
        "gates": _gates(),
        "tabs": [
            d.Tab(label=n, url="#", current=not i, count=4 if not i else None)
            for i, n in enumerate(names)
        ],
        "diffs": [
            d.ObjectDiff(
                name="public.users", kind="table", change="changed", before=BEFORE, after=AFTER
            ),
            d.ObjectDiff(
                name="public.users_last_login_idx", kind="index", change="added", after=INDEX
            ),
            d.ObjectDiff(name="public.orders", kind="table", change="same"),
        ],
        "before": BEFORE,
        "after": AFTER,
        "sql": FILL,
        "tricky": TRICKY,
        "hash": HASH,
    }


def _gates() -> list[d.Gate]:
    return [
        d.Gate(
            name="Budget",
            state="refused",
            text="step 3 over",
            fix_url="#op-3",
            fix_label="Make it safe",
        ),
        d.Gate(name="Preflight", state="ok", text="4 probes, 41 ms"),
        d.Gate(name="Verified", state="ok", text="1.8 s, diff empty"),
        d.Gate(name="Drift", state="unknown", text="asked at apply"),
        d.Gate(name="Approvals", state="waiting", text="1 of 2"),
    ]


def run() -> dict[str, Any]:
    error = d.ErrorRow(
        message='invalid input syntax for type timestamp with time zone: "yesterday-ish"',
        sqlstate="22007",
        detail="Batch 841 of 841, users.id 4200001 to 4200117.",
        still_true="3 of 4 steps are done and stay; no lock is held; resume starts at step 4.",
        hint="Mend the row, or change the expression of the backfill, then resume.",
    )
    resume = [d.Action(label="Resume at step 4", url="#", method="get", style="primary")]
    kinds = ("addColumn", "users.last_login"), ("addIndex", "users (last_login)")
    done = [
        d.StepRow(number=n, kind=k, object=o, state="done", elapsed_ms=ms)
        for n, ((k, o), ms) in enumerate(zip(kinds, (41.0, 156_000.0), strict=True), start=1)
    ]
    parked = d.StepRow(number=3, kind="softDropColumn", object="users.legacy_uuid", state="done")
    fill = d.StepRow(number=4, kind="backfill", object="users.last_login", state="failed")
    waiting = replace(
        parked,
        state="waiting_for_lock",
        elapsed_ms=4100,
        note="try 2 of 60, each 100 ms",
        current=True,
        stages=[_stage(PARK, ACCESS, "reads and writes wait")],
    )
    filling = replace(
        fill, state="running", elapsed_ms=93_000, done_units=2_604_000, total_units=4_200_117
    )
    failed = replace(fill, elapsed_ms=201_000, attempts=2, error=error, actions=resume)
    pending = replace(fill, state="not_reached", estimate="6 to 9 min")
    return {
        "error": error,
        "live_steps": [*done, waiting, pending],
        "failed_steps": [*done, replace(parked, elapsed_ms=12), failed],
        "filling_step": [filling],
        "locks": _locks(),
    }


def _locks() -> list[d.LockParty]:
    buttons = [
        d.Action(label="Cancel query", url="#", method="get", small=True),
        d.Action(label="Terminate", url="#", style="danger", small=True, confirm=_confirmation(2)),
    ]
    return [
        d.LockParty(
            side="before",
            who="report",
            text="pid 25235, open transaction for 12 s:",
            sql="SELECT count(*) FROM users WHERE created_at < now() - interval '1 year'",
            actions=buttons,
        ),
        d.LockParty(side="us", who="step 3", text="pid 25301:", sql=PARK),
        d.LockParty(
            side="behind", who="3 of web", text="longest 60 ms. The queue guard watches them."
        ),
    ]


def records(now: datetime) -> dict[str, Any]:
    ago = [now - timedelta(minutes=m) for m in (180, 95, 41, 12)]
    return {
        "facts": [
            d.Fact(term="rows matched by key", value="4,200,117", tone="ok"),
            d.Fact(term="rows written since, left NULL", value="11,904", tone="wait"),
            d.Fact(term="in conflict", value="3", tone="bad"),
            d.Fact(term="parked as", value="_zanith_dropped_legacy_uuid_7f3a91c2", mono=True),
            d.Fact(term="change", value="#42", url="#"),
            d.Fact(term="checked", value="", at=ago[3]),
        ],
        "timeline": _timeline(ago),
        "evidence": [
            d.EvidenceItem(label="Plan", state="ok", text="4 steps", hash=HASH, at=ago[0]),
            d.EvidenceItem(label="Verification", state="ok", text="diff empty", url="#"),
            d.EvidenceItem(label="Approval", state="bad", text="covers another plan"),
            d.EvidenceItem(label="After", state="wait", text="taken at the end"),
            d.EvidenceItem(label="Window", state="missing", text="applied outside of one"),
        ],
        "log": [
            d.LogLine(at=ago[3], text="lock taken, live schema 77ab…10 as planned"),
            d.LogLine(at=ago[3], text="step 3 try 1: lock not granted in 100 ms", tone="wait"),
            d.LogLine(at=ago[3], text="step 4 failed: 22007", tone="bad"),
        ],
        "artifacts": [
            ("users.legacy_uuid", "soft drop", 4_200_117, 92_274_688, Level.SAFE, "intact"),
            ("orders_archive_2019", "archived table", 1_904_331, 432_013_312, Level.SAFE, "intact"),
            ("carts.session_blob", "archived column", 52_008, None, Level.DESTRUCTIVE, "changed"),
        ],
        "week": [3, 5, 2, None, 8, 6, 4],
    }


def _timeline(ago: Sequence[datetime]) -> list[d.TimelineItem]:
    return [
        d.TimelineItem(at=ago[0], who="Anna", text="opened the change", icon="plus"),
        d.TimelineItem(
            at=ago[1],
            who="Bo",
            text="approved plan 9c1f…e2",
            icon="user-check",
            tone="ok",
            detail="Covers 4 steps on orders_prod, worst score 35.",
        ),
        d.TimelineItem(
            at=ago[2], text="The live schema moved: approval voided", icon="ban", tone="bad"
        ),
        d.TimelineItem(at=ago[3], text="waits for its lock", icon="lock", tone="wait"),
    ]
