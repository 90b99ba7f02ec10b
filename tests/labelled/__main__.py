"""Judges the labelled migrations, and says how far the verdicts are what a DBA says.

python -m tests.labelled [--set first|independent|fresh|blind|sealed|unseen|unread|untold]
    [--half tune|held-out] [--major 15] [--all] [--only TEXT]
"""

from __future__ import annotations

import argparse

import psycopg

from benchmarks.servers import server
from studio.majors import bin_folders
from tests.conformance.runs import SETTINGS
from tests.labelled.judge import Judge
from tests.labelled.labels import Half, Set, trials
from tests.labelled.report import report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=[*Set], default=Set.FIRST)
    parser.add_argument("--half", choices=[*Half], action="append", help="default: both")
    parser.add_argument("--major", type=int, default=18)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--all", action="store_true", help="every verdict, not only wrong ones")
    arguments = parser.parse_args()
    halves, of = arguments.half or [*Half], Set(arguments.set)
    (folder,) = bin_folders((arguments.major,)).values()
    with (
        server(folder, SETTINGS) as postgres,
        psycopg.connect(postgres.url(), autocommit=True) as conn,
    ):
        judge = Judge(conn, of)
        chosen = [t for t in trials(arguments.major, of) if arguments.only in t.name]
        judged = [judge.judge(trial) for trial in chosen if trial.case.half in halves]
    print("\n".join(report(judged, of, everything=arguments.all)))


if __name__ == "__main__":
    main()
