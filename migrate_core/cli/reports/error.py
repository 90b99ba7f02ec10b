"""A command that could not be carried out."""

from __future__ import annotations

from migrate_core.cli.reports.documents import error_document
from migrate_core.cli.reports.report import (
    Check,
    Finding,
    Report,
    Result,
    Rule,
    Section,
    Severity,
    Table,
)
from migrate_core.declared.places import Place
from migrate_core.errors import MigrateError


def error_report(error: MigrateError, command: str, place: Place | None = None) -> Report:
    rule = Rule(code=error.code, effect=f"{error.message}.", safer=error.hint)
    finding = Finding(
        rule=rule,
        severity=Severity.ERROR,
        subject=f"zanith migrate {command}",
        says=" ".join(filter(None, (error.sqlstate, error.detail, error.still_true))),
        place=place,
    )
    check = Check(
        name="could not be carried out",
        result=Result.FAILED,
        says=error.message,
        findings=(finding,),
        place=place,
    )
    return Report(
        command=command,
        database="",
        says=f"could not be carried out: {error.message}",
        exit_code=error.exit_code,
        document=error_document(error),
        sections=(
            Section(
                name="error",
                says="",
                tables=(Table(noun="error", title="", heads=(), checks=(check,)),),
                text=str(error),
            ),
        ),
        error=error,
    )
