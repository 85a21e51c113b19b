"""The one place that reads the clock. Everything below gets `today` and `now` as arguments (ARCHITECTURE.md, law 10)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def seconds_now() -> float:
    """The machine's own time, whatever day the practice takes for today: for the age of a file."""
    return datetime.now(UTC).timestamp()


class Clock:
    """The practice's day and moment. With a pinned day, `now()` is that day at the present time of day, so that nothing a person
    does lies after "today"."""

    def __init__(self, zone: Callable[[], ZoneInfo], pinned: date | None = None) -> None:
        self._zone = zone
        self.pinned = pinned

    def now(self) -> datetime:
        """Aware, UTC."""
        real = datetime.now(UTC)
        if self.pinned is None:
            return real
        local = real.astimezone(self._zone())
        return datetime.combine(self.pinned, local.time(), local.tzinfo).astimezone(UTC)

    def real_now(self) -> datetime:
        """Aware, UTC, whatever day is pinned: for what must end, such as a token."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The day in the firm's time zone."""
        return self.pinned or datetime.now(self._zone()).date()

    def local(self, moment: datetime, zone: str | None = None) -> datetime:
        """A moment as the clock on the firm's wall shows it, or on that of a person who reads times in another zone (an IANA name)."""
        return moment.astimezone(ZoneInfo(zone) if zone else self._zone())
