"""The six kinds, each drafted from a small snapshot: the text as it is sent, every figure of it traced, and no word beyond the facts."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.errors import Invalid
from tests.signals.builders import (
    CLIENT,
    STAFF,
    TODAY,
    bill,
    document,
    engagement,
    item,
    mail,
    notice,
    snapshot,
    worked,
)
from workspace.deliverables.compose import compose, template_writer
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.model import Draft
from workspace.deliverables.render.text import body_text
from workspace.deliverables.support import Printed
from workspace.deliverables.templates import parse, render
from workspace.snapshot import Contact, Notice, Payment, Person, Snapshot

ANNA = Contact("k1", "Anna Lindqvist", "anna@client.example", title="President", is_primary=True)
PAT = Person("p", "pat@firm.example", "Pat Alder", "partner", Decimal(40), Decimal(300))
PEOPLE = {"p": PAT, "s": STAFF}


def client(**parts: Any) -> Snapshot:
    """The client C1 with a contact and a partner who has a full name."""
    return snapshot(**({"contacts": (ANNA,), "people": PEOPLE} | parts))


def gathered(slug: str, what: Snapshot, engagement_ref: str | None = None, **choices: Any) -> Gathered:
    kind = KINDS[slug]
    return replace(kind.gather(what, TODAY, kind.occasion(what, TODAY, engagement_ref)), **choices)


def drafted(slug: str, what: Snapshot, engagement_ref: str | None = None, **choices: Any) -> Draft:
    """A draft in the firm's wording; whatever is drafted here has no untied figure, also where names are guessed."""
    facts = gathered(slug, what, engagement_ref, **choices)
    written = template_writer(slug)(facts)
    for free in (False, True):
        draft = compose(facts, replace(written, free=free))
        assert [mark["text"] for mark in draft.tickmarks if mark["status"] == "untied"] == []
        assert draft.tickmarks
    return draft


def text(draft: Draft, slug: str) -> str:
    sections = [{"title": one.title, "markdown": one.markdown} for one in draft.sections]
    return body_text(sections, "", headings=KINDS[slug].headings).strip()


FORM_1065 = engagement("E7", "1065", due=date(2026, 3, 16), stage="waiting-on-client")
FILES = client(
    engagements=(FORM_1065,),
    requests=(
        item("Bank statements for December", date(2026, 2, 27), "E7"),
        item("Form 8825 worksheet", date(2026, 3, 20), "E7"),
        item("Trial balance", date(2026, 2, 20), "E7", received=date(2026, 2, 18)),
    ),
)


def test_a_follow_up_asks_for_what_is_open_and_nothing_else() -> None:
    assert text(drafted("pbc-follow-up", FILES), "pbc-follow-up") == (
        "Dear Anna,\n\n"
        "We are working on the 2025 Form 1065 for Lindqvist Cabinetry, Inc. and have 1 of the 3 items we asked for. Thank you for "
        "what you have sent.\n\n"
        "This item is past the date we asked for:\n\n"
        "- Bank statements for December, asked for on February 13, 2026, due February 27, 2026\n\n"
        "One more is not due yet; you may send it along:\n\n"
        "- Form 8825 worksheet, due March 20, 2026\n\n"
        "The 2025 Form 1065 is due on March 16, 2026. If this item does not arrive in time for us to prepare and review the "
        "return, we will have to extend it. An extension gives more time to file; it does not give more time to pay.\n\n"
        "Please let us have it by March 11, 2026. If it does not apply to you, or you have already sent it, tell us and we will "
        "take it off the list. If the date does not work, reply with the one that does.\n\n"
        "Thank you for your help.\n\n"
        "Pat Alder, Partner"
    )


def test_a_follow_up_before_the_date_calls_nothing_late_and_asks_for_no_later_day() -> None:
    early = replace(FILES, requests=(item("Signed organizer", date(2026, 3, 12), "E7"),))
    said = text(drafted("pbc-follow-up", early), "pbc-follow-up")
    assert "This item has not reached us yet:" in said
    assert "past the date" not in said
    assert "by March 11, 2026" in said
    alone = replace(early, engagements=(replace(FORM_1065, due=None, template="bookkeeping"),))
    assert "by March 12, 2026" in text(drafted("pbc-follow-up", alone), "pbc-follow-up")


