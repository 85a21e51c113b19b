"""Promises and asks in what people write: the day that words mean, what binds whom, where a sentence ends, what shows a promise kept."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.signals.builders import bill, document, item, mail, only, raised, snapshot
from workspace.evidence import MessageEvidence
from workspace.promises import how_kept, is_ask, said_in_mail, said_in_note
from workspace.promises.reading import promise_in, promises_of
from workspace.promises.sentences import sentences
from workspace.promises.when import when_in
from workspace.snapshot import Message, Note, Snapshot

WEDNESDAY = date(2026, 3, 4)
SLUG = "promise-due"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by Friday", "2026-03-06"),
        ("by next Friday", "2026-03-13"),
        ("on Wednesday", "2026-03-11"),
        ("tomorrow at ten", "2026-03-05"),
        ("the day after tomorrow", "2026-03-06"),
        ("EOD", "2026-03-04"),
        ("by the end of the day", "2026-03-04"),
        ("this afternoon", "2026-03-04"),
        ("by EOD Friday", "2026-03-06"),
        ("by the end of the week", "2026-03-06"),
        ("next week", "2026-03-13"),
        ("early next week", "2026-03-11"),
        ("end of the month", "2026-03-31"),
        ("by month-end", "2026-03-31"),
        ("by the end of next month", "2026-04-30"),
        ("end of March", "2026-03-31"),
        ("end of February", "2027-02-28"),
        ("by the 15th", "2026-03-15"),
        ("by the 2nd", "2026-04-02"),
        ("by March 20", "2026-03-20"),
        ("by January 15", "2027-01-15"),
        ("by April 2, 2026", "2026-04-02"),
        ("on the 2nd of April", "2026-04-02"),
        ("by 3/15", "2026-03-15"),
        ("by 2026-03-15", "2026-03-15"),
        ("within two weeks", "2026-03-18"),
        ("in 3 business days", "2026-03-09"),
        ("in a couple of days", "2026-03-06"),
        ("by March 1, 2025", None),  # past
        ("soon", None),
        ("by February 30", None),
        ("by 13/45", None),
    ],
)
def test_the_day_that_words_mean(words: str, day: str | None) -> None:
    found = when_in(f"send it {words}", WEDNESDAY)
    assert (found.day.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("sentence", "what", "day"),
    [
        ("I will send the K-1 by Friday.", "send the K-1", "2026-03-06"),
        ("We'll have the draft to you by the end of the week.", "have the draft to you", "2026-03-06"),
        ("I have looked into it and will call you tomorrow at ten.", "call you", "2026-03-05"),
        ("You will have the return by March 10.", "have the return", "2026-03-10"),
        ("Your return will be filed by Friday.", "Your return will be filed", "2026-03-06"),
        ("By Friday I will send the rest.", "send the rest", "2026-03-06"),
        ("I'll drop off the W-2s on Monday", "drop off the W-2s", "2026-03-09"),
        ("I can get it to you by Monday.", "get it to you", "2026-03-09"),
        ("I will send it.", "send it", None),
    ],
)
def test_what_is_promised(sentence: str, what: str, day: str | None) -> None:
    found = promise_in(sentence, WEDNESDAY)
    assert found is not None and (found[0], found[1].isoformat() if found[1] else None) == (what, day)


@pytest.mark.parametrize(
    "sentence",
    [
        "If you need it, I will send it Friday.",
        "The bank will send the statement by Friday.",
        "I won't be able to send it by Friday.",
        "I will not send it by Friday.",
        "I will be in Portugal until June.",
        "I would send it by Friday.",
        "Can you send it by Friday?",
        "Shall I send it by Friday?",
        "I can call you.",
        "I will let you know if anything is missing.",
        "The refund will be sent by the IRS by March 20.",
        "We will go to the beach on Saturday.",
        "She sent it on Friday.",
    ],
)
def test_what_is_no_promise(sentence: str) -> None:
    assert promise_in(sentence, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Mr. Salas of Acme Inc. wrote.", ["Mr. Salas of Acme Inc. wrote."]),
        ("Hi Tom,\n\nI will call. Bye", ["Hi Tom,", "I will call.", "Bye"]),
        (
            "I will send the signed engagement letter and the\nrest by Friday.",
            ["I will send the signed engagement letter and the\nrest by Friday."],
        ),
        ("We need:\n- the lease\n- the K-1", ["We need:", "- the lease", "- the K-1"]),
        ("Call at 10 a.m. Tomorrow is fine.", ["Call at 10 a.m.", "Tomorrow is fine."]),
        ("", []),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == found


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("Can you call me?", True),
        ("Please send what you have so far.", True),
        ("Could we talk about the lease?", True),
        ("Let me know when you can send the maps.", True),
        ("I would like you to review the draft.", True),
        ("Attached is what I have so far.", False),
        ("Thanks, see you then.", False),
        ("Noted, I have set up a rule.", False),
        ("To unsubscribe, update your e-mail preferences.", False),
        ("He told us about the new building.", False),
    ],
)
def test_asks(sentence: str, asks: bool) -> None:
    assert is_ask(sentence) is asks


def test_a_mail_says_who_owes_what_and_where_it_stands() -> None:
    body = "Hi Sam,\n\nThanks. I will send the K-1 by Friday. Can you call me?\n\nOn Monday you wrote:\n> We will file by Thursday."
    promise, ask = said_in_mail(mail("m", "in", WEDNESDAY, body), WEDNESDAY)
    assert (promise.kind, promise.owes, promise.due) == ("promise", "client", date(2026, 3, 6))
    assert (ask.kind, ask.owes, ask.due, ask.quote) == ("ask", "us", None, "Can you call me?")
    for one in (promise, ask):
        assert body[one.start : one.end] == one.quote
        assert one.evidence == MessageEvidence("m", one.start, one.end, one.quote)


@pytest.mark.parametrize(
    ("text", "owes", "day"),
    [
        ("Client will send the K-1 by Friday.", "client", "2026-03-06"),
        ("Promised to call her back by the 15th.", "us", "2026-03-15"),
        ("Erik will drop off the lease tomorrow.", "client", "2026-03-05"),
        ("I will send the draft on Monday.", "us", "2026-03-09"),
    ],
)
def test_notes(text: str, owes: str, day: str) -> None:
    (said,) = said_in_note(Note("n", WEDNESDAY, "s", text))
    assert (said.owes, said.due) == (owes, date.fromisoformat(day))
    assert said_in_note(Note("n", WEDNESDAY, "s", "Prefers mail over phone, before noon.")) == ()


OURS = mail("a", "out", WEDNESDAY, "I will send the projection by March 6.")
THEIRS = mail("a", "in", WEDNESDAY, "I will send the K-1 by March 6.")


def later(direction: str, words: str, thread: str = "a", at: date = date(2026, 3, 5)) -> Message:
    return mail(f"later-{thread}", direction, at, words, thread=thread)


@pytest.mark.parametrize(
    ("first", "more", "kept"),
    [
        (OURS, {}, False),
        (OURS, {"messages": (later("out", "The projection is attached."),)}, True),
        (OURS, {"messages": (later("out", "The projection is attached.", thread="b"),)}, True),
        (OURS, {"messages": (later("out", "Your return was filed.", thread="b"),)}, False),  # of something else
        (OURS, {"messages": (later("in", "The projection is attached."),)}, False),  # the other side's word
        (OURS, {"messages": (later("out", "We are still at it."),)}, False),
        (OURS, {"messages": (later("out", "I will send the projection by March 20."),)}, True),  # promised anew
        (OURS, {"notes": (Note("n", date(2026, 3, 6), None, "Sent the projection by courier."),)}, True),
        (
            mail("a", "out", WEDNESDAY, "I will call you tomorrow."),
            {"notes": (Note("n", date(2026, 3, 5), None, "Spoke with her."),)},
            True,
        ),
        (
            mail("a", "out", WEDNESDAY, "I will call you tomorrow."),
            {"notes": (Note("n", date(2026, 3, 5), None, "Sent a bill."),)},
            False,
        ),
        (THEIRS, {}, False),
        (THEIRS, {"documents": (document("K-1.pdf", "k-1", tax_year="2025"),)}, True),
        (THEIRS, {"documents": (document("K-1.pdf", "k-1", tax_year="2024"),)}, False),  # last year's
        (THEIRS, {"requests": (item("K-1 of the partnership", None, received=date(2026, 3, 5)),)}, True),
        (THEIRS, {"requests": (item("K-1 of the partnership", None, received=date(2026, 3, 1)),)}, False),
        (
            mail("a", "in", WEDNESDAY, "I will pay the bill by March 6."),
            {"invoices": (bill("1", date(2026, 3, 5), "10", paid="10"),)},
            True,
        ),
        (
            mail("a", "in", WEDNESDAY, "I will pay the bill by March 6."),
            {"invoices": (bill("1", date(2026, 3, 2), "10", paid="10"),)},
            False,
        ),
    ],
)
def test_what_shows_a_promise_kept(first: Message, more: dict[str, Any], kept: bool) -> None:
    messages = (first, *more.pop("messages", ()))
    what = snapshot(messages=messages, **more)
    promise = next(one for one in promises_of(what) if one.source == "a")
    assert (how_kept(what, promise) is not None) is kept


def of(words: str, direction: str = "out") -> Snapshot:
    return snapshot(messages=(mail("a", direction, WEDNESDAY, words),))


@pytest.mark.parametrize(
    ("day", "fires"),
    [("March 12", True), ("March 13", False), ("March 9", True), ("March 5", True)],
)
def test_a_promise_is_raised_three_days_before_its_day(day: str, fires: bool) -> None:
    assert bool(raised(of(f"I will send the projection by {day}."), SLUG)) is fires


def test_a_promise_of_long_ago_is_let_go() -> None:
    body = "I will send the projection by December 9."
    old = snapshot(messages=(mail("a", "out", date(2025, 12, 8), body),))
    assert raised(old, SLUG, date(2026, 3, 9)) != [] and raised(old, SLUG, date(2026, 3, 10)) == []


def test_ours_and_theirs_are_told_apart() -> None:
    ours, theirs = (
        only(of("I will send the projection by March 6."), SLUG),
        only(of("I will send the K-1 by March 6.", "in"), SLUG),
    )
    assert (ours.cls, ours.due, ours.waits_on_client) == ("C", date(2026, 3, 6), False)
    assert (
        ours.headline.startswith("We promised")
        and theirs.headline.startswith("They promised")
        and theirs.waits_on_client
    )


def test_two_promises_of_one_mail_are_two_signals() -> None:
    found = raised(of("I will send the projection by March 6. I will call the lender by March 5."), SLUG)
    assert [one.subject for one in found] == ["a", "a#2"]


def test_what_is_quoted_and_undated_is_not_raised() -> None:
    quoted = "Thanks.\n\nOn Monday you wrote:\n> I will send the projection by March 6."
    undated = replace(mail("a", "out", WEDNESDAY, "I will send the projection by March 6."), sent_at=None)
    assert raised(of(quoted), SLUG) == [] and raised(snapshot(messages=(undated,)), SLUG) == []
