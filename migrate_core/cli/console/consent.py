"""Consent to what a plan loses for good: by name, from options or typed on a terminal."""

from __future__ import annotations

import sys
from argparse import Namespace

from migrate_core.cli.console.answers import is_terminal
from migrate_core.cli.console.options import EVERYTHING
from migrate_core.cli.console.output import note, shown
from migrate_core.planning.plan import Plan


def given(args: Namespace, plan: Plan) -> tuple[str, ...]:
    """Labels of the steps whose loss the options consent to."""
    names = set(args.allow_destructive)
    return tuple(label for label in _lost(plan) if EVERYTHING in names or _names(label) & names)


def asked(args: Namespace, plan: Plan) -> tuple[str, ...]:
    """The same for a command that writes: a person at a terminal types each name that was not
    given, whatever was consented to as a whole."""
    if not is_terminal() or args.format != "text":
        return given(args, plan)
    by_name = set(args.allow_destructive)
    return tuple(label for label in _lost(plan) if _names(label) & by_name or _is_typed(label))


def _is_typed(label: str) -> bool:
    note(f"{shown(label)} goes for good, and nothing is kept of it. Type its name to go on:")
    return sys.stdin.readline().strip() in _names(label)


def _names(label: str) -> set[str]:
    return {label, label.removeprefix("public.")}


def _lost(plan: Plan) -> list[str]:
    return [step.label for step in plan.steps if step.keeps_nothing]
