"""How long a night takes: the first one over a firm, and the next day's, before which nothing changed but the date."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from agents.overnight import NightResult, run_night
from api.night import workers
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.spread import TODAY, Bench, Spread, spread
from store.tables import ClientScan

TUESDAY = TODAY + timedelta(days=1)


def measure(bench: Bench) -> Iterator[Spread]:
    """Seconds a client of the night as a whole (its clients run side by side), and the seconds of each client's own scan."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(bench.home("loaded"), home)
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            first, scans = _night(services, bench, TODAY), _scans(services, TODAY)
            again, scans_again = _night(services, bench, TUESDAY), _scans(services, TUESDAY)
    yield spread("first night, a client", "seconds", [first.seconds / first.clients])
    yield spread("one client's scan in it", "seconds", scans)
    yield spread("next night, a client", "seconds", [again.seconds / again.clients])
    yield spread("one client's scan in it again", "seconds", scans_again)
    yield spread("clients unchanged in it", "share", [again.unchanged / again.clients])
    yield spread("drafts of the first night", "count", [first.drafted])
    yield spread("drafts of the next night", "count", [again.drafted])


def _night(services: Services, bench: Bench, day: date) -> NightResult:
    now = services.clock.now() + (day - TODAY)
    return run_night(services, as_of=day, now=now, progress=bench.progress, workers=workers(services))


def _scans(services: Services, day: date) -> list[float]:
    with services.database.reading() as session:
        return [float(s) for s in session.scalars(select(ClientScan.seconds).where(ClientScan.as_of == day))]
