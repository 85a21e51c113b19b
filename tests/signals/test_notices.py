"""Notices: which families fire, on which dates, and what shows that one was answered."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.signals.builders import CLIENT, TODAY, blind, document, engagement, notice, only, raised, snapshot
from workspace.evidence import DerivedEvidence, DocumentEvidence
from workspace.signals.notice_reading import is_abroad, names
from workspace.snapshot import Notice, Postponement, Snapshot
from workspace.tie_out.derive import check


def of(*documents: object, **parts: object) -> Snapshot:
    return snapshot(documents=documents, **parts)


@pytest.mark.parametrize(
    ("number", "dated", "respond_by", "slug", "cls", "nominal", "due"),
    [
        # 90 days of Jan 6, 2026 are Monday, Apr 6
        ("CP3219A", "2026-01-06", "", "notice-deficiency", "A", "2026-04-06", "2026-04-06"),
        # … of Jan 5: Sunday, Apr 5, which moves; also where it is printed
        ("Letter 531", "2026-01-05", "", "notice-deficiency", "A", "2026-04-05", "2026-04-06"),
        ("CP3219N", "2026-01-05", "2026-04-05", "notice-deficiency", "A", "2026-04-05", "2026-04-06"),
        ("LT11", "2026-02-12", "", "notice-levy", "A", "2026-03-14", "2026-03-16"),
        # a printed date that equals the law's day does not stop the roll; an earlier one is kept to
        ("Letter 1058", "2026-02-12", "2026-03-14", "notice-levy", "A", "2026-03-14", "2026-03-16"),
        ("CP90", "2026-02-12", "2026-03-12", "notice-levy", "A", "2026-03-12", "2026-03-12"),
        ("CP11", "2026-01-20", "", "notice-math-error", "A", "2026-03-21", "2026-03-23"),
        ("CP12", "2026-02-17", "", "notice-math-error", "A", "2026-04-18", "2026-04-20"),
        ("Letter 3172", "2026-02-17", "2026-03-28", "notice-lien", "A", "2026-03-28", "2026-03-28"),
        ("105C", "2025-01-15", "", "refund-claim-disallowed", "A", "2027-01-15", "2027-01-15"),
        ("CP2000", "2026-02-17", "2026-03-19", "notice-underreporter", "B", "2026-03-19", "2026-03-19"),
        ("Letter 2030", "2026-02-17", "", "notice-underreporter", "B", "2026-03-19", "2026-03-19"),
        ("CP14", "2026-02-17", "2026-03-14", "notice-balance-due", "B", "2026-03-14", "2026-03-14"),
        ("CP14", "2026-02-17", "", "notice-balance-due", "B", "2026-03-10", "2026-03-10"),
        ("CP504B", "2026-02-17", "2026-03-21", "notice-balance-due", "B", "2026-03-21", "2026-03-21"),
        ("5071C", "2026-02-17", "", "notice-identity", "B", "2026-03-19", "2026-03-19"),
        ("CP2100A", "2026-02-17", "", "notice-withholding", "B", "2026-03-10", "2026-03-10"),
        ("972CG", "2026-02-17", "", "notice-withholding", "B", "2026-04-03", "2026-04-03"),
        ("CDP determination", "2026-02-12", "", "notice-cdp-determination", "A", "2026-03-14", "2026-03-16"),
        ("Letter 525", "2026-02-17", "", "notice-exam", "B", "2026-03-19", "2026-03-19"),
        ("Letter 226-J", "2026-01-05", "", "notice-exam", "B", "2026-04-05", "2026-04-06"),
        ("Letter 226-J", "2026-01-05", "2026-04-03", "notice-exam", "B", "2026-04-03", "2026-04-03"),
        ("CP59", "2026-02-17", "2026-03-19", "notice-nonfiler", "B", "2026-03-19", "2026-03-19"),
    ],
)
def test_dates_and_classes(
    number: str, dated: str, respond_by: str, slug: str, cls: str, nominal: str, due: str
) -> None:
    signal = only(of(notice(number, dated, respond_by=respond_by)), slug)
    assert (signal.cls, str(signal.nominal_due), str(signal.due)) == (cls, nominal, due)
    assert signal.dollars == Decimal("1000.00") and signal.basis == "fact" and signal.subject == "Notices/n.pdf"
    quotes = [one.quote for one in signal.evidence if isinstance(one, DocumentEvidence)]
    assert number in quotes and dated in quotes


def test_a_counted_date_is_derived_from_the_words_of_the_page() -> None:
    signal = only(of(notice("CP3219A", "2026-01-06")), "notice-deficiency")
    [derived] = [one for one in signal.evidence if isinstance(one, DerivedEvidence)]
    assert derived.formula == "due(notice-deficiency, CP3219A; notice=CP3219A; notice date=2026-01-06) = 2026-04-06"
    assert check(derived)


def test_abroad_there_are_150_days() -> None:
    letter = document(
        "a.pdf",
        "notice",
        taxpayer_name="Emily Castellano\n88 Rue de Rivoli\n75004 Paris\nFRANCE\n",
        agency="IRS",
        notice_number="CP3219A",
        notice_date="2026-01-06",
    )
    text = letter.text[0]
    name = letter.fact("taxpayer_name")
    assert name is not None
    shown = replace(name, value="Emily Castellano", quote="Emily Castellano", end=name.start + 16)
    abroad = replace(letter, facts=tuple(shown if f is name else f for f in letter.facts))
    assert text[shown.start : shown.end] == "Emily Castellano" and is_abroad(abroad)
    assert only(of(abroad), "notice-deficiency").nominal_due == date(2026, 6, 5)
    assert not is_abroad(notice("CP3219A", text="Mexico Road\nPhiladelphia, PA 19103"))


@pytest.mark.parametrize(
    ("last_line", "abroad"),
    [("Lisboa, Portugal, 1200-195", True), ("Lisboa, Portugal", True), ("Haddonfield, NJ 08033", False)],
)
def test_the_address_may_stand_above_the_line_that_the_name_was_read_from(last_line: str, abroad: bool) -> None:
    text = (
        f"IRS\n\nEmily Castellano\nRua das Flores 112\n{last_line}\n\nTaxpayer name | EMILY CASTELLANO\nTax form | 1040"
    )
    letter = notice("CP3219A", text=text)
    name = replace(letter.facts[0], name="taxpayer_name", value="EMILY CASTELLANO", start=text.rindex("EMILY"))
    shown = replace(name, quote=name.value, end=name.start + len(name.value))
    assert is_abroad(replace(letter, facts=(shown,), text=(text,))) is abroad


def test_a_state_notice_goes_by_its_printed_date_and_no_federal_rule() -> None:
    state = notice("CP14", respond_by="2026-03-21", agency="Pennsylvania Department of Revenue")
    signal = only(of(state), "notice-state")
    assert signal.due == date(2026, 3, 21) and raised(of(state), "notice-balance-due") == []


def test_without_a_date_the_notice_is_raised_and_the_date_is_a_blind_spot() -> None:
    what = of(notice("CP504", ""))
    assert only(what, "notice-balance-due").due is None
    assert any("CP504" in spot.what for spot in blind(what))
    assert only(of(notice("CP504", "", respond_by="2026-03-20")), "notice-balance-due").due == date(2026, 3, 20)


def test_a_notice_no_rule_knows_is_not_passed_over() -> None:
    assert any("CP71" in spot.what for spot in blind(of(notice("CP71"))))
    assert any("could not be read" in spot.why for spot in blind(of(notice(""))))
    assert blind(of(notice("CP2000"))) == ()


RECEIPT = {"carrier": "USPS", "mailed_on": "2026-02-20"}


@pytest.mark.parametrize(
    ("parts", "fires"),
    [
        ({}, True),
        ({"documents": (document("r.pdf", "mail-receipt", "Response to CP 2000", None, **RECEIPT),)}, False),
        ({"documents": (document("r.pdf", "mail-receipt", "Response to CP 2501", None, **RECEIPT),)}, True),
        ({"documents": (document("r.pdf", "mail-receipt", "CP2000", None, mailed_on="2026-02-16"),)}, True),
        ({"documents": (document("r.pdf", "mail-receipt", "CP2000"),)}, True),
        ({"engagements": (engagement("E9", "advisory", title="CP2000 response", stage="filed"),)}, False),
        ({"engagements": (engagement("E9", "advisory", title="CP2000 response", stage="in-review"),)}, True),
        ({"engagements": (engagement("E9", "advisory", title="CP20001 response", stage="done"),)}, True),
    ],
)
def test_what_counts_as_answered(parts: dict[str, tuple[object, ...]], fires: bool) -> None:
    documents = (notice("CP2000"), *parts.get("documents", ()))
    what = snapshot(documents=documents, engagements=parts.get("engagements", ()))
    assert bool(raised(what, "notice-underreporter")) is fires


def test_the_record_counts_over_the_page() -> None:
    letter = notice("CP2000", respond_by="2026-03-19")
    record = Notice("n", "IRS", "CP2000", date(2026, 2, 17), date(2026, 3, 24), confirmed=True)
    signal = only(of(replace(letter, notice=record)), "notice-underreporter")
    assert signal.due == date(2026, 3, 24) and signal.basis == "record" and "confirm" not in signal.why_now
    closed = replace(record, state="answered")
    assert raised(of(replace(letter, notice=closed)), "notice-underreporter") == []


def test_copies_of_the_same_bytes_are_one_notice() -> None:
    copy = replace(notice("CP2000", path="Inbox/n.pdf"), duplicate_of="Notices/n.pdf")
    assert len(raised(of(notice("CP2000"), copy), "notice-underreporter")) == 1


def test_a_refund_has_no_amount_at_risk() -> None:
    assert only(of(notice("CP12", amount_due="")), "notice-math-error").dollars is None
    assert only(of(notice("CP12", amount_due="-250.00")), "notice-math-error").dollars is None


def test_a_statewide_disaster_postponement_wins() -> None:
    storm = Postponement("PA-2026-01", date(2026, 3, 1), date(2026, 4, 30), date(2026, 7, 1))
    what = of(notice("LT11", "2026-02-12"), postponements=(storm,))
    assert only(what, "notice-levy").due == date(2026, 7, 1)
    county = replace(storm, county="Bucks")
    assert only(of(notice("LT11", "2026-02-12"), postponements=(county,)), "notice-levy").due == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("path", "dated", "fires"),
    [
        ("Inbox/n.pdf", "2026-03-05", True),  # Thursday: two business days by Monday
        ("Inbox/n.pdf", "2026-03-06", False),  # Friday: one
        ("2026/UNOPENED/n.pdf", "2026-03-05", True),
        ("Notices/n.pdf", "2026-03-05", False),
        ("Notices/Inbox.pdf", "2026-03-05", False),
    ],
)
def test_unopened(path: str, dated: str, fires: bool) -> None:
    found = raised(of(notice("CP503", dated, path, respond_by="2026-04-01")), "notice-unopened")
    assert bool(found) is fires
    if fires:
        assert found[0].due == date(2026, 3, 6) and found[0].subject == path


def test_opened_filed_or_answered_is_not_unopened() -> None:
    lying = notice("CP503", "2026-02-17", "Inbox/n.pdf", respond_by="2026-04-01")
    opened = replace(lying, opened_at=datetime(2026, 2, 18, tzinfo=UTC))
    filed = replace(notice("CP503", path="Notices/n.pdf"), duplicate_of=lying.id)
    answered = document("r.pdf", "mail-receipt", "CP503", None, mailed_on="2026-02-20")
    for what in (of(opened), of(lying, filed), of(lying, answered)):
        assert raised(what, "notice-unopened") == []
    undated = replace(notice("CP503", "", "Inbox/n.pdf"), received_at=datetime(2026, 3, 2, 15, tzinfo=UTC))
    assert only(of(undated), "notice-unopened").due == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "number", "named"),
    [
        ("Form 12153, Letter 1058", "L1058", True),
        ("LT-11 hearing", "LT11", True),
        ("our invoice 531", "Letter 531", False),
        ("CP 504 response", "CP504B", True),
        ("CP5040", "CP504", False),
        ("XCP504", "CP504", False),
    ],
)
def test_a_text_names_a_notice(text: str, number: str, named: bool) -> None:
    assert names(text, number) is named


def test_evidence_does_not_change_with_the_day() -> None:
    what = of(notice("CP503", "2026-02-17", "Inbox/n.pdf", respond_by="2026-04-01"))
    for slug in ("notice-balance-due", "notice-unopened"):
        assert only(what, slug).evidence_hash == only(what, slug, date(2026, 3, 20)).evidence_hash


def test_another_clients_key_is_another() -> None:
    one = only(of(notice("CP2000")), "notice-underreporter")
    other = only(of(notice("CP2000"), client=replace(CLIENT, ref="C2")), "notice-underreporter")
    assert one.key != other.key and one.key == only(of(notice("CP2000")), "notice-underreporter", TODAY).key
