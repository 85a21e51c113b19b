"""Matters of a law firm: limitations, court dates with their roll, trust money, conflicts, fee agreements, contact."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import TODAY, bill, blind, engagement, mail, only, raised, snapshot, worked
from workspace.signals.names import near_name
from workspace.snapshot import (
    Engagement,
    EnteredDeadline,
    FirmPart,
    KnownName,
    Note,
    Party,
    Snapshot,
    TimeEntry,
    TrustEntry,
    TrustLedger,
)

LONG_AGO = date(2026, 1, 5)


def matter(**fields: Any) -> Engagement:
    known: dict[str, Any] = {"title": "Hess v. Harlan", "fee_type": "hourly", "letter_signed_on": LONG_AGO}
    return engagement(template="matter", **(known | fields))


def entered(title: str, due: date, **fields: Any) -> EnteredDeadline:
    known: dict[str, Any] = {"authority": "42 Pa. C.S. §5524", "engagement_id": "id-E1", "confirmed": True}
    return EnteredDeadline("d1", title, due, **(known | fields))


def dated(one: EnteredDeadline, **fields: Any) -> Snapshot:
    return snapshot(
        engagements=(matter(**fields),), entered=(one,), notes=(Note("n", TODAY, "s", "Call"),), parties=PARTIES
    )


PARTIES = (Party("p1", "id-E1", "Roland Hess", "client"), Party("p2", "id-E1", "Harlan Builders, LLC", "opponent"))


@pytest.mark.parametrize(
    ("off", "fires"),
    [(180, True), (181, False), (0, True), (-3, True)],
)
def test_limitations(off: int, fires: bool) -> None:
    due = TODAY + timedelta(days=off)
    found = raised(dated(entered("Statute of limitations, negligence", due)), "limitations")
    assert bool(found) is fires
    if fires:
        assert (found[0].due, found[0].nominal_due, found[0].cls) == (due, due, "A")
        assert "confirm" not in found[0].headline


def test_limitations_are_entered_ones_of_open_matters() -> None:
    soon = TODAY + timedelta(days=10)
    assert raised(dated(entered("Statute of limitations", soon), stage="done"), "limitations") == []
    assert raised(dated(entered("City licence", soon, authority="City code 3-11")), "limitations") == []
    assert "confirm" in only(dated(entered("Statute of repose", soon, confirmed=False)), "limitations").headline
    assert (
        only(
            dated(entered("Claim", soon, engagement_id=None, authority="Limitations, 28 U.S.C. §2401")), "limitations"
        ).engagement_ref
        is None
    )


def act(rule: str | None, start: date | None, due: date = TODAY, **fields: Any) -> EnteredDeadline:
    return entered("Answer", due, rule=rule, counted_from=start, authority="FRCP 12(a)(1)", **fields)


# Counted as FRCP 6 does: a Saturday rolls to Monday, Memorial Day to Tuesday, and mail adds three days to where it would have ended.
@pytest.mark.parametrize(
    ("one", "nominal", "due"),
    [
        (act("frcp-answer", date(2026, 2, 20)), date(2026, 3, 13), date(2026, 3, 13)),
        (act("frcp-answer", date(2026, 2, 20), by_mail=True), date(2026, 3, 16), date(2026, 3, 16)),
        (act("frcp-answer", date(2026, 2, 21)), date(2026, 3, 14), date(2026, 3, 16)),
        (act("frcp-answer", date(2026, 2, 21), by_mail=True), date(2026, 3, 19), date(2026, 3, 19)),
        (act("frcp-discovery", date(2026, 2, 12)), date(2026, 3, 14), date(2026, 3, 16)),
        (act("frcp-answer-waiver", date(2026, 2, 27)), date(2026, 4, 28), date(2026, 4, 28)),
        (act("frcp-service", date(2026, 1, 26)), date(2026, 4, 26), date(2026, 4, 27)),
        (act("frap-appeal", date(2026, 3, 6)), date(2026, 4, 5), date(2026, 4, 6)),
        (act("frap-appeal-united-states", date(2026, 2, 27)), date(2026, 4, 28), date(2026, 4, 28)),
        (act(None, None, date(2026, 3, 21)), date(2026, 3, 21), date(2026, 3, 21)),  # an order's own date stands
    ],
)
def test_court_deadline(one: EnteredDeadline, nominal: date, due: date) -> None:
    signal = only(dated(one), "court-deadline")
    assert (signal.nominal_due, signal.due, signal.cls) == (nominal, due, "A")


def test_a_state_holiday_rolls_where_the_court_sits() -> None:
    day = act("frcp-answer", date(2026, 3, 30))  # April 20 is Patriots' Day
    assert only(dated(day), "court-deadline").due == date(2026, 4, 20)
    assert only(dated(replace(day, court_state="MA")), "court-deadline").due == date(2026, 4, 21)


@pytest.mark.parametrize(
    ("one", "fields"),
    [
        (act(None, None, TODAY + timedelta(days=61)), {}),
        (act("frcp-service", date(2026, 3, 2)), {}),  # June 1
        (act("frcp-answer", date(2026, 2, 20)), {"stage": "done"}),
        (act("frcp-answer", date(2026, 2, 20)), {"template": "advisory"}),
    ],
)
def test_no_court_deadline(one: EnteredDeadline, fields: dict[str, Any]) -> None:
    what = (
        dated(one)
        if "template" not in fields
        else snapshot(engagements=(engagement(template="advisory"),), entered=(one,))
    )
    if "stage" in fields:
        what = dated(one, stage="done")
    assert raised(what, "court-deadline") == []


@pytest.mark.parametrize(("rule", "start"), [("frcp-answer", None), ("no-such-rule", TODAY), ("1040", TODAY)])
def test_a_rule_that_cannot_be_counted_is_a_blind_spot(rule: str, start: date | None) -> None:
    what = dated(act(rule, start))
    assert raised(what, "court-deadline") == []
    assert any("cannot be counted" in spot.why for spot in blind(what))


def ledger(*amounts: str, minimum: str | None = "2000.00", reconciled: date | None = date(2026, 1, 31)) -> TrustLedger:
    moves = tuple(TrustEntry(f"m{n}", LONG_AGO, Decimal(one), "") for n, one in enumerate(amounts))
    return TrustLedger("t1", "id-E1", Decimal(minimum) if minimum else None, reconciled, moves)


def held(one: TrustLedger, *time: TimeEntry, **parts: Any) -> Snapshot:
    return snapshot(
        engagements=(matter(),),
        trust=(one,),
        time=time,
        parties=PARTIES,
        notes=(Note("n", TODAY, "s", "Call"),),
        **parts,
    )


@pytest.mark.parametrize(
    ("one", "hours", "missing"),
    [
        (ledger("3000.00"), "10.01", Decimal("1.00")),  # $100 an hour
        (ledger("3000.00"), "10", None),
        (ledger("3000.00", "-3000.01", minimum=None), "0", Decimal("0.01")),
        (ledger("3000.00", "-3000.00", minimum=None), "50", None),
        (ledger("1999.99"), "0", Decimal("0.01")),
    ],
)
def test_trust_low(one: TrustLedger, hours: str, missing: Decimal | None) -> None:
    time = () if hours == "0" else (worked(date(2026, 2, 2), hours),)
    found = raised(held(one, *time), "trust-low")
    assert [(signal.dollars, signal.cls) for signal in found] == ([(missing, "A")] if missing is not None else [])


def test_billed_time_no_longer_draws_on_the_trust() -> None:
    time = worked(date(2026, 2, 2), "20")
    assert (
        raised(
            held(ledger("3000.00"), time, invoices=(bill("1", TODAY + timedelta(days=25), "9", on="E1"),)), "trust-low"
        )
        == []
    )
    later = replace(ledger("3000.00"), entries=(TrustEntry("m", TODAY + timedelta(days=1), Decimal(-9000), ""),))
    assert raised(held(later), "trust-low")[0].dollars == Decimal("2000.00")  # tomorrow's movement is not there yet
    unrated = replace(time, rate=None)
    assert any("no rate" in spot.why for spot in blind(held(ledger("3000.00"), unrated)))


@pytest.mark.parametrize(
    ("one", "today", "due"),
    [
        (ledger("1.00", reconciled=date(2025, 12, 31)), date(2026, 3, 2), None),  # January's 30 days end on it
        (ledger("1.00", reconciled=date(2025, 12, 31)), date(2026, 3, 3), date(2026, 3, 2)),
        (ledger("1.00", reconciled=date(2026, 1, 30)), date(2026, 3, 3), date(2026, 3, 2)),
        (ledger("1.00", reconciled=date(2026, 1, 31)), date(2026, 3, 30), None),
        (ledger("1.00", reconciled=None), TODAY, date(2026, 3, 2)),
        (ledger(reconciled=None), TODAY, None),
    ],
)
def test_trust_unreconciled(one: TrustLedger, today: date, due: date | None) -> None:
    assert [signal.due for signal in raised(held(one), "trust-unreconciled", today)] == ([due] if due else [])


def conflicts(*known: KnownName, parties: tuple[Party, ...] = PARTIES) -> Snapshot:
    part = FirmPart(LONG_AGO, TODAY, Decimal(1), 1, names=known)
    return snapshot(engagements=(matter(),), parties=parties, firm=part, notes=(Note("n", TODAY, "s", "Call"),))


@pytest.mark.parametrize(
    ("known", "hit"),
    [
        (KnownName("HARLAN BUILDERS", "client"), True),
        (KnownName("Harlen Builders Inc.", "client"), True),
        (KnownName("Harlan Bilders", "client"), True),
        (KnownName("Harlan Roofing, LLC", "client"), False),
        (KnownName("Harlan Builders, LLC", "opponent"), False),  # against them too
        (KnownName("Hess, Roland T.", "opponent"), True),
        (KnownName("Roland Hess", "client"), False),
        (KnownName("Lindqvist Cabinetry", "opponent"), True),  # the client itself
    ],
)
def test_conflict_hit(known: KnownName, hit: bool) -> None:
    assert bool(raised(conflicts(known), "conflict-hit")) is hit


def test_aliases_are_names_too_and_witnesses_no_conflict() -> None:
    alias = replace(PARTIES[1], name="Greystone", aliases=("Harlan Builders",))
    assert (
        only(conflicts(KnownName("Harlan Builders, LLC", "client"), parties=(alias,)), "conflict-hit").subject == "p2"
    )
    witness = replace(PARTIES[1], role="witness")
    assert raised(conflicts(KnownName("Harlan Builders, LLC", "client"), parties=(witness,)), "conflict-hit") == []


def test_a_matter_without_parties_is_a_blind_spot() -> None:
    assert any("conflicts with" in spot.what for spot in blind(conflicts(parties=())))
    assert blind(conflicts()) == ()


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Roland Hess", "hess, roland", True),
        ("Roland Hess", "Roland T. Hess", True),
        ("Roland Hess", "Roland Theodore Hess", True),
        ("Roland Hess", "Roland Hesse", False),  # a short word is meant as it stands
        ("Katherine Berg", "Katharine Berg", True),
        ("Keystone Bank", "Keystone Bank Building", False),
        ("Hess", "Hess Brothers", False),
        ("", "", False),
    ],
)
def test_near_names(one: str, other: str, near: bool) -> None:
    assert near_name(one, other) is near_name(other, one) is near


@pytest.mark.parametrize(
    ("fields", "fires"),
    [
        ({"letter_sent_on": LONG_AGO, "letter_signed_on": None}, True),
        ({"letter_signed_on": date(2026, 2, 3)}, True),
        ({"letter_signed_on": date(2026, 2, 2)}, False),
    ],
)
def test_fee_agreement_unsigned(fields: dict[str, Any], fires: bool) -> None:
    what = snapshot(engagements=(matter(**fields),), time=(worked(date(2026, 2, 2), "2"),), parties=PARTIES)
    found = raised(what, "fee-agreement-unsigned")
    assert bool(found) is fires and raised(what, "letter-unsigned") == []
    if fires:
        assert (found[0].due, found[0].dollars, found[0].cls) == (date(2026, 2, 2), Decimal("200.00"), "B")


def test_a_matter_without_an_agreement_on_record_is_a_blind_spot() -> None:
    what = snapshot(
        engagements=(matter(letter_signed_on=None),), time=(worked(date(2026, 2, 2), "2"),), parties=PARTIES
    )
    assert raised(what, "fee-agreement-unsigned") == []
    assert [spot.what for spot in blind(what) if "agreement" in spot.what] == ["whether a fee agreement covers E1"]


def silent(**parts: Any) -> Snapshot:
    return snapshot(engagements=(matter(started_on=date(2025, 11, 3)),), parties=PARTIES, **parts)


@pytest.mark.parametrize(
    ("parts", "due"),
    [
        ({}, date(2025, 12, 3)),
        ({"notes": (Note("n", date(2026, 2, 6), "s", "Spoke"),)}, date(2026, 3, 8)),
        ({"notes": (Note("n", date(2026, 2, 7), "s", "Spoke"),)}, None),  # thirty days ago
        ({"messages": (mail("m", "out", date(2026, 3, 2), "The status is this."),)}, None),
        ({"time": (replace(worked(date(2026, 3, 2), "1"), note="Call with client"),)}, None),
        ({"time": (replace(worked(date(2026, 3, 2), "1"), note="Research"),)}, date(2025, 12, 3)),
    ],
)
def test_no_client_contact(parts: dict[str, Any], due: date | None) -> None:
    assert [one.due for one in raised(silent(**parts), "no-client-contact")] == ([due] if due else [])


def test_a_matter_that_never_began_and_never_spoke_is_a_blind_spot() -> None:
    what = snapshot(engagements=(matter(),), parties=PARTIES)
    assert raised(what, "no-client-contact") == []
    assert any("last spoken to" in spot.what for spot in blind(what))
    assert raised(snapshot(engagements=(engagement(),)), "no-client-contact") == []
