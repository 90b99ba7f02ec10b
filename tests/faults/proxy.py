"""A proxy between runner and server that cuts the line at a COMMIT."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

COMMIT = b"COMMIT\0"
Cut = Literal["before", "after", "never"]


class Proxy:
    """Listens in `folder` as a PostgreSQL server would, and forwards to another folder's socket.

    The `number`-th COMMIT (from 1) of all sessions is where it cuts, once: `before` the
    server hears it, or `after` the server has answered and before the answer gets back.
    """

    def __init__(self, folder: Path, server: Path, *, cut: Cut, number: int) -> None:
        self.cut, self.number = cut, number
        self.commits = 0
        self._server = str(server)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Proxy:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._sockets:
            _end(one)
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            self._sockets += [client, server]
            cut = threading.Event()
            for target in (self._to_server, self._to_client):
                thread = threading.Thread(target=target, args=(client, server, cut))
                self._threads.append(thread)
                thread.start()

    def _to_server(
        self, client: socket.socket, server: socket.socket, cut: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if COMMIT in data and self._is_the_one():
                    cut.set()
                    if self.cut == "before":
                        break
                server.sendall(data)
        if not cut.is_set() or self.cut == "before":
            _end(client, server)

    def _to_client(
        self, client: socket.socket, server: socket.socket, cut: threading.Event
    ) -> None:
        with suppress(OSError):
            while (data := server.recv(65536)) and not cut.is_set():
                client.sendall(data)
        _end(client, server)

    def _is_the_one(self) -> bool:
        self.commits += 1
        return self.commits == self.number and self.cut != "never"


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
