"""`manage.py reconcile`: keeps the pages true when workers die. Runs until it is stopped."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from studio import reconciler


class Command(BaseCommand):
    help = "Sends again what no worker took and finds out about runs that went silent."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        over = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            over.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        in_office = False
        while not over.is_set():
            try:
                in_office = in_office or reconciler.take_office()
                if in_office:
                    reconciler.look_once()
            except Error as error:
                self.stderr.write(f"the studio's database: {type(error).__name__}; trying again")
                connection.close()
                in_office = False
            over.wait(reconciler.PERIOD_SECONDS)
