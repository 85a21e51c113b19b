"""Reminders: when they come, what they list, that they stop with the receipt, who is told in the end. Nothing leaves without a release."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.wiring import Services
from store import tables
from store.errors import Conflict, Invalid
from store.ids import stable_id
from tests.requests.conftest import DAY, acting, business, released, remind_on
from tests.signals import rows
from tests.signals.builders import engagement, item, snapshot
from tests.signals.rows import PARTNER, STAFF, TODAY, cl, night, per
from workspace.deliverables.kinds import pbc_follow_up
from workspace.deliverables.model import Section
from workspace.deliverables.review import approve, edit, reject
from workspace.requests import acts, lists, proposals
from workspace.requests.lists import Making
from workspace.requests.reading import firm_lists, lists_of, to_confirm
from workspace.requests.schedule import Chase, Schedule, next_escalation, next_reminder
from workspace.snapshot import Snapshot, take_snapshot

PACE = Schedule(2, 3, 2)
FIRST = business(TODAY, 2)


def ask(services: Services, ref: str, *items: str, schedule: Schedule | None = PACE) -> str:
    with acting(services) as scope:
        return acts.make(scope, ref, Making(keys=frozenset(), extra=items, schedule=schedule)).about


def text_of(services: Services, draft: str) -> str:
    with services.database.reading() as session:
        row = session.get_one(tables.Deliverable, draft)
        version = session.get_one(tables.DeliverableVersion, row.current_version_id)
        assert version.untied == 0
        return "\n".join(one["markdown"] for one in version.sections)


def state_of(services: Services, draft: str) -> str:
    with services.database.reading() as session:
        return session.get_one(tables.Deliverable, draft).state


def receive(services: Services, text: str) -> None:
    with acting(services) as scope:
        [found] = scope.session.scalars(select(tables.RequestItem.id).where(tables.RequestItem.item == text)).all()
        acts.on_item(scope, found, "Came", lambda: proposals.receive(scope, found))


def test_a_reminder_comes_on_its_day_for_a_release_and_names_all_lists(services: Services) -> None:
    ask(services, "E1", "Form 1095-A", "The lease")
    ask(services, "B1", "Vendor bills", schedule=Schedule(9, 9, 1))
    assert remind_on(services, FIRST - DAY) == []
    [draft] = remind_on(services, FIRST)
    said = text_of(services, draft)
    assert all(one in said for one in ("Form 1095-A", "The lease", "Vendor bills", "And for the 2025 Form 1040"))
    assert state_of(services, draft) == "in_review"
    assert (
        remind_on(services, FIRST) == [] and remind_on(services, business(FIRST, 9)) == []
    )  # it waits for its release
    with services.database.reading() as session:
        assert session.scalars(select(tables.OutboxItem)).all() == []
    released(services, draft, FIRST)
    with services.database.reading() as session:
        assert len(session.scalars(select(tables.OutboxItem)).all()) == 1
    assert remind_on(services, business(FIRST, 2)) == []
    [second] = remind_on(services, business(FIRST, 3))
    assert second != draft and "Vendor bills" not in text_of(services, second)  # that list has no round left


def test_it_stops_with_the_receipt(services: Services) -> None:
    ask(services, "E1", "Form 1095-A", "The lease")
    [draft] = remind_on(services, FIRST)
    with acting(services, day=FIRST) as scope:
        approve(scope, draft)
    receive(services, "The lease")
    with pytest.raises(Conflict, match="the lease"), acting(services, day=FIRST) as scope:
        from workspace.deliverables.release import release

        release(scope, draft)
    receive(services, "Form 1095-A")
    assert state_of(services, draft) == "withdrawn"
    assert remind_on(services, business(FIRST, 20)) == []
    with services.database.reading() as session:
        assert session.scalars(select(tables.OutboxItem)).all() == []


def test_an_upload_stops_it_before_anybody_confirms(services: Services) -> None:
    ask(services, "E1", "All 2025 Forms W-2", "The lease")
    [draft] = remind_on(services, FIRST)
    assert "Forms W-2" in text_of(services, draft)
    with services.database.writing() as session:
        rows.add_document(session, "w.pdf", "w-2", {"employer": "Corvane", "tax_year": "2025"})
        scope = night(session)
        proposals.propose(scope, take_snapshot(scope, "C1"))
    [same] = remind_on(services, FIRST)
    assert same == draft and "Forms W-2" not in text_of(services, draft)
    with acting(services) as scope:
        [pair] = to_confirm(scope)
        acts.decide(scope, [pair.id], "refuse")
        assert [one.state for one in lists_of(scope, "C1")[0].items] == ["missing", "missing"]
    released(services, draft, FIRST)
    [again] = remind_on(services, business(FIRST, 3))
    assert "Forms W-2" in text_of(services, again)


def test_after_the_last_the_owner_is_told_and_then_the_partner(services: Services) -> None:
    ask(services, "E1", "The lease")
    day, sent = TODAY, []
    for _ in range(40):
        for draft in remind_on(services, day):
            sent.append(day)
            released(services, draft, day)
        day = business(day, 1)
    assert sent == [FIRST, business(FIRST, 3)]
    with services.database.reading() as session:
        told = [(one.owner_id, one.due) for one in session.scalars(select(tables.Task).order_by(tables.Task.due))]
        assert list(session.scalars(select(tables.ClientRequest.escalated))) == [2]
    assert told == [(per(STAFF), business(FIRST, 7)), (per(PARTNER), business(FIRST, 10))]
    with acting(services) as scope:
        [line] = firm_lists(scope)
        assert (line.sent, line.at_most, line.escalated, line.next_on) == (2, 2, 2, None)


def test_a_rejected_one_was_this_rounds_and_a_paused_list_is_left_alone(services: Services) -> None:
    made = ask(services, "E1", "The lease")
    [draft] = remind_on(services, FIRST)
    with acting(services, day=FIRST) as scope:
        reject(scope, draft, "they called")
    assert remind_on(services, FIRST) == []
    with acting(services) as scope:
        acts.on_list(scope, made, "Pause", lambda: lists.set_schedule(scope, made, PACE, paused=True))
    assert remind_on(services, business(FIRST, 30)) == []
    with acting(services) as scope:
        acts.on_list(scope, made, "On", lambda: lists.set_schedule(scope, made, PACE))
    assert len(remind_on(services, business(FIRST, 30))) == 1


def test_what_a_person_wrote_is_held_to_the_same(services: Services) -> None:
    ask(services, "E1", "The lease", "Form 1095-A")
    [draft] = remind_on(services, FIRST)
    with acting(services, day=FIRST) as scope:
        edit(scope, draft, [Section("Still open", "- **The lease**\n- Form 1095-A")])
        approve(scope, draft)
    receive(services, "The lease")
    assert remind_on(services, FIRST) == [draft]  # hers stays as she wrote it
    assert "The lease" in text_of(services, draft)
    with pytest.raises(Conflict, match="has come"), acting(services, day=FIRST) as scope:
        from workspace.deliverables.release import release

        release(scope, draft)


def test_a_list_without_a_schedule_is_chased_by_its_signal_alone(services: Services) -> None:
    from workspace.deliverables.occasions import due_drafts
    from workspace.signals import Signal, detect, resolve

    with services.database.writing() as session:
        rows.add_item(session, "Bank letter", TODAY - 10 * DAY, "E1")
        rows.add_item(session, "Loan letter", TODAY - 10 * DAY, "B1")
        session.get_one(tables.ClientRequest, stable_id("req", "E1")).first_after = 5
    with services.database.reading() as session:
        what = take_snapshot(night(session), "C1")
    raised = [one for one in detect(what, TODAY, resolve({})).signals if one.slug == "request-overdue"]
    assert {one.subject for one in raised if isinstance(one, Signal)} == {"E1", "B1"}
    assert [one.occasion for one in due_drafts(raised, TODAY)] == ["request:B1@2"]


flags = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=6)


@given(flags, flags)
def test_a_reminder_never_lists_what_came_or_waits_to_be_looked_at(
    first: list[tuple[bool, bool, bool]], second: list[tuple[bool, bool, bool]]
) -> None:
    requests = tuple(
        replace(
            item(f"{ref} thing {'abcdef'[n]}", TODAY, ref, received=TODAY if came else None),
            proposed=waits,
            reminded=reminded,
            scheduled=True,
        )
        for ref, many in (("E1", first), ("E2", second))
        for n, (came, waits, reminded) in enumerate(many)
    )
    what: Snapshot = snapshot(engagements=(engagement("E1"), engagement("E2")), requests=requests)
    wanted = [one for one in requests if one.received_on is None and not one.proposed]
    if not any(one.reminded for one in wanted):
        with pytest.raises(Invalid):
            pbc_follow_up.gather(what, TODAY, "reminder:C1@1")
        return
    said = pbc_follow_up.gather(what, TODAY, "reminder:C1@1").variables
    groups = [said["overdue"], said["upcoming"], *(one["asked"] for one in said["others"])]  # type: ignore[attr-defined]
    listed = {str(one["name"]) for group in groups for one in group}  # type: ignore[attr-defined]
    lists_told = {one.engagement_id for one in wanted if one.reminded}
    assert listed == {one.item for one in wanted if one.engagement_id in lists_told}


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 6), st.lists(st.integers(0, 9), max_size=12))
def test_no_schedule_goes_beyond_its_number(first: int, every: int, most: int, waits: list[int]) -> None:
    """Whatever days a release takes: the reminders are as many as agreed at most, in order, and only then somebody is told."""
    schedule, chase = Schedule(first, every, most), Chase(TODAY)
    told: list[date] = []
    for wait in [*waits, *([0] * 20)]:
        day = next_reminder(schedule, chase)
        assert (day is None) == (chase.sent >= most)
        if day is None:
            break
        assert day > (chase.last or TODAY) and next_escalation(schedule, chase) is None
        chase = replace(chase, sent=chase.sent + 1, last=business(day, wait))
    while (day := next_escalation(schedule, chase)) is not None:
        assert chase.sent == most and day > (chase.escalated_on or chase.last or date.min)
        told.append(day)
        chase = replace(chase, escalated=chase.escalated + 1, escalated_on=day)
    assert chase.sent == most and len(told) == 2


def test_a_schedule_that_makes_no_sense_is_refused() -> None:
    for wrong in ((0, 5, 3), (5, 0, 3), (5, 5, 0), (5, 5, 13), (91, 5, 3)):
        with pytest.raises(Invalid):
            Schedule(*wrong)


def test_one_person_behind_two_clients_of_a_group_gets_one_mail(services: Services) -> None:
    from workspace.posts import TOGETHER, claim, queue_posts, settle

    with services.database.writing() as session:
        session.add(tables.ClientGroup(id="grp", name="Nora's"))
        session.flush()
        for ref in ("C1", "C2"):
            session.get_one(tables.Client, cl(ref)).group_id = "grp"
    ask(services, "E1", "The lease")
    ask(services, "E2", "The deed")
    first, second = remind_on(services, FIRST)
    released(services, first, FIRST)
    with services.database.writing() as session:
        scope = night(session, FIRST)
        assert queue_posts(scope, briefs=False) == 1 and claim(scope) is None  # held for the other
    released(services, second, FIRST)
    with services.database.writing() as session:
        scope = night(session, FIRST)
        queue_posts(scope, briefs=False)
        later = replace(scope, now=scope.now + TOGETHER)
        letter = claim(later)
        assert letter is not None and letter.recipients == ("nora@client.example",)
        assert len(letter.posts) == 2 and letter.subject.endswith(", and 1 more")
        assert all(one in letter.body for one in ("Client 1\n", "The lease", "Client 2\n", "The deed"))
        assert [settle(later, one) for one in letter.posts] == ["sent", "sent"] and claim(later) is None
        assert all(one.sent_at is not None for one in session.scalars(select(tables.OutboxItem)))


def test_the_night_drafts_it_and_proposes_what_arrived(services: Services) -> None:
    from agents.overnight import run_night

    ask(services, "E1", "All 2025 Forms W-2", "The lease")
    with services.database.writing() as session:
        session.get_one(tables.ClientRequest, stable_id("req", "E1")).asked_on = TODAY - 30 * DAY
        rows.add_document(session, "w.pdf", "w-2", {"employer": "Corvane", "tax_year": "2025"})
    run_night(services, as_of=TODAY, now=rows.NOW)
    with acting(services) as scope:
        [pair] = to_confirm(scope)
        [line] = firm_lists(scope)
        assert (pair.document, line.waits_on, line.to_confirm) == ("w.pdf", "us", 1) and line.draft_id is not None
    said = text_of(services, line.draft_id)
    assert "The lease" in said and "W-2" not in said
    with acting(services) as scope:
        before = scope.session.scalars(select(tables.DeliverableVersion.id)).all()
    run_night(services, as_of=TODAY, now=rows.NOW)
    with acting(services) as scope:
        assert scope.session.scalars(select(tables.DeliverableVersion.id)).all() == before


def test_of_an_item_by_months_only_those_that_lack_are_asked_for(services: Services) -> None:
    with services.database.writing() as session:
        for month in range(1, 13):
            days = {"period_start": f"2025-{month:02d}-01", "period_end": f"2025-{month:02d}-28"}
            rows.add_document(session, f"b{month:02d}.pdf", "bank-statement", {"account_last4": "1234"} | days)
    made = ask(services, "B1", "12 bank statements")
    with acting(services) as scope:
        waits = [one.id for one in to_confirm(scope)]
        acts.decide(scope, waits[:9], "confirm")
        acts.decide(scope, waits[9:], "refuse")
    [draft] = remind_on(services, FIRST)
    assert "- 12 bank statements; still missing: October 2025 to December 2025" in text_of(services, draft)
    with acting(services, day=FIRST) as scope:
        approve(scope, draft)
        [item_id] = scope.session.scalars(select(tables.RequestItem.id).where(tables.RequestItem.request_id == made))
        proposals.receive(scope, item_id)
    with pytest.raises(Conflict, match="12 bank statements"), acting(services, day=FIRST) as scope:
        from workspace.deliverables.release import release

        release(scope, draft)
