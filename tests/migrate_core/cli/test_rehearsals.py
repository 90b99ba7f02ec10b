from __future__ import annotations

from migrate_core.cli.console.rehearsals import report_lines
from migrate_core.pg import codec
from migrate_core.pg.locks import LockMode
from migrate_core.verify.report import RelationLock, StatementLocks, VerifyReport

SEEN = StatementLocks(
    step=2,
    sql="CREATE INDEX i\n  ON t (a)",
    declared=(RelationLock(relation="public.t", mode=LockMode.ACCESS_EXCLUSIVE),),
    declared_rewrite=True,
    observed=(RelationLock(relation="public.t", mode=LockMode.SHARE),),
    rewrote=("public.u",),
    scanned=("public.t", "public.v"),
    problems=("public.v was scanned",),
    remarks=("public.t was declared ACCESS EXCLUSIVE, locked SHARE",),
    note="sampled from a second session",
)
REPORT = VerifyReport(
    plan_hash="h",
    ok=False,
    locks=(SEEN, StatementLocks(step=3, sql="SELECT", declared_scan=True)),
)


def test_the_report_shows_what_each_statement_declared_and_what_was_seen() -> None:
    assert [line.strip() for line in report_lines(REPORT)][:9] == [
        "step 2  CREATE INDEX i ON t (a)",
        "declared  ACCESS EXCLUSIVE on public.t; rewrite",
        "observed  SHARE on public.t; rewrote public.u; scanned public.t; scanned public.v",
        "problem   public.v was scanned",
        "remark    public.t was declared ACCESS EXCLUSIVE, locked SHARE",
        "note      sampled from a second session",
        "step 3  SELECT",
        "declared  scan",
        "observed  nothing",
    ]


def test_the_evidence_file_holds_it_all() -> None:
    assert codec.decode(codec.encode(REPORT), VerifyReport) == REPORT
