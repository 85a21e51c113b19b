"""Items of lists have ids of their natural key: what people asked for meets itself when an export is loaded into the same home."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from typer.testing import CliRunner

from api.cli import app
from api.wiring import Services
from store import tables
from store.ids import new_id
from store.rows import RequestRow
from tests.requests.conftest import DAY, acting
from tests.signals.rows import TODAY, cl
from workspace.records.work import apply_requests
from workspace.requests import alone, lists, named, proposals
from workspace.requests.lists import Making


def asked(services: Services) -> dict[str, tuple[Any, ...]]:
    """Every item by id as it stands."""
    with services.database.reading() as session:
        rows = session.scalars(select(tables.RequestItem)).all()
        return {
            one.id: (one.item, one.request_id, one.requested_on, one.due, one.received_on, one.hint) for one in rows
        }


def ask(services: Services) -> None:
    """Lists as people leave them: the same words twice, other words since, on another list, taken off, from an earlier release."""
    with acting(services) as scope:
        lists.make_list(scope, "E1", Making(keys=frozenset(), extra=("The deed", "A map", "The deed", "The lease")))
        tax = lists.make_list(scope, "E1", Making(keys=frozenset(), extra=("The deed", "A key"), name="Tax 2026"))
        own = alone.make_client_list(scope, "C1", Making(extra=("The deed", "A bill"), name="Change of address"))
        lists.add_item(scope, own, "The deed", TODAY + 20 * DAY, "all pages")
        found = list(scope.session.scalars(select(tables.RequestItem).order_by(tables.RequestItem.item)))
        by_words = {one.item: one for one in found}
        lists.change_item(scope, by_words["A map"].id, item="A map of the site")
        lists.change_item(scope, by_words["A key"].id, item="The deed")
        named.move_item(scope, by_words["The lease"].id, own)
        named.move_item(scope, by_words["A bill"].id, tax)
        deeds = [one for one in found if one.item == "The deed"]
        lists.remove_item(scope, deeds[0].id)
        proposals.receive(scope, deeds[1].id)
        earlier = tables.RequestItem(
            id=new_id("item"), client_id=cl("C1"), request_id=tax, item="The deed", due=TODAY + DAY, custom={}
        )
        scope.session.add(earlier)


def test_an_export_loaded_into_the_same_home_changes_nothing(services: Services, tmp_path: Path) -> None:
    ask(services)
    before = asked(services)
    assert len(before) == 9

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["--home", str(services.home), *words])
        assert result.exit_code == 0, result.output
        return result.output

    for turn in ("once", "twice"):
        run("export", str(tmp_path / turn))
        told = run("load", str(tmp_path / turn))
        assert asked(services) == before, told
    one, two = ((tmp_path / turn / "requests.csv").read_text() for turn in ("once", "twice"))
    assert one == two and one.count("The deed") == 6


def test_a_folder_that_names_what_a_person_asked_for_meets_it(services: Services) -> None:
    with acting(services) as scope:
        lists.make_list(scope, "E1", Making(keys=frozenset(), extra=("The deed",), due=TODAY + 9 * DAY))
    row = RequestRow(engagement_ref="E1", item="The deed", requested_on=TODAY, due=TODAY + 9 * DAY)
    with acting(services) as scope:
        assert apply_requests(scope, [row]).unchanged == 1
        [item] = scope.session.scalars(select(tables.RequestItem))
        lists.change_item(scope, item.id, item="The deed of 2020")
    with acting(services) as scope:  # the folder still says the deed: its row is the item that it was
        assert apply_requests(scope, [row]).updated == 1
        other = RequestRow(engagement_ref="E1", item="The deed", requested_on=TODAY, nth=1)
        assert apply_requests(scope, [row, other]).created == 1
        assert apply_requests(scope, [row, other]).unchanged == 2