def test_what_came_in_since_is_to_be_looked_through_first() -> None:
    came = datetime(2026, 2, 20, 15, tzinfo=UTC)
    files = (
        replace(document("Inbox/scan1.pdf", "other"), source="upload", received_at=came),
        replace(document("Inbox/scan2.pdf", "other"), source="upload", received_at=came - timedelta(days=30)),
        replace(document("2025/old.pdf", "other"), source="load", received_at=came),
        replace(document("mail/m1.eml", "other"), source="mail", received_at=came),
    )
    letter = replace(mail("m1", "in", date(2026, 2, 20), "Here they are."), document_id="mail/m1.eml", subject="Bank")
    checks = drafted("pbc-follow-up", replace(FILES, documents=files, messages=(letter,))).checks
    assert "Look at the client's last mail, “Bank”: it may hold an item" in checks
    assert "One file of the client's came in since the request: see that no item of the list is among them" in checks


BILLS = client(
    invoices=(
        replace(bill("1001", date(2025, 12, 1), "1200.00"), payments=(Payment("y1", date(2026, 1, 5), Decimal(200)),)),
        bill("1002", date(2026, 1, 15), "340.50"),
        bill("1003", date(2026, 3, 31), "75"),
    )
)


def test_a_collection_mail_foots_and_says_what_was_paid() -> None:
    draft = drafted("collection-email", BILLS)
    assert text(draft, "collection-email") == (
        "Dear Anna,\n\n"
        "Our records show $1,340.50 past due on the account of Lindqvist Cabinetry, Inc. You may have paid in the last few days; if "
        "so, thank you, and please disregard this note.\n\n"
        "Invoice         Issued             Due                  Amount       Open\n"
        "1001            November 1, 2025   December 1, 2025  $1,200.00  $1,000.00\n"
        "1002            December 16, 2025  January 15, 2026    $340.50    $340.50\n"
        "Total past due                                                  $1,340.50\n\n"
        "The last payment we have recorded is $200.00 on January 5, 2026, toward invoice 1001. A further $75.00 has been billed and "
        "is not due yet.\n\n"
        "Please send payment within ten days, or reply with the date on which we may expect it. If paying in parts would help, tell us "
        "what works and we will put a schedule in writing. If something on an invoice looks wrong, tell us which line, and we will look "
        "into it before anything else happens.\n\n"
        "Thank you.\n\n"
        "Pat Alder, Partner"
    )
    derived = {mark["text"]: mark["evidence"]["formula"] for mark in draft.tickmarks if mark["status"] == "derived"}
    assert derived["$1,340.50"] == "sum(1000.00, 340.50) = 1340.50"
    assert derived["$1,000.00"] == "difference(1200.00, 200.00) = 1000.00"


def test_a_mail_of_the_client_that_speaks_of_a_bill_is_a_check() -> None:
    asked = replace(mail("m1", "in", date(2026, 2, 2), "I dispute the charge on this invoice."), subject="The bill")
    draft = drafted("collection-email", replace(BILLS, messages=(asked,)))
    assert any("“The bill”" in one for one in draft.checks)


def test_a_status_letter_proposes_an_extension_only_where_a_signal_does() -> None:
    behind = engagement("E1", due=date(2026, 3, 16), budget_hours=Decimal(60), stage="in-progress")
    near = engagement(
        "E2", due=date(2026, 3, 16), budget_hours=Decimal(1), stage="in-review", title="2025 State return"
    )
    said = text(drafted("status-letter", client(engagements=(behind, near))), "status-letter")
    assert "We may not be able to complete the 2025 Form 1120-S with the care it needs by March 16, 2026." in said
    assert "propose to file Form 7004" in said
    assert "here to September 15, 2026" in said
    assert "complete the 2025 State return" not in said
    assert "- 2025 State return: prepared, in our review; due March 16, 2026" in said


def test_a_letter_to_a_couple_greets_both() -> None:
    couple = replace(CLIENT, name="Erik & Anna Lindqvist", entity_type="1040", address="12 Mill Race Lane", city="York")
    what = client(client=couple, engagements=(engagement("E1", "1040", due=date(2026, 4, 15)),))
    said = text(drafted("status-letter", what), "status-letter")
    assert said.startswith("Erik & Anna Lindqvist\n12 Mill Race Lane\nYork, PA\n\nDear Erik and Anna,")
    assert "This is where our work for you stands" in said
    firm = replace(couple, name="Lindqvist & Daughters Plumbing, Inc.")
    assert "Dear Anna," in text(drafted("status-letter", replace(what, client=firm)), "status-letter")


