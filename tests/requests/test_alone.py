"""Lists of the client alone: from a template and last year's papers, held against papers of that year, reminded of and counted like any
other; and items that a load meets again however they came there."""

import pytest
from sqlalchemy import select

from agents.overnight import run_night
from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store import tables
from store.errors import Invalid, NotFound
from tests.requests.conftest import DAY, acting, business, released, remind_on
from tests.requests.test_reminders import FIRST, PACE, receive, state_of, text_of
from tests.signals import rows
from tests.signals.rows import PARTNER, TODAY, cl, night, per
from workspace.deliverables.occasions import due_drafts
from workspace.requests import acts, alone, lists, named
from workspace.requests.lists import Making
from workspace.requests.reading import lists_of, to_confirm
from workspace.signals import Signal, detect, resolve
from workspace.snapshot import take_snapshot
from workspace.undo import undo

MOVE = "Change of address"


def papers(services: Services) -> None:
    with services.database.writing() as session:
        rows.add_document(session, "k24.pdf", "k-1", {"issuer": "X LP", "issuer_ein": "00-77", "tax_year": "2024"})
        rows.add_document(session, "k23.pdf", "k-1", {"issuer": "Y LP", "issuer_ein": "00-78", "tax_year": "2023"})
        for month in (11, 12):
            days = {"period_start": f"2024-{month}-01", "period_end": f"2024-{month}-28", "bank": "First"}
            rows.add_document(session, f"b{month}.pdf", "bank-statement", {"account_last4": "1234"} | days)


def ask(services: Services, *items: str, name: str = MOVE, how: Making | None = None) -> str:
    with acting(services) as scope:
        return acts.make_for_client(scope, "C1", how or Making(extra=items, schedule=PACE, name=name)).about


def test_it_is_made_from_a_template_and_last_years_papers(services: Services) -> None:
    papers(services)
    with acting(services) as scope:
        seen = alone.preview_alone(scope, "C1", "bookkeeping")
        assert (seen.title, seen.year, seen.engagement_ref) == ("Documents for the books, 2025", 2025, None)
        assert seen.items[0].item == "Bank statements of First ending in 1234, each month" and seen.items[0].source
        only = alone.preview_alone(scope, "C1")  # its kind of client files a return: who sent forms last year is asked
        assert [one.item for one in only.items] == [
            "Schedule K-1 from X LP",
            "Bank statement of First ending in 1234 at December 31, 2025",
        ]
        assert [one.item for one in alone.preview_alone(scope, "C1", None, 2024).items] == ["Schedule K-1 from Y LP"]
        done = acts.make_for_client(scope, "C1", Making("1120-S", extra=("The deed",)))
        [made] = lists_of(scope, "C1")
        assert made.title == "Documents for the 2025 S corporation return" and made.chase is not None
        assert {"The deed", "Schedule K-1 from X LP"} < {one.item for one in made.items}
        assert all(one.there for one in alone.preview_alone(scope, "C1", "1120-S").items)
        assert not any(one.there for one in alone.preview_alone(scope, "C1", "1120-S", 2024).items)
        under = lists.preview(scope, "E1", "1120-S")
        assert not any(one.there for one in under.items)  # the list of the work is another
        undo(scope, done.act)
        assert lists_of(scope, "C1") == []
        with pytest.raises(Invalid, match="choose what to ask for"):
            alone.make_client_list(scope, "C1", Making(keys=frozenset(), year=2024, name="x"))
        with pytest.raises(NotFound, match="there is no list '1040EZ'"):
            alone.preview_alone(scope, "C1", "1040EZ")
        scope.session.get_one(tables.Client, cl("C1")).fiscal_year_end = "06-30"
        scope.session.flush()
        assert alone.preview_alone(scope, "C1", "bookkeeping").year == 2024  # the one to June 2025 ended last


def test_a_paper_of_another_year_answers_nothing_of_it(services: Services) -> None:
    papers(services)
    made = ask(services, how=Making("bookkeeping", year=2025))
    with services.database.writing() as session:
        for month in range(1, 11):
            days = {"period_start": f"2025-{month:02d}-01", "period_end": f"2025-{month:02d}-28", "bank": "First"}
            rows.add_document(session, f"n{month:02d}.pdf", "bank-statement", {"account_last4": "1234"} | days)
        from workspace.requests.proposals import propose

        propose(night(session), take_snapshot(night(session), "C1"))
    with acting(services) as scope:
        waits = [one for one in to_confirm(scope) if one.item.startswith("Bank statements")]
        assert len(waits) == 10 and all(one.document.startswith("n") and "could not" not in one.reason for one in waits)
        acts.decide(scope, [one.id for one in waits], "confirm")
        item = next(one for one in lists_of(scope, "C1")[0].items if one.item.startswith("Bank statements"))
        assert (item.counted, item.lacking, item.received_on) == ("10 of 12", "November 2025, December 2025", None)
        other = lists.make_list(scope, "E1", Making(keys=frozenset(), extra=("All 2025 Forms W-2",)))
        moved = next(one.id for one in lists_of(scope, "C1") if one.id == other)
        [w2] = scope.session.scalars(select(tables.RequestItem).where(tables.RequestItem.request_id == moved))
        named.move_item(scope, w2.id, made)
        assert w2.wants is not None and w2.wants["end"] == "2025-12-31"


