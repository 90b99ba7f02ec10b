"""The parts of comment.sh that shell cannot do safely: reading and writing JSON; and curl's part,
where there is no curl.

author: who the token is. find MARKER AUTHOR: the id of our comment on a page of comments,
nothing where it is not on this page, `end` where there is no further page. body MARKER FOLDER:
the request that holds all reports of the folder. request METHOD URL [FILE]: the answer; the header
that says who asks comes from standard input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

PAGE = 100
LIMIT = 65_536  # what GitHub takes; GitLab takes more
KEPT = 3_000  # bytes that each later report is sure of: its verdict
REST = "\n\nThere was no more room: the job's artifacts have the rest.\n"


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
    """Every report that was written, in the order in which the commands ran."""
    codes = folder / "codes"
    lines = codes.read_text().splitlines() if codes.exists() else []
    text = marker + "\n"
    if not lines:
        text += "\n## zanith: not run\n\nThe job's log says why.\n"
    for at, line in enumerate(lines, start=1):
        command = line.split()[0]
        file = folder / f"{command}.md"
        report = f"## zanith {command}: no report was written; the job's log says why\n"
        if file.exists():
            report = file.read_text(encoding="utf-8")
        room = LIMIT - len(text.encode()) - KEPT * (len(lines) - at) - 1
        text += "\n" + fitted(report, room)
    return json.dumps({"body": text})


def fitted(report: str, room: int) -> str:
    """As many whole lines as there is room for, in bytes: a row of a table is a line, and the
    verdict is among the first ones."""
    if len(report.encode()) <= room:
        return report
    room -= len(REST.encode())
    kept = ""
    for line in report.splitlines(keepends=True):
        room -= len(line.encode())
        if room < 0:
            break
        kept += line
    return kept.rstrip("\n") + REST


def request(header: str, method: str, url: str, file: str = "") -> str:
    name, _, value = header.strip().partition(": ")
    headers = {name: value, "Content-Type": "application/json", "Accept": "application/json"}
    data = Path(file).read_bytes() if file else None
    made = Request(url, data=data, headers=headers, method=method)
    try:
        with urlopen(made, timeout=30) as answer:
            return str(answer.read().decode())
    except URLError as error:  # HTTPError is one, too
        sys.exit(f"zanith: {method} {url}: {error}")


def main(argv: list[str]) -> str:
    if argv[0] == "request":
        return request(sys.stdin.read(), *argv[1:])
    if argv[0] == "author":
        return author(json.load(sys.stdin))
    if argv[0] == "find":
        return find(json.load(sys.stdin), *argv[1:])
    return body(argv[1], Path(argv[2]))


if __name__ == "__main__":
    print(main(sys.argv[1:]))
