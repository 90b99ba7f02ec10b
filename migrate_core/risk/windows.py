"""When a policy lets plans run: windows by the wall clock of a time zone, and freezes.

No clock is read here: the moment is always given. A window is the time between two moments, each
the first at which that zone's clocks read the hour or have gone past it: one that opens in the
hour which is skipped in spring opens when that hour is over, and one that lasts over the night
in which clocks go back is an hour longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from migrate_core.schema.objects import Value

MIDNIGHT = "24:00"  # as the end of a day
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_AHEAD_DAYS = 15  # a weekly window that the clock swallowed once is there a week later
_MOST_STEPS = 400  # from freeze to window and on; a plan waits for no more


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


EVERY_DAY = tuple(Day)


class Window(Value, frozen=True, kw_only=True):
    """On each of its days from one hour to another; an end before the start is the next day's."""

    days: tuple[Day, ...] = EVERY_DAY
    opens: str = msgspec.field(name="from")  # "22:00"
    closes: str = msgspec.field(name="to")  # "04:00", or "24:00"
    zone: str = "UTC"  # a name of the IANA time zone database

    def __str__(self) -> str:
        days = "every day" if set(self.days) == set(Day) else ", ".join(self.days)
        return f"{days} {self.opens} to {self.closes} {self.zone}"

    def around(self, at: datetime) -> tuple[datetime, datetime] | None:
        """The opening and the end between which `at` lies; None where it is closed."""
        today = at.astimezone(zone_of(self.zone)).date()
        for day in (today - _DAY, today):
            opened, closed = self._on(day)
            if opened <= at < closed:
                return opened, closed
        return None

    def next_after(self, at: datetime) -> datetime | None:
        """The next moment at which it opens."""
        today = at.astimezone(zone_of(self.zone)).date()
        for ahead in range(_AHEAD_DAYS + 1):
            opened, closed = self._on(today + ahead * _DAY)
            if at < opened < closed:
                return opened
        return None

    def _on(self, day: date) -> tuple[datetime, datetime]:
        """What begins on that day; nothing, as from a moment to itself, on any other."""
        opened = moment(day, self.opens, self.zone)
        if tuple(Day)[day.weekday()] not in self.days:
            return opened, opened
        last = day if self.closes > self.opens else day + _DAY
        return opened, moment(last, self.closes, self.zone)


class Freeze(Value, frozen=True, kw_only=True):
    """Nothing is applied meanwhile, whatever the windows say."""

    begins: datetime = msgspec.field(name="from")
    ends: datetime = msgspec.field(name="to")
    reason: str
    owner: str

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """
    Raises:
        ValueError: this machine knows no such time zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def moment(day: date, hour: str, zone: str) -> datetime:
    """The first moment of that day at which clocks there read `hour` or later, in UTC."""
    if hour == MIDNIGHT:
        day, hour = day + _DAY, "00:00"
    wall = datetime.combine(day, time.fromisoformat(hour))
    place = zone_of(zone)
    found = wall.replace(tzinfo=place).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == wall:
        return found
    # Clocks skip this hour. Read with the offset that comes after, it lies before the change.
    before = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    return _change_between(before, found, place)


def _change_between(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The second at which the offset there changes."""
    old = before.astimezone(place).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return (before + _SECOND).replace(microsecond=0)


def is_open(windows: Sequence[Window], at: datetime) -> bool:
    """Without a window every moment is fine."""
    return not windows or any(window.around(at) for window in windows)


def frozen(freezes: Sequence[Freeze], at: datetime) -> tuple[Freeze, ...]:
    return tuple(freeze for freeze in freezes if freeze.holds(at))


def next_open(
    windows: Sequence[Window], freezes: Sequence[Freeze], at: datetime
) -> datetime | None:
    """The first moment from `at` on that lies in a window and in no freeze; None: none soon."""
    for moment_ in _candidates(windows, freezes, at):
        if is_open(windows, moment_) and not frozen(freezes, moment_):
            return moment_
    return None


def _candidates(
    windows: Sequence[Window], freezes: Sequence[Freeze], at: datetime
) -> Iterator[datetime]:
    """Each moment at which it may become so: a freeze that ends, a window that opens."""
    for _ in range(_MOST_STEPS):
        yield at
        if holding := frozen(freezes, at):
            at = max(freeze.ends for freeze in holding)
            continue
        opening = [found for w in windows if (found := w.next_after(at)) is not None]
        if not opening:
            return
        at = min(opening)


def in_words(at: datetime, zone: str = "UTC") -> str:
    """As clocks there read, and in UTC: `Sat 2026-11-28 22:00 CET (21:00 UTC)`."""
    there, utc = at.astimezone(zone_of(zone)), at.astimezone(UTC)
    name = there.tzname() or zone
    shown = f"{there:%a %Y-%m-%d %H:%M} {name}"
    if name == "UTC":
        return shown
    same_day = there.date() == utc.date()
    return f"{shown} ({utc:%H:%M} UTC)" if same_day else f"{shown} ({utc:%Y-%m-%d %H:%M} UTC)"
