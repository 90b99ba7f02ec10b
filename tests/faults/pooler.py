"""A connection pooler in transaction mode: each transaction may run on another backend."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

BACKENDS = 2
# What a server says once a client may speak: trusted, its settings, ready and idle.
WELCOME = b"R\0\0\0\x08\0\0\0\0"
PARAMETERS = {"server_version": "", "client_encoding": "UTF8", "standard_conforming_strings": "on"}
KEY = b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x01"
IDLE = b"Z\0\0\0\x05I"


class TransactionPooler:
    """Listens in `folder`; every ReadyForQuery outside a transaction frees the backend."""

    def __init__(self, folder: Path, dsn: str, password: str) -> None:
        self.folder = folder
        self._servers = [psycopg.connect(dsn, password=password) for _ in range(BACKENDS)]
        version = self._servers[0].info.parameter_status("server_version") or ""
        self._parameters = {**PARAMETERS, "server_version": version}
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> TransactionPooler:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for server in self._servers:
            server.close()
        (self.folder / ".s.PGSQL.5432").unlink()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, suppress(OSError, EOFError):
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        """One client at a time, which is all that a runner's own session needs."""
        _startup(client)
        client.sendall(WELCOME + self._settings() + KEY + IDLE)
        turn = 0
        while True:
            server = self._servers[turn % BACKENDS]
            with socket.socket(fileno=os.dup(server.fileno())) as backend:
                backend.setblocking(True)
                _one_transaction(client, backend)
            turn += 1

    def _settings(self) -> bytes:
        return b"".join(_message(b"S", f"{k}\0{v}\0".encode()) for k, v in self._parameters.items())


def _startup(client: socket.socket) -> None:
    size = int.from_bytes(_exactly(client, 4), "big")
    _exactly(client, size - 4)


def _one_transaction(client: Any, backend: Any) -> None:
    """Queries there, answers back, until the backend is idle."""
    while True:
        kind = b""
        while kind not in (b"Q", b"S"):  # a query, or the Sync of the extended protocol
            kind, whole = _read(client)
            if kind == b"X":
                raise EOFError
            backend.sendall(whole)
        kind = b""
        while kind != b"Z":
            kind, whole = _read(backend)
            client.sendall(whole)
        if whole == IDLE:
            return


def _read(source: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(source, 5)
    return head[:1], head + _exactly(source, int.from_bytes(head[1:], "big") - 4)


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = source.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body