def test_a_meeting_brief_says_what_is_owed_both_ways() -> None:
    what = client(
        engagements=(engagement("E1", due=date(2026, 3, 16)),),
        requests=(item("Signed organizer", date(2026, 3, 12), "E1"),),
        time=(worked(date(2026, 3, 2), "3.5"), worked(date(2026, 3, 3), "1.25")),
        invoices=BILLS.invoices,
        messages=(
            replace(mail("m1", "in", date(2026, 3, 3), "Can we call?"), sender="anna@client.example", subject="A call"),
            replace(mail("m2", "in", date(2026, 3, 4), "Thank you, got it."), subject="Done"),
        ),
        documents=(notice("CP2000", respond_by="2026-03-19"),),
    )
    said = text(drafted("meeting-brief", what), "meeting-brief")
    assert "- March 3, 2026: “A call” from Anna Lindqvist" in said
    assert "“Done” from" not in said  # a mere thanks waits for nothing
    assert "- Signed organizer, due March 12, 2026" in said
    assert re.search(r"2025 Form 1120-S: time used of 20 hours budgeted +4\.75 hours", said)
    assert re.search(r"of that past due +\$1,340\.50", said)
    assert "CP2000 waits for an answer; last day March 19, 2026; amount $1,000.00" in said
    assert "January 5, 2026: " not in said  # a payment of two months ago is no news


def test_an_empty_file_gives_a_brief_that_says_so() -> None:
    said = text(drafted("meeting-brief", client()), "meeting-brief")
    assert "The file shows no mail, no filing and no payment of the last weeks." in said
    assert "Nothing is open on either side." in said


LETTERS: list[tuple[str, str, str, dict[str, str]]] = [
    ("CP3219A", "petition the court is May 18, 2026", "This letter is not a petition", {"dated": "2026-02-17"}),
    ("LT11", "ask for the hearing is March 19, 2026", "requests a Collection Due Process hearing under", {}),
    ("CP12", "ask that the change be taken back is April 20, 2026", "within 60 days of the notice", {}),
    ("CP2000", "answer is March 19, 2026", "none of them is conceded", {"respond_by": "2026-03-19"}),
    ("CP503", "pay or answer is March 19, 2026", "hold collection for 60 days", {"respond_by": "2026-03-19"}),
    ("CP59", "answer is March 19, 2026", "looking into the return", {"respond_by": "2026-03-19"}),
    ("525", "answer is March 19, 2026", "does not accept the notice", {}),
]


@pytest.mark.parametrize(("number", "last_day", "position", "facts"), LETTERS, ids=[one[0] for one in LETTERS])
def test_a_notice_is_explained_and_answered(number: str, last_day: str, position: str, facts: dict[str, str]) -> None:
    read = notice(number, tax_year="2024", taxpayer_name="LINDQVIST CABINETRY, INC.", taxpayer_id="00-1234567", **facts)
    what = client(documents=(read,))
    explained = text(drafted("notice-explanation", what), "notice-explanation")
    assert f"The last day to {last_day}." in explained
    answer = drafted("notice-response", what)
    assert position in text(answer, "notice-response")
    assert "ending in 4567" in text(answer, "notice-response")
    assert not any("number on the notice" in one for one in answer.checks)


@pytest.mark.parametrize("number", ["LT11", "CP12", "CP3219A"])
def test_an_answer_after_the_last_day_claims_no_time(number: str) -> None:
    what = client(documents=(notice(number, "2025-09-01", tax_year="2023"),))
    said = text(drafted("notice-response", what), "notice-response")
    assert "within" not in said
    assert "before the time" not in said
    assert "was" in text(drafted("notice-explanation", what), "notice-explanation").split("The last day to ")[1][:60]


@pytest.mark.parametrize(("number", "how"), [("5071C", "in person"), ("105C", "suit")])
def test_what_is_not_answered_by_letter_gets_none(number: str, how: str) -> None:
    what = client(documents=(notice(number, tax_year="2024", respond_by="2026-03-19"),))
    drafted("notice-explanation", what)
    with pytest.raises(Invalid, match="no notice that waits for a letter"):
        drafted("notice-response", what)
    with pytest.raises(Invalid, match=how):
        KINDS["notice-response"].gather(what, TODAY, "notice:Notices/n.pdf")


