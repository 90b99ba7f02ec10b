"""The formats of a report, one module each, found by path: `render(report)` gives the text."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from migrate_core.cli.reports.report import Report

NAMES = tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


def render(report: Report, format: str) -> str:
    """The whole of it, ending in a line end where it is not empty."""
    text: str = import_module(f"{__name__}.{format}").render(report)
    return text
