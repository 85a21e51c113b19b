"""A day gone by is replayed from that day's knowledge: what came, changed or was decided since does not show in its brief."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from tests.api.test_load import load, rewrite
from tests.conftest import SMALL_FIRM
from tests.night.conftest import MONDAY, TUESDAY, briefs, scan
from workspace.decisions import decide_signal
from workspace.scans import raised_signals
from workspace.scope import open_scope, system_scope
from workspace.snapshot import Firm, Snapshot, take_firm, take_snapshot
from workspace.snapshot.as_of import as_known

FRIDAY, WEDNESDAY = date(2026, 3, 6), date(2026, 3, 11)
NOTICE = """Department of the Treasury
Internal Revenue Service
Notice CP504
Notice date: March 9, 2026
Taxpayer ID number: 900-70-1234
Ngozi Okafor
Amount due: $4,210.00
Pay by March 30, 2026
"""


def on(home: Path, day: date) -> Services:
    return build(load_settings(home).model_copy(update={"today": day}), own_index=True)


def grow(folder: Path) -> None:
    """What comes on the Tuesday."""
    (folder / "documents" / "C002" / "Notices").mkdir()
    (folder / "documents" / "C002" / "Notices" / "cp504.txt").write_text(NOTICE)
    (folder / "documents" / "C001" / "2025" / "minutes.md").write_text(
        "# Minutes\n\nThe meeting of March 9 was put off.\n"
    )
    rewrite(folder / "clients.csv", "12 Quay St", "77 Harbor Rd")
    rewrite(folder / "engagements.csv", "fixed,6500.00", "fixed,7100.00")
    rewrite(
        folder / "requests.csv",
        "E001,Shareholder basis worksheet,2026-01-20,2026-02-03,",
        "E001,Shareholder basis worksheet,2026-01-20,2026-02-03,2026-03-10",
    )
    for name, row in {
        "engagements": "E009,C001,advisory,Oven,2026-03-10,2026-12-31,2026-03-20,not-started,0,fixed,900.00,4,sol@alder.example,,,,,,",
        "payments": "2026-001,2026-03-10,2000.00",
        "invoices": "2026-009,C002,E002,2026-03-10,2026-04-10,600.00",
        "time": "2026-03-10,sol@alder.example,C001,E001,30,tax,true,120.00,all night",
        "tasks": "E009,Bake,sol@alder.example,2026-03-12,open,30,",
        "notes": "C003,2026-03-10,ben@alder.example,They will sell the practice.",
    }.items():
        with (folder / f"{name}.csv").open("a") as file:
            file.write(row + "\n")


@pytest.fixture(scope="module")
def grown(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, bytes], Firm]]:
    """A home loaded on Friday, scanned on Monday, grown and scanned on Tuesday; and Monday's briefs and whole firm as they were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TICKMARK_TODAY", raising=False)
        root = tmp_path_factory.mktemp("grown")
        home, folder = shutil.copytree(models, root / "home"), shutil.copytree(SMALL_FIRM, root / "firm")
        with on(home, FRIDAY) as services:
            load(services, folder)
        with on(home, MONDAY) as services:
            scan(services)
            told, firm = briefs(services.database), the_firm(services, MONDAY)
        grow(folder)
        with on(home, TUESDAY) as services:
            load(services, folder)
            scan(services)
            with services.database.writing() as session:
                scope = open_scope(session, "ana@alder.example", clock=services.clock)
                for one in raised_signals(scope, "C001", TUESDAY)[:2]:
                    decide_signal(scope, one.key, "dismiss", reason="it is seen to")
        yield home, told, firm


def the_firm(services: Services, day: date) -> Firm:
    with services.database.reading() as session:
        return take_firm(system_scope(session, "night", now=services.clock.now(), today=day))


def seen(database: Database, ref: str, services: Services, day: date) -> tuple[Snapshot, Snapshot]:
    """A client as it stands and as it was known on a day."""
    with database.reading() as session:
        scope = system_scope(session, "night", now=services.clock.now(), today=day)
        now = take_snapshot(scope, ref)
        return now, as_known(scope, now)


def test_the_brief_of_a_day_gone_by_is_that_of_its_own_night(grown: tuple[Path, dict[str, bytes], Firm]) -> None:
    home, told, _ = grown
    with on(home, WEDNESDAY) as services:
        tuesday = briefs(services.database, TUESDAY)
        assert briefs(services.database) == told != tuesday
        assert scan(services, as_of="2026-03-09").data["failed"] == 0
        assert briefs(services.database) == told
        assert briefs(services.database, TUESDAY) == tuesday  # a replay touches no other day


def test_what_came_or_changed_later_is_left_out_of_a_replayed_client(
    grown: tuple[Path, dict[str, bytes], Firm],
) -> None:
    home, *_ = grown
    with on(home, WEDNESDAY) as services:
        now, then = seen(services.database, "C001", services, MONDAY)
        assert (now.client.address, then.client.address) == ("77 Harbor Rd", "12 Quay St")
        assert [len(one.engagements) for one in (now, then)] == [2, 1]
        assert then.engagements[0].fee != now.engagement_of_ref("E001").fee  # type: ignore[union-attr]
        assert [sum(len(bill.payments) for bill in one.invoices) for one in (now, then)] == [3, 2]
        assert [len(one.time) for one in (now, then)] == [4, 3]
        assert [sum(item.received_on is None for item in one.requests) for one in (now, then)] == [0, 1]
        minutes = next(one for one in then.documents if one.path.endswith("2025/minutes.md"))
        assert minutes.facts == ()  # the words of that day are gone, and those of today are not used
        now, then = seen(services.database, "C002", services, MONDAY)
        assert {one.path for one in now.documents} - {one.path for one in then.documents} == {"Notices/cp504.txt"}
        assert [len(one.invoices) for one in (now, then)] == [1, 0]


def test_the_whole_firm_of_a_day_gone_by_holds_no_hours_of_work_that_came_later(
    grown: tuple[Path, dict[str, bytes], Firm],
) -> None:
    home, _, firm = grown
    with on(home, WEDNESDAY) as services:
        assert the_firm(services, MONDAY) == firm != the_firm(services, TUESDAY)


def test_the_newest_day_is_no_day_gone_by(grown: tuple[Path, dict[str, bytes], Firm]) -> None:
    home, *_ = grown
    with on(home, WEDNESDAY) as services:
        for day in (TUESDAY, WEDNESDAY):
            now, then = seen(services.database, "C001", services, day)
            assert then is now
