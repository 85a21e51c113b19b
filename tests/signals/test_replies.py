"""Who waits for whom: late requests, mail without an answer, clients who went quiet."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.signals.builders import TODAY, blind, engagement, item, mail, only, raised, snapshot
from workspace.signals.mail import asks, only_closes, own_words
from workspace.snapshot import Message, RequestItem

OPEN = (engagement(),)
THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)


@pytest.mark.parametrize(
    ("items", "due"),
    [
        ((item("K-1", date(2026, 3, 6)),), "2026-03-06"),  # three days ago
        ((item("K-1", date(2026, 3, 7)),), None),
        ((item("K-1", date(2026, 3, 6), received=TODAY),), None),
        ((item("K-1", date(2026, 3, 6), on="E2"),), None),
        ((item("K-1", date(2026, 3, 1)), item("W-2", date(2026, 2, 20)), item("x", TODAY)), "2026-02-20"),
    ],
)
def test_request_overdue(items: tuple[RequestItem, ...], due: str | None) -> None:
    found = raised(snapshot(engagements=OPEN, requests=items), "request-overdue")
    assert [str(signal.due) for signal in found] == ([] if due is None else [due])


def test_requests_of_finished_work_and_without_dates() -> None:
    late = (item("K-1", date(2026, 2, 1)),)
    assert raised(snapshot(engagements=(engagement(stage="filed"),), requests=late), "request-overdue") == []
    undated = snapshot(engagements=OPEN, requests=(item("K-1", None),))
    assert raised(undated, "request-overdue") == []
    assert any("request of E1" in spot.what for spot in blind(undated))


def test_a_new_late_item_changes_the_evidence_and_a_day_does_not() -> None:
    one, two = item("K-1", date(2026, 2, 1)), item("W-2", date(2026, 2, 1))
    before = only(snapshot(engagements=OPEN, requests=(one,)), "request-overdue")
    assert (
        before.evidence_hash
        == only(snapshot(engagements=OPEN, requests=(one,)), "request-overdue", TODAY + timedelta(3)).evidence_hash
    )
    assert (
        before.evidence_hash != only(snapshot(engagements=OPEN, requests=(one, two)), "request-overdue").evidence_hash
    )


PARTNER = "pat@firm.example"


@pytest.mark.parametrize(
    ("mails", "fires"),
    [
        ((mail("a", "in", THURSDAY, "When?", to=PARTNER),), True),  # two business days
        ((mail("a", "in", FRIDAY, "When?", to=PARTNER),), False),
        ((mail("a", "in", THURSDAY, "When?"),), False),
        ((mail("a", "in", date(2026, 3, 4), "When?"),), True),
        # 2:00 UTC on Friday is still Thursday in New York
        ((mail("a", "in", FRIDAY, "When?", to=PARTNER, hour=2),), True),
        ((mail("a", "in", date(2026, 3, 4), "When?"), mail("b", "out", FRIDAY, "Soon.", "a")), False),
        ((mail("a", "out", date(2026, 3, 2), "Here."), mail("b", "in", date(2026, 3, 4), "Thanks, Sam!", "a")), False),
        ((mail("b", "in", date(2026, 3, 4), "Thanks! Can you also send the 941?"),), True),
        ((mail("b", "in", date(2026, 3, 4), "Thanks. " + "word " * 12),), True),
    ],
)
def test_message_unanswered(mails: tuple[Message, ...], fires: bool) -> None:
    assert bool(raised(snapshot(messages=mails), "message-unanswered")) is fires


def test_an_unanswered_thread_is_named_by_its_root_and_quotes_the_last_word() -> None:
    mails = (
        mail("a", "out", date(2026, 3, 2), "Please look."),
        mail("b", "in", date(2026, 3, 3), "Is it due?\n\n> Please look.", "a"),
    )
    signal = only(snapshot(messages=mails), "message-unanswered")
    assert (signal.subject, signal.due) == ("a", date(2026, 3, 5))
    assert getattr(signal.evidence[0], "quote", "") == "Is it due?"


def test_mail_without_a_date_is_told() -> None:
    what = snapshot(messages=(replace(mail("a", "in", THURSDAY, "?"), sent_at=None),))
    assert raised(what, "message-unanswered") == [] and len(blind(what)) == 1


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("Yes.\n\nOn Mon, Mar 2, 2026 at 9:00 AM Sam <sam@x> wrote:\n> when?", "Yes."),
        ("Yes.\n\n-----Original Message-----\nFrom: Sam\nwhen?", "Yes."),
        ("Yes.\n\nFrom: Sam\nSent: Monday\nwhen?", "Yes."),
        ("\n Yes.\n-- \nErik", "Yes."),
        ("> quoted\n", ""),
        ("One the one hand\nwe wrote", "One the one hand\nwe wrote"),
    ],
)
def test_own_words(body: str, own: str) -> None:
    start, end = own_words(mail("a", "in", TODAY, body))
    assert body[start:end] == own


def test_a_question_is_in_the_senders_own_words() -> None:
    assert asks(mail("a", "out", TODAY, "Could you send it?"))
    assert not asks(mail("a", "out", TODAY, "Done.\n> Could you send it?"))
    assert not asks(mail("a", "out", TODAY, "See https://x.example/?a=1"))
    assert only_closes(mail("a", "in", TODAY, "Got it, will do."), 12)
    assert not only_closes(mail("a", "in", TODAY, "Greatly annoyed"), 12)


def inbound(*days: date) -> tuple[Message, ...]:
    return tuple(mail(f"m{day}", "in", day, "Thanks") for day in days)


# A mail every ten days until the last; the median gap is ten, so silence begins after thirty.
def steady(last: date, count: int = 5) -> tuple[Message, ...]:
    return inbound(*(last - timedelta(days=10 * n) for n in range(count)))


LATE = (item("K-1", date(2026, 4, 1)),)


@pytest.mark.parametrize(
    ("last", "count", "waiting", "fires"),
    [
        (TODAY - timedelta(days=31), 5, True, True),
        (TODAY - timedelta(days=30), 5, True, False),
        (TODAY - timedelta(days=31), 4, True, True),
        (TODAY - timedelta(days=31), 3, True, False),
        (TODAY - timedelta(days=31), 5, False, False),
    ],
)
def test_client_silent(last: date, count: int, waiting: bool, fires: bool) -> None:
    what = snapshot(engagements=OPEN, requests=LATE if waiting else (), messages=steady(last, count))
    found = raised(what, "client-silent")
    assert bool(found) is fires
    if fires:
        assert (found[0].due, found[0].cls, found[0].subject) == (last + timedelta(days=30), "B", "C1")


def test_silence_far_from_a_deadline_is_class_c_and_half_days_are_rounded_up() -> None:
    work = (engagement(template="bookkeeping"),)
    mails = inbound(date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 6), date(2026, 1, 7), date(2026, 1, 13))
    signal = only(snapshot(engagements=work, requests=LATE, messages=mails), "client-silent")  # gaps 1, 4, 1, 6
    assert signal.cls == "C" and signal.due == date(2026, 1, 21)  # 13 + 3 * 2.5


def test_an_open_question_of_ours_also_waits() -> None:
    last = TODAY - timedelta(days=40)
    asked = mail("q", "out", last + timedelta(days=1), "Did you sell the truck?")
    told = mail("q", "out", last + timedelta(days=1), "We filed it.")
    quiet = steady(last)
    assert raised(snapshot(messages=(*quiet, asked)), "client-silent") != []
    assert raised(snapshot(messages=(*quiet, told)), "client-silent") == []


def test_two_mails_of_one_moment_have_an_order() -> None:
    at = datetime(2026, 3, 2, 15, tzinfo=UTC)
    one, two = mail("a", "in", TODAY, "First?"), mail("b", "in", TODAY, "Second?", "a")
    mails = (replace(two, sent_at=at), replace(one, sent_at=at))
    assert only(snapshot(messages=mails), "message-unanswered") == only(
        snapshot(messages=mails[::-1]), "message-unanswered"
    )
