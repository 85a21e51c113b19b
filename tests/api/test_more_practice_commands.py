"""Refunds, recurring fees, one price, court dates, fee agreements and the way into the portal on the command line: what each answers, who
may, and what is refused in one line."""

import pytest
from sqlalchemy import select

from api.wiring import Services
from store import tables
from tests.api.conftest import Say

ANA, SOL, BEN = (("--as", f"{name}@alder.example") for name in ("ana", "sol", "ben"))
WHY = ("--reason", "agreed with the client")


def test_credit_is_given_back(say: Say) -> None:
    say("money", "refund", "2026-001", "10", *WHY, *ANA, refused="at most 0.00")
    say("money", "pay", "2026-001", "2500", *ANA)
    say("money", "refund", "2026-001", "50", *WHY, *SOL, refused="payment:record")
    say("money", "refund", "2026-001", "9999", *WHY, *ANA, refused="at most 500.00")
    say("money", "refund", "2026-001", "50", *WHY, "--on", "2030-01-01", *ANA, refused="a day up to today")
    say("money", "refund", "2026-001", "50", *WHY, "--method", "gold", *ANA, refused="check")
    say("money", "refund", "2026-001", "fifty", *WHY, *ANA, refused="an amount like")
    say("money", "refund", "9999-999", "50", *WHY, *ANA, refused="9999-999")
    found = say("money", "refund", "2026-001", "200", *WHY, "--json", *ANA)
    assert found["balance"] == "-300.00" and found["id"].startswith("pay_")
    told = say("money", "refund", "2026-001", "300", *WHY, "--method", "ach", *ANA)
    assert "Credit left on 2026-001: 0.00" in told and "No money was moved" in told


def test_a_fee_recurs_until_it_is_ended(say: Say) -> None:
    assert say("money", "recurring", *ANA) == "No fee recurs.\n"
    begin = ("money", "recur", "C001", "450", "--first", "2026-01-01")
    say(*begin, "--every", "2", *ANA, refused="every 1, 3, 6 or 12 months")
    say(*begin, *SOL, refused="invoice:write")
    say("money", "recur", "C001", "0", "--first", "2026-01-01", *ANA, refused="more than 0")
    say("money", "recur", "C001", "450", "--first", "soon", *ANA, refused="--first is 'soon', not a day")
    say("money", "recur", "C404", "450", "--first", "2026-01-01", *ANA, refused="C404")
    made = say(*begin, "--every", "1", "--text", "Bookkeeping", "--json", *ANA)["id"]
    assert f"{made}  C001" in say("money", "recurring", "--client", "C001", *ANA)
    say("money", "recurring", *SOL, refused="rates:see")
    drafts = say("money", "draft-recurring", "--json", *ANA)["drafts"]
    assert len(drafts) == 3 and say("money", "draft-recurring", *ANA) == "No fee is due.\n"
    assert "450.00" in say("money", "issue", drafts[0], *ANA)
    assert say("money", "recurring", "--json", *ANA)[0]["next_on"] == "2026-04-01"
    assert "drafted no more" in say("money", "end-recurring", made, *ANA)
    say("money", "end-recurring", made, *ANA, refused="ended already")
    say("money", "end-recurring", "fee_none", *ANA, refused="there is no recurring fee fee_none")
    assert say("money", "recurring", "--json", *ANA) == []


def test_one_price_is_set(say: Say) -> None:
    say("letters", "price", "return-1040", "950", *ANA, refused="say --title, --kind, --pricing too")
    new = ("--title", "Individual return", "--kind", "1040", "--pricing", "fixed")
    say("letters", "price", "return-1040", "950", *new, *SOL, refused="template:write")
    assert say("letters", "price", "return-1040", "950", *new, "--json", *ANA)["price"] == "950.00"
    told = say("letters", "price", "return-1040", "1,025.50", *ANA)
    assert "return-1040: Individual return, 1,025.50 fixed" in told and "keep their price" in told
    say("letters", "price", "return-1040", "dear", *ANA, refused="the price is 'dear'")
    say("letters", "price", "return-1040", "--kind", "poetry", *ANA, refused="is no kind of work")
    say("letters", "price", "return-1040", "--pricing", "recurring", *ANA, refused="every how many months")
    act = say("letters", "price", "return-1040", "--covers", "Form 1040", "--no-offer", "--json", *ANA)
    assert (act["price"], act["scope"], act["active"], act["title"]) == (
        "1025.50",
        "Form 1040",
        False,
        "Individual return",
    )
    assert "return-1040" not in say("letters", "prices", *ANA)
    say("undo", act["act"], *ANA)
    assert "1,025.50" in say("letters", "prices", *ANA)


