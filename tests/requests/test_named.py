"""Lists that have names: several for one piece of work, each with its day, its reminders and its end; one mail for all of them."""

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store import tables
from store.errors import Conflict, Invalid, NotFound
from store.rows import RequestRow
from tests.requests.conftest import DAY, acting, remind_on
from tests.requests.test_reminders import FIRST, PACE, state_of, text_of
from tests.signals.rows import OTHER, PARTNER, STAFF, TODAY, cl
from workspace.export import requests as exported
from workspace.firm_asking import FirmQuestion, FirmTopic
from workspace.firm_asking import work as firm_asking
from workspace.portal.asks import asked_of
from workspace.portal.scope import PortalScope
from workspace.records.work import apply_requests
from workspace.requests import acts, alone, lists, named, proposals
from workspace.requests.lists import Making
from workspace.requests.reading import firm_lists, lists_of
from workspace.snapshot import take_snapshot
from workspace.undo import undo

TAX, AUDIT = "Tax 2026", "Audit PBC"


def ask(services: Services, name: str, *items: str) -> str:
    with acting(services) as scope:
        return acts.make(scope, "E1", Making(keys=frozenset(), extra=items, schedule=PACE, name=name)).about


def item_of(services: Services, text: str) -> str:
    with services.database.reading() as session:
        return session.scalars(select(tables.RequestItem.id).where(tables.RequestItem.item == text)).one()


def test_a_name_makes_a_list_of_its_own_and_the_same_name_adds_to_it(services: Services) -> None:
    tax, own = ask(services, TAX, "Form 1095-A"), ask(services, "", "The deed")
    assert ask(services, "tax 2026", "Form 5498") == tax and tax != own
    with acting(services, STAFF) as scope:
        found = {one.title: one for one in lists_of(scope, "C1")}
        assert [one.item for one in found[TAX].items] == ["Form 1095-A", "Form 5498"]
        assert found[TAX].status == "open" and found[TAX].due is not None
        assert {one.name for one in firm_lists(scope)} == {*found}
        with pytest.raises(Conflict, match="called TAX 2026 already"):
            named.change_list(scope, own, name="TAX 2026")
        with pytest.raises(Invalid, match="passed"):
            named.change_list(scope, own, due=TODAY - DAY)
        with pytest.raises(Invalid, match="characters"):
            lists.make_list(scope, "E1", Making(extra=("x",), name="n" * 200))
        done = acts.on_list(
            scope, tax, "Changed", lambda: named.change_list(scope, tax, name=AUDIT, due=TODAY + 9 * DAY)
        )
        assert {one.due for one in lists_of(scope, "C1")[0].items + lists_of(scope, "C1")[1].items} > {TODAY + 9 * DAY}
        undo(scope, done.act)
        assert {one.title for one in lists_of(scope, "C1")} == {*found}


def test_one_mail_names_every_list_and_a_closed_one_is_neither_asked_for_nor_shown(services: Services) -> None:
    tax, audit = ask(services, TAX, "Form 1095-A"), ask(services, AUDIT, "The deed")
    [draft] = remind_on(services, FIRST)
    said = text_of(services, draft)
    assert f"From the list “{TAX}”" in said or f"From the list “{AUDIT}”" in said
    assert said.count("from the list") + said.count("From the list") == 2 and "Form 1095-A" in said and "deed" in said
    with acting(services, day=FIRST) as scope:
        acts.on_list(scope, audit, "Closed", lambda: named.close_list(scope, audit))
        with pytest.raises(Conflict, match="closed already"):
            named.close_list(scope, audit)
        assert [one.item for one in take_snapshot(scope, "C1").requests] == ["Form 1095-A"]
        assert [one.name for one in firm_lists(scope)] == [TAX]
        owed = firm_asking.requests(scope, FirmQuestion(FirmTopic.REQUESTS))
        assert "deed" not in str(owed) and "Form 1095-A" in str(owed)
        hers = PortalScope(scope.session, "con1", (cl("C1"),), scope.now, scope.today)
        assert [one.title for one in asked_of(hers)[0].lists] == ["2025 Form 1040"]
    assert remind_on(services, FIRST) == [draft]
    again = text_of(services, draft)
    assert "deed" not in again and "Form 1095-A" in again
    with acting(services, day=FIRST) as scope:
        acts.on_list(scope, tax, "Closed", lambda: named.close_list(scope, tax))
    assert state_of(services, draft) == "withdrawn"
    with acting(services, day=FIRST) as scope:
        with pytest.raises(Conflict, match="is closed"):
            lists.make_list(scope, "E1", Making(extra=("x",), name=TAX))
        acts.on_list(scope, tax, "Open", lambda: named.open_list(scope, tax))
        assert [one.status for one in lists_of(scope, "C1")] == ["open", "closed"]


def test_an_item_goes_to_another_list_of_the_client_with_its_confirmation(services: Services) -> None:
    tax, audit = ask(services, TAX, "Form 1095-A"), ask(services, AUDIT, "The deed")
    item = item_of(services, "The deed")
    with acting(services) as scope:
        proposals.receive(scope, item)
        acts.on_item(scope, item, "Moved", lambda: named.move_item(scope, item, tax))
        found = {one.title: one for one in lists_of(scope, "C1")}
        assert len(found[TAX].items) == 2 and found[AUDIT].status == "whole"
        with pytest.raises(Conflict, match="already"):
            named.move_item(scope, item, tax)
        other = lists.make_list(scope, "E2", Making(extra=("x",)))
        with pytest.raises(Invalid, match="another client"):
            named.move_item(scope, item, other)
        named.close_list(scope, audit)
        with pytest.raises(Conflict, match="closed"):
            named.move_item(scope, item, audit)
    with acting(services, OTHER) as scope, pytest.raises(NotFound, match="no such"):
        named.close_list(scope, tax)