def test_a_notice_of_another_taxpayer_is_the_first_check_of_both_letters() -> None:
    what = client(documents=(notice("CP2000", taxpayer_id="11-9999999", respond_by="2026-03-19"),))
    for slug in ("notice-explanation", "notice-response"):
        assert "not the client's" in drafted(slug, what).checks[0]


def test_a_state_is_told_nothing_of_the_federal_return() -> None:
    filed = engagement("E0", stage="filed", filed_on=date(2025, 3, 10), period_end=date(2024, 12, 31))
    filed = replace(filed, period_start=date(2024, 1, 1), title="2024 Form 1120-S")
    federal = client(engagements=(filed,), documents=(notice("CP2000", tax_year="2024", respond_by="2026-03-19"),))
    state = notice("REV-364", tax_year="2024", respond_by="2026-03-19", agency="Pennsylvania Department of Revenue")
    assert "was filed on March 10, 2025" in text(drafted("notice-response", federal), "notice-response")
    said = text(drafted("notice-response", replace(federal, documents=(state,))), "notice-response")
    assert "filed on" not in said
    assert said.startswith("Pennsylvania Department of Revenue\n")


def test_an_answered_notice_and_a_received_item_call_for_nothing() -> None:
    read = notice("CP2000", respond_by="2026-03-19")
    answered = replace(read, notice=Notice("n1", state="answered"))
    with pytest.raises(Invalid, match="has been answered"):
        KINDS["notice-response"].gather(client(documents=(answered,)), TODAY, "notice:Notices/n.pdf")
    got = replace(FILES, requests=(item("Bank statements", date(2026, 2, 2), "E7", received=TODAY),))
    with pytest.raises(Invalid, match="nothing of E7 is open"):
        KINDS["pbc-follow-up"].gather(got, TODAY, "request:E7@1")


@pytest.mark.parametrize("slug", ["pbc-follow-up", "status-letter", "collection-email", "meeting-brief"])
def test_the_short_and_the_warm_form_are_tied_too(slug: str) -> None:
    what = replace(FILES, invoices=BILLS.invoices)
    plain = text(drafted(slug, what), slug)
    assert len(text(drafted(slug, what, short=True), slug)) < len(plain)
    warm = text(drafted(slug, what, warm=True), slug)
    assert (warm != plain) is (slug != "meeting-brief")


names = st.text(
    alphabet=st.characters(categories=("L", "N", "P", "Zs", "Sm", "Sc"), max_codepoint=0x2FF), min_size=1, max_size=60
).filter(lambda one: bool(one.split()))


@given(st.lists(names, min_size=1, max_size=3), st.text(alphabet="ABCabc0123456789 -/#$%.,()", min_size=1, max_size=12))
@example(["Bank statements"], "A..0")
@example(["Bank statements"], "A..")
@example(["Bank statements"], "7..")
@settings(max_examples=60)
def test_whatever_a_record_is_called_its_figures_are_tied(items: list[str], number: str) -> None:
    """Names of request items and invoice numbers as people type them; the text says them and every figure in them has its record."""
    asked = tuple(replace(item(one, date(2026, 2, 20), "E7"), id=f"i{n}", item=one) for n, one in enumerate(items))
    numbered = (replace(bill("x", date(2026, 1, 2), "100.00"), number=number.strip() or "7"),)
    for slug in ("pbc-follow-up", "collection-email"):
        facts = gathered(slug, replace(FILES, requests=asked, invoices=numbered))
        draft = compose(facts, template_writer(slug)(facts))
        assert [mark["text"] for mark in draft.tickmarks if mark["status"] == "untied"] == []


def test_a_template_prints_only_what_was_gathered() -> None:
    template = parse("x", "+++\nversion = '1'\n+++\n## Opening\n\n{{ known }} and {{ made_up }}\n")
    assert render(template, {"known": Printed("yes"), "made_up": Printed("no")})[0].markdown == "yes and no"
    with pytest.raises(Invalid, match="was not gathered"):
        render(template, {"known": Printed("yes"), "made_up": "$500"})
    with pytest.raises(Invalid, match="made_up"):
        render(template, {"known": Printed("yes")})