def test_dates_are_counted_corrected_and_confirmed_by_another(say: Say) -> None:
    ref = say("matters", "open", "C001", "Harbor v. Harlan", "--json", *ANA)["ref"]
    served = ("matters", "event", ref, "complaint-served", "2026-02-02")
    seen = say(*served, "--by-mail", "--preview", "--json", *ANA)
    assert len(seen) == 1 and say("matters", "dates", ref, *ANA) == "No date is entered.\n"
    say("matters", "event", ref, "complaint-lost", "2026-02-02", *ANA, refused="an event is one of complaint-filed")
    say("matters", "event", ref, "complaint-served", "2031-02-02", *ANA, refused="once it happened")
    say("matters", "event", ref, "complaint-served", "in May", *ANA, refused="--on is 'in May', not a day")
    say("matters", "event", ref, "complaint-served", "2026-02-02", "--state", "XX", *ANA, refused="XX is no state")
    say("matters", "event", "M404", "complaint-served", "2026-02-02", "--preview", *ANA, refused="no matter M404")
    made = say(*served, "--json", *ANA)
    say(*served, *ANA, refused="entered already")
    [first] = made["dates"]
    moved = say("matters", "correct", made["id"], "2026-02-09", "--preview", "--json", *ANA)
    assert [one["moves"] for one in moved] == [True]
    say("matters", "correct", made["id"], "2026-02-09", *ANA, refused="say why it was wrong")
    say("matters", "confirm", first["id"], *ANA, refused="ask a second person")
    say("matters", "correct", "cev_none", "2026-02-09", *WHY, *ANA, refused="there is no event cev_none")
    told = say("matters", "correct", made["id"], "2026-02-09", *WHY, *ANA)
    assert f"{first['due']} becomes {moved[0]['after']}" in told
    own = say("matters", "date", ref, "Expert reports", "2026-06-01", "--authority", "Order of Feb 3", "--json", *ANA)
    say("matters", "date", ref, "Expert reports", "2026-06-01", "--authority", " ", *ANA, refused="where it comes from")
    listed = say("matters", "dates", ref, "--json", *ANA)
    assert [one["title"] for one in listed["dates"]][-1] == "Expert reports" and len(listed["events"]) == 1
    text = say("matters", "dates", ref, *ANA)
    assert "to be confirmed by a second person" in text and "Order of Feb 3" in text and made["id"] in text
    say("undo", own["act"], *ANA)
    assert "Expert reports" not in say("matters", "dates", ref, *ANA)


def test_a_fee_is_agreed_and_a_recovery_worked_out(say: Say) -> None:
    ref = say("matters", "open", "C001", "Harbor v. Harlan", "--json", *ANA)["ref"]
    assert "No fee agreement is entered" in say("matters", "fee", ref, *ANA)
    say("matters", "settle", ref, "1000", *ANA, refused="no fee agreement is entered")
    agree = ("matters", "agree", ref)
    say(*agree, "contingent", "--percent", "33.33", *ANA, refused="whether costs come off first")
    say(*agree, "contingent", "--percent", "33.33", "--costs", "never", *ANA, refused="--costs first, or --costs last")
    say(*agree, "barter", *ANA, refused="hourly, flat, contingent, hybrid")
    say(*agree, "hourly", "--rate", "lots", *ANA, refused="the rate is 'lots'")
    say(*agree, "flat", "--flat", "500", *SOL, refused="letter:write")
    say(*agree, "flat", "--flat", "500", "--document", "doc_none", *ANA, refused="document")
    kept = say(
        *agree, "contingent", "--percent", "33.33", "--costs", "first", "--sent-on", "2026-03-01", "--json", *ANA
    )
    assert kept["terms"]["costs_first"] is True and kept["act"] and "is not signed" in kept["lacks"][0]
    assert "33.33 % of the recovery, costs first, sent 2026-03-01" in say("matters", "fee", ref, *ANA)
    found = say("matters", "settle", ref, "90,000", "--costs", "15000", "--json", *ANA)
    assert (found["fee"], found["client"]) == ("24997.50", "50002.50")
    assert "to the client" in say("matters", "settle", ref, "90000", *ANA)
    say("matters", "settle", ref, "100", "--costs", "900", *ANA, refused="more than the recovery")


@pytest.fixture
def contact(services: Services) -> str:
    """The address of a contact of C001."""
    with services.database.writing() as session:
        row = session.scalars(
            select(tables.Contact)
            .join(tables.ClientContact)
            .join(tables.Client)
            .where(tables.Client.ref == "C001", tables.Contact.email.is_not(None))
            .order_by(tables.Contact.name)
        ).first()
        assert row is not None and row.email is not None
        return row.email


def test_a_contact_is_let_in_and_her_way_taken_back(say: Say, contact: str) -> None:
    assert f"<{contact}>: not let in" in say("portal", "show", "C001", *ANA)
    say("portal", "invite", "C001", "nobody@else.example", *ANA, refused="name one contact of C001")
    say("portal", "invite", "C404", contact, *ANA, refused="C404")
    say("portal", "invite", "C001", contact, "--mail", *ANA, refused="there is no mail server")
    say("portal", "invite", "C001", contact, "--list", "req_none", *ANA, refused="no such list")
    say("portal", "invite", "C001", contact, "--also", "C404", *ANA, refused="C404")
    say("portal", "revoke", "C001", contact, *ANA, refused="has no way in")
    link = say("portal", "invite", "C001", contact.upper(), "--json", *ANA)
    assert "/portal/in/" in link["url"] and link["until"]
    again = say("portal", "invite", "C001", link["contact"], *ANA)
    assert "Shown once" in again and link["url"] not in again
    here = say("portal", "show", "C001", "--json", *ANA)
    assert next(one for one in here["contacts"] if one["id"] == link["contact"])["state"] == "in"
    say("portal", "invite", "C002", contact, *BEN, refused="C002")
    assert "Taken back" in say("portal", "revoke", "C001", contact, *ANA)
    assert f"<{contact}>: way in taken back" in say("portal", "show", "C001", *ANA)