def test_the_firm_folder_names_lists_and_leaves_those_of_people(services: Services) -> None:
    rows = [
        RequestRow(engagement_ref="E1", item="Form 1095-A", requested_on=TODAY, due=TODAY, list=TAX),
        RequestRow(engagement_ref="E1", item="The deed", requested_on=TODAY, due=TODAY),
    ]
    with acting(services) as scope:
        assert apply_requests(scope, rows).created == 2
        assert apply_requests(scope, rows).unchanged == 2
    deed = item_of(services, "The deed")
    with acting(services) as scope:
        tax = next(one.id for one in lists_of(scope, "C1") if one.title == TAX)
        named.move_item(scope, deed, tax)
        named.change_list(scope, tax, name="Taxes")
        assert apply_requests(scope, rows).unchanged == 2
        written = list(exported(scope))
        assert {(one.item, one.list) for one in written} == {("Form 1095-A", "Taxes"), ("The deed", "Taxes")}
        assert apply_requests(scope, written).unchanged == 2


def test_a_list_of_the_client_alone(services: Services) -> None:
    how = Making(extra=("The lease", "Proof of the new address"), due=TODAY + 9 * DAY, name="Change of address")
    with acting(services) as scope:
        made = acts.make_for_client(scope, "C1", how)
        assert alone.make_client_list(scope, "C1", Making(extra=("A map",), name="change of  address")) == made.about
        [one] = [one for one in lists_of(scope, "C1") if one.id == made.about]
        assert (one.title, one.engagement_ref, one.open) == ("Change of address", None, 3) and one.chase is not None
        assert made.about in {line.id for line in firm_lists(scope)}
        portal = PortalScope(scope.session, "con_1", (cl("C1"),), scope.now, scope.today)
        assert "The lease" in str(asked_of(portal))
        other = alone.make_client_list(scope, "C1", Making(extra=("x",), name="Other"))
        with pytest.raises(Conflict, match="called OTHER already"):
            named.change_list(scope, made.about, name="OTHER")
        lists.set_schedule(scope, other, None)
        assert next(one.chase for one in lists_of(scope, "C1") if one.id == other) is None
        for wrong, why in (
            (Making(extra=("x",)), "how the list is called"),
            (Making(name="Empty"), "write down"),
            (Making(extra=("x",), name="A", year=1890), "the year is one from 1990 to 2027"),
            (Making(extra=("x",), name="A", due=TODAY - DAY), "passed"),
        ):
            with pytest.raises(Invalid, match=why):
                alone.make_client_list(scope, "C1", wrong)
        written = [row for row in exported(scope) if row.engagement_ref is None]
        assert {(row.client_ref, row.list) for row in written} == {("C1", "Change of address"), ("C1", "Other")}
        loaded = [
            RequestRow(item="A deed", client_ref="C1", list="Other"),
            RequestRow(item="A deed", engagement_ref="E1"),
        ]
        assert apply_requests(scope, loaded).created == 2 and apply_requests(scope, loaded).unchanged == 2
        assert {(row.engagement_ref, row.list) for row in exported(scope) if row.item == "A deed"} == {
            (None, "Other"),
            ("E1", None),
        }
        named.close_list(scope, made.about)
        with pytest.raises(Conflict, match="closed"):
            alone.make_client_list(scope, "C1", how)
        lost = apply_requests(scope, [RequestRow(item="x"), RequestRow(item="x", client_ref="C9", list="y")])
        assert ["engagement_ref is empty" in lost.rejected[0].reason, "C9 is not known" in lost.rejected[1].reason] == [
            True,
            True,
        ]
    with acting(services, OTHER) as scope, pytest.raises(NotFound):
        alone.make_client_list(scope, "C1", how)
    with acting(services) as scope:
        gone = acts.make_for_client(scope, "C2", how)
        undo(scope, gone.act)
        assert lists_of(scope, "C2") == []


def test_the_commands(services: Services) -> None:
    def run(command: str, **given: object) -> dict[str, str]:
        data: dict[str, str] = find(f"requests-{command}").load()(services, {"as": PARTNER, **given}, silent).data
        return data

    made = run("make", engagement="E1", name=TAX, item=["Form 1095-A"])["id"]
    run("change", list=made, name=AUDIT, due="2026-05-01")
    run("close", list=made)
    text = find("requests-list").load()(services, {"as": PARTNER, "client": "C1"}, silent).text
    assert AUDIT in text and "closed on 2026-03-09" in text
    run("reopen", list=made)
    other = run("make", engagement="E1", name="Other", item=["A deed"])["id"]
    run("move", item=item_of(services, "A deed"), list=made)
    alone = run("make", client="C1", name="Change of address", item=["The lease"])["id"]
    run("move", item=item_of(services, "A deed"), list=alone)
    with pytest.raises(Invalid, match="name the engagement"):
        run("make", name="Nobody's", item=["x"])
    undone = find("undo").load()(services, {"act": run("close", list=other)["act"], "as": PARTNER}, silent)
    assert undone.data["act"]
    with pytest.raises(Invalid, match="say what changes"):
        run("change", list=made)


def test_an_earlier_schema_has_one_list_with_every_item(services: Services) -> None:
    """A way back to the release before: named lists fold into one, nothing that was asked for is lost."""
    from alembic import command

    for name, item in ((TAX, "Form 1095-A"), (AUDIT, "The deed"), ("", "A map")):
        ask(services, name, item)
    command.downgrade(services.database.alembic(), "0037")
    services.database.migrate()
    with acting(services) as scope:
        [one] = lists_of(scope, "C1")
        assert {item.item for item in one.items} == {"Form 1095-A", "The deed", "A map"}
