"""The part of GitHub's and GitLab's API that comment.sh talks to, on the loopback."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "s3cret"
BOT = "github-actions[bot]"
LISTS = re.compile(r"/repos/o/r/issues/7/comments|/projects/42/merge_requests/7/notes")
ONE = re.compile(r"/(?:repos/o/r/issues/comments|projects/42/merge_requests/7/notes)/(\d+)")
LIMIT = 65_536


class Forge:
    """Comments, and every request that was made; `down` answers 503 to all."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        self.down = False
        self.url = ""

    def add(self, body: str, by: str = BOT) -> dict[str, Any]:
        """A comment, with its author as both forges write it."""
        who = {"login": by, "username": by}
        made = {"id": len(self.comments) + 1000, "body": body, "user": who, "author": who}
        self.comments.append(made)
        return made

    def answer(self, method: str, target: str, body: dict[str, Any]) -> tuple[int, Any]:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        self.requests.append((method, path))
        if self.down:
            return 503, {"message": "no"}
        if (method, path) == ("GET", "/user"):
            return 200, {"username": BOT}
        if len(body.get("body", "")) > LIMIT:
            return 422, {"message": "Body is too long"}
        if method == "POST" and LISTS.fullmatch(path):
            return 201, self.add(body["body"])
        if method == "GET" and LISTS.fullmatch(path):
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, self.comments[size * (page - 1) : size * page]
        match = ONE.fullmatch(path)
        if match and method == ("PATCH" if path.startswith("/repos") else "PUT"):
            (found,) = (one for one in self.comments if one["id"] == int(match[1]))
            found["body"] = body["body"]
            return 200, found
        return 404, {"message": "Not Found"}


@contextmanager
def serving() -> Iterator[Forge]:
    forge = Forge()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            allowed = {self.headers.get("Authorization"), self.headers.get("PRIVATE-TOKEN")}
            status, answer = forge.answer(self.command, self.path, body)
            if not allowed & {f"Bearer {TOKEN}", TOKEN}:
                status, answer = 401, {"message": "Bad credentials"}
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815 # the base class's names

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
