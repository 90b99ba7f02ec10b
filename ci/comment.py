"""The parts of comment.sh that shell cannot do safely: reading and writing JSON.

author: who the token is. find MARKER AUTHOR: the id of our comment on a page of comments,
nothing where it is not on this page, `end` where there is no further page. body MARKER FOLDER:
the request that holds all reports of the folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = 100
LIMIT = 65_536  # what GitHub takes; GitLab takes more


def author(user: dict[str, Any]) -> str:
    return str(user["username"])


def find(comments: list[dict[str, Any]], marker: str, name: str) -> str:
    """By its first line and by its author: anybody may write the same first line."""
    for comment in comments:
        by = comment.get("user") or comment.get("author") or {}
        first = str(comment.get("body") or "").partition("\n")[0].rstrip("\r")
        if first == marker and name in (by.get("login"), by.get("username")):
            return str(comment["id"])
    return "" if len(comments) == PAGE else "end"


def body(marker: str, folder: Path) -> str:
    """Every report that was written, in the order in which the commands ran; one for which there is
    no more room is told by its verdict alone."""
    codes = folder / "codes"
    lines = codes.read_text().splitlines() if codes.exists() else []
    text = marker + "\n"
    if not lines:
        text += "\n## zanith: not run\n\nThe job's log says why.\n"
    for command in (line.split()[0] for line in lines):
        file = folder / f"{command}.md"
        if not file.exists():
            text += f"\n## zanith {command}: no report was written; the job's log says why\n"
            continue
        report = file.read_text(encoding="utf-8")
        if len((text + report).encode()) > LIMIT - 1_000:
            report = "\n".join(report.splitlines()[:4]) + "\n\nThe job's artifacts have the rest.\n"
        text += "\n" + report
    return json.dumps({"body": text})


def main(argv: list[str]) -> str:
    if argv[0] == "author":
        return author(json.load(sys.stdin))
    if argv[0] == "find":
        return find(json.load(sys.stdin), *argv[1:])
    return body(argv[1], Path(argv[2]))


if __name__ == "__main__":
    print(main(sys.argv[1:]))
