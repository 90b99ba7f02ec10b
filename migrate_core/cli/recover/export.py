"""Write an artifact's rows to a file or to standard output, streamed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from migrate_core import api
from migrate_core.cli.console.artifacts import add_artifact, find
from migrate_core.cli.console.output import note
from migrate_core.cli.console.project import open_project

FORMATS = ("csv", "json", "jsonl")
STREAMS = True


def add_arguments(parser: ArgumentParser) -> None:
    add_artifact(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="a new file")


def run(args: Namespace) -> int:
    project = open_project(args)
    artifact = find(project)
    blocks = api.export(project.endpoint, artifact.id, args.format)
    if args.out:
        written = _write(args.out, blocks)
        note(f"{written:,} bytes written to {args.out}")
        return 0
    for block in blocks:
        sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    return 0


def _write(path: Path, blocks: Iterator[bytes]) -> int:
    """Never over another file; one that is not whole does not stay."""
    first = next(blocks, b"")
    try:
        with path.open("xb") as file:
            written = file.write(first)
            for block in blocks:
                written += file.write(block)
    except FileExistsError:
        raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return written