def test_it_is_reminded_of_in_the_one_mail_until_it_came(services: Services) -> None:
    ask(services, "The lease", "Proof of the new address")
    with acting(services) as scope:
        acts.make(scope, "E1", Making(keys=frozenset(), extra=("Form 1095-A",), schedule=PACE))
    [draft] = remind_on(services, FIRST)
    said = text_of(services, draft)
    assert all(one in said for one in ("The lease", "Proof of the new address", "Form 1095-A", MOVE, "2025 Form 1040"))
    receive(services, "The lease")
    receive(services, "Form 1095-A")
    assert remind_on(services, FIRST) == [draft]
    said = text_of(services, draft)
    assert "We asked" in said and f"“{MOVE}”" in said and "have 1 of the 2 items" in said
    assert "Proof of the new address" in said and "The lease" not in said and "We cannot go on" in said
    receive(services, "Proof of the new address")
    assert state_of(services, draft) == "withdrawn" and remind_on(services, business(FIRST, 20)) == []


def test_after_the_last_the_manager_is_told_and_then_the_partner(services: Services) -> None:
    ask(services, "The lease")
    day = TODAY
    for _ in range(40):
        for draft in remind_on(services, day):
            released(services, draft, day)
        day = business(day, 1)
    with services.database.reading() as session:
        told = list(session.scalars(select(tables.Task).order_by(tables.Task.due)))
        assert [one.owner_id for one in told] == [per(rows.MANAGER), per(PARTNER)]
        assert all(MOVE in one.title and one.engagement_id is None for one in told)


def test_the_first_mail_asks_for_the_list_alone(services: Services) -> None:
    from agents.draft import draft
    from workspace.deliverables.occasions import for_first_request

    made = ask(services, "The lease")
    ask(services, "The deed", name="Other")
    found = draft(
        services, lambda session: rows.asker(session, PARTNER), "C1", "pbc-request", occasion=for_first_request(made)
    )
    said = text_of(services, found)
    assert f"Please send us what stands on the list “{MOVE}”" in said and "The lease" in said and "deed" not in said


def test_what_is_late_is_raised_by_list_and_stands_in_the_brief_and_the_portfolio(services: Services) -> None:
    from workspace.portfolio.standing import standings_of

    made = ask(services, "The lease", how=Making(extra=("The lease",), name=MOVE, schedule=None, due=TODAY))
    ask(services, "The deed", name="Other")
    day = TODAY + 10 * DAY
    with services.database.reading() as session:
        what = take_snapshot(night(session, day), "C1")
    raised = [one for one in detect(what, day, resolve({})).signals if one.slug == "request-overdue"]
    assert [(one.subject, one.engagement_ref) for one in raised if isinstance(one, Signal)] == [(made, None)]
    assert MOVE in raised[0].headline
    assert [one.occasion for one in due_drafts(raised, day)] == [f"request:{made}@2"]
    run_night(services, as_of=day, now=rows.NOW + 10 * DAY)
    with services.database.reading() as session:
        chased = session.scalars(
            select(tables.Deliverable.id).where(tables.Deliverable.occasion == f"request:{made}@2")
        ).one()
    assert "The lease" in text_of(services, chased)
    brief = find("brief").load()(services, {"for": PARTNER, "as_of": day.isoformat()}, silent).data
    owed = {one["list"]: one for one in brief["waiting"]["on_clients"]}
    assert (owed[made]["title"], owed[made]["days"], owed[made]["items"]) == (MOVE, 10, ["The lease"])
    assert len(owed) == 2 and all(one["engagement_ref"] is None for one in owed.values())
    cards = [*brief["needs_you"], *brief["worth_a_look"]]
    assert any(one["deliverable_id"] == chased for one in cards)
    with acting(services, day=day) as scope:
        [waiting] = standings_of(scope).get(cl("C1")).waiting
        assert waiting.count == 2


def test_the_commands_make_it_and_refuse_what_makes_no_sense(services: Services) -> None:
    papers(services)

    def make(**given: object) -> dict[str, object]:
        data: dict[str, object] = find("requests-make").load()(services, {"as": PARTNER, **given}, silent).data
        return data

    seen = make(client="C1", template="bookkeeping", preview=True)
    assert seen["year"] == 2025
    made = make(client="C1", template="bookkeeping", no_reminders=True)["id"]
    with acting(services) as scope:
        [one] = lists_of(scope, "C1")
        assert one.id == made and one.chase is None and len(one.items) > 3
    for wrong, why in (
        ({"client": "C1", "engagement": "E1"}, "name the engagement, or"),
        ({"engagement": "E1", "year": 2025}, "has its own period"),
        ({"client": "C1"}, "write down what is asked for, or name a template"),
        ({"client": "C1", "year": 3000}, "the year is one from"),
        ({"client": "C1", "item": ["x"]}, "how the list is called"),
    ):
        with pytest.raises(Invalid, match=why):
            make(**wrong)
