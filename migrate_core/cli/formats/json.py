"""For programs: docs/report.schema.json describes it."""

from __future__ import annotations

from migrate_core.cli.reports.documents import text_of
from migrate_core.cli.reports.report import Report


def render(report: Report) -> str:
    return text_of(report.document) + "\n"
