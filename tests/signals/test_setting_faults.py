"""A threshold that cannot be used is told where a person looks: the load, `tickmark doctor`, the brief. The default judges meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.commands import doctor, find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Firm
from workspace.brief.compose import compose_brief
from workspace.scope import open_scope
from workspace.signals import resolve

FIRM = "settings.ar-aging.days = 'soon' is not a number of 0 or more; the default 60 is used"
CLIENT = "settings.clients.C001.wip-aged.weeks is not known; clients.C001.wip-aged has days"
SETTINGS: dict[str, Any] = {
    "ar-aging": {"days": "soon"},
    "clients": {"C001": {"wip-aged": {"weeks": 3}, "letters": {"any": 1}}},
}


@pytest.fixture
def misset(home: Path, no_settings_from_outside: None) -> Iterator[Services]:
    with build(load_settings(home)) as services:
        with services.database.writing() as session:
            session.query(Firm).one().settings = SETTINGS
        yield services


def test_a_clients_own_faults_are_told_apart() -> None:
    table = resolve(SETTINGS)
    assert (table.faults, table.of_clients, table.all_faults) == ((FIRM,), (("C001", CLIENT),), (FIRM, CLIENT))
    assert table.table == resolve().table
    assert [ref for ref, _ in resolve({"clients": {"C001": 3}}).of_clients] == ["C001"]
    assert (
        resolve({"clients": 3}).of_clients and not resolve({"clients": {"C001": {"wip-aged": {"days": 3}}}}).all_faults
    )


def test_the_doctor_names_them(misset: Services) -> None:
    told = doctor.run(misset.settings.home)
    lines = [one["message"] for one in told.data if one["what"] == "settings"]
    assert told.failed and [line.partition("; correct it")[0] for line in lines] == [FIRM, CLIENT]


def test_the_load_tells_them(misset: Services, small_firm: Path) -> None:
    file = small_firm / "firm.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[settings.wip-aged]\ndays = "long"\n', encoding="utf-8")
    result = find("load").load()(misset, {"folder": str(small_firm), "dry_run": True}, silent)
    assert [one for one in result.data["notes"] if "settings.wip-aged.days" in one] and "wip-aged.days" in result.text


def test_the_brief_counts_them_as_blind_spots(misset: Services) -> None:
    with misset.database.reading() as session:
        brief = compose_brief(open_scope(session, "ana@alder.example", clock=misset.clock))
    spots = [(one["client_ref"], one["why"]) for one in brief["blind_spots"] if one["kind"] == "setting"]
    assert spots == [("", FIRM), ("C001", CLIENT)]
