"""Bring a parked table back, under every name it owned."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core.cli.console.artifacts import add_restoring, restore
from migrate_core.cli.console.project import open_project


def add_arguments(parser: ArgumentParser) -> None:
    add_restoring(parser)


def run(args: Namespace) -> int:
    return restore(open_project(args), kind="restoreTable")
