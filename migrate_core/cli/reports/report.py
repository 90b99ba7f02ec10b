"""The value between commands and formats: checks with their findings, and the verdict first."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from migrate_core.declared.places import Place
from migrate_core.errors import MigrateError
from migrate_core.schema.objects import Value


class Severity(StrEnum):
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"  # it is why the command does not end with 0


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    WAITING = "waiting"  # clears when somebody else acts
    NOT_ASKED = "not asked"


class Rule(Value, frozen=True, kw_only=True):
    """What kind of finding it is; its code is stable."""

    code: str
    effect: str
    safer: str = ""


class Finding(Value, frozen=True, kw_only=True):
    rule: Rule
    severity: Severity
    subject: str  # what it is about: "softDropColumn public.users.legacy_uuid"
    says: str = ""  # the evidence
    fix: str = ""  # instead of the rule's
    place: Place | None = None

    @property
    def in_words(self) -> str:
        evidence = f" ({self.says})" if self.says else ""
        to_do = self.fix or self.rule.safer
        return f"{self.rule.effect}{evidence}" + (f" What to do: {to_do}" if to_do else "")


class Cell(Value, frozen=True, kw_only=True):
    """One cell of a table; `code`: a name or a statement, not words of ours."""

    text: str
    code: bool = False


class Check(Value, frozen=True, kw_only=True):
    """One thing that was looked at: a step, a gate, a stage of a rehearsal, an object."""

    name: str
    result: Result
    says: str = ""
    fix: str = ""
    cells: tuple[Cell, ...] = ()  # under the heads of its table
    findings: tuple[Finding, ...] = ()
    place: Place | None = None
    elapsed_ms: float | None = None
    is_annotated: bool = True  # no: what it speaks of is, each by itself

    @property
    def severity(self) -> Severity | None:
        """That of its worst finding."""
        found = {finding.severity for finding in self.findings}
        return max(found, key=list(Severity).index, default=None)


class Table(Value, frozen=True, kw_only=True):
    noun: str  # what one check is: step, gate, stage, difference, object
    title: str
    heads: tuple[str, ...]
    checks: tuple[Check, ...] = ()


class Section(Value, frozen=True, kw_only=True):
    """One migration, or all there is to say."""

    name: str
    says: str
    tables: tuple[Table, ...] = ()
    text: str = ""  # what is shown as it is: a difference of two dumps


class Report(Value, frozen=True, kw_only=True):
    command: str  # plan, verify or drift
    database: str
    says: str  # the verdict in one line
    exit_code: int
    document: Any  # what --format json prints
    sections: tuple[Section, ...] = ()
    next: str = ""  # what to do now
    home: str = ""  # zanith.toml, for formats in which everything has to be in some file
    error: MigrateError | None = None  # it could not be carried out

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def checks(self) -> Iterator[tuple[Section, Table, Check]]:
        for section in self.sections:
            for table in section.tables:
                yield from ((section, table, check) for check in table.checks)

    @property
    def findings(self) -> Iterator[Finding]:
        return (finding for _, _, check in self.checks for finding in check.findings)
