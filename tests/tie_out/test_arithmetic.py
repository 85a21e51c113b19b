"""Derived facts: computed once, computed again, and refused when formula, operands or evidence do not hold together."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Invalid
from workspace.deadlines import (
    Deadline,
    Override,
    deadlines_for,
    event_deadline,
    notice_deadline,
    payroll_deposit,
    return_deadline,
)
from workspace.deadlines.again import again
from workspace.evidence import DerivedEvidence, DocumentEvidence, MessageEvidence, RecordEvidence, from_json, to_json
from workspace.tie_out import Fact, derive, fact_from_json, fact_to_json, from_record, tie_out, verify_quote

cents = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 100)


def money(value: Decimal | str, name: str = "m") -> Fact:
    text = f"{Decimal(value):.2f}"
    return from_record(name, "money", text, RecordEvidence(f"row_{name}", "amount", text))


def day(value: str, name: str = "d") -> Fact:
    return from_record(name, "date", value, RecordEvidence(f"row_{name}", "date", value))


def evidence_of(fact: Fact) -> DerivedEvidence:
    assert isinstance(fact.evidence, DerivedEvidence)
    return fact.evidence


def test_each_formula_reads_as_it_was_computed() -> None:
    a, b = money("1200"), money("3000.00")
    formulas = [
        (derive.total("t", [a, b]), "sum(1200.00, 3000.00) = 4200.00", "$4,200.00"),
        (derive.difference("t", a, b), "difference(1200.00, 3000.00) = -1800.00", "-$1,800.00"),
        (derive.share("t", a, b), "share(1200.00, 3000.00) = 40.0", "40%"),
        (derive.change("t", a, b), "change(1200.00, 3000.00) = -60.0", "-60%"),
        (derive.ratio("t", b, a), "ratio(3000.00, 1200.00) = 2.50", "2.5"),
        (
            derive.days_between("t", day("2026-02-27"), day("2026-03-02")),
            "days_between(2026-02-27, 2026-03-02) = 3",
            "3 days",
        ),
        (derive.number_of("t", [a.evidence, b.evidence, a.evidence]), "count(2 rows) = 2", "2"),
    ]
    rate, hours = money("185"), from_record("h", "count", "2.5", RecordEvidence("t_1", "hours", "2.5"))
    formulas.append((derive.product("t", rate, hours), "product(185.00, 2.5) = 462.50", "$462.50"))
    for fact, formula, text in formulas:
        assert (evidence_of(fact).formula, fact.text) == (formula, text)
        assert derive.check(evidence_of(fact)) and derive.proves(fact), formula
        assert [tick.status for tick in tie_out(f"It is {text}.", [fact])] == ["derived"], text


@given(st.lists(cents, min_size=1, max_size=8))
def test_a_column_foots_and_a_wrong_total_never_does(amounts: list[Decimal]) -> None:
    parts = [money(amount, f"m{n}") for n, amount in enumerate(amounts)]
    total = derive.total("total", parts)
    assert Decimal(total.value) == sum(amounts)
    assert derive.check(evidence_of(total))
    wrong = evidence_of(total).formula.replace(f"= {total.value}", f"= {Decimal(total.value) + Decimal('0.01')}")
    assert not derive.check(DerivedEvidence(wrong, evidence_of(total).inputs))


@given(cents, cents)
def test_shares_and_changes_are_checked_at_the_decimals_they_are_given_with(part: Decimal, whole: Decimal) -> None:
    if not whole:
        with pytest.raises(Invalid, match="zero"):
            derive.share("s", money(part), money(whole))
        return
    for fact in (derive.share("s", money(part), money(whole)), derive.change("c", money(part), money(whole), places=0)):
        assert derive.proves(fact), fact


def test_arithmetic_on_arithmetic_is_checked_all_the_way_down() -> None:
    total = derive.total("total", [money("100"), money("300")])
    share = derive.share("share", money("100"), total)
    assert derive.proves(share)
    forged = DerivedEvidence("sum(100.00, 300.00) = 500.00", evidence_of(total).inputs)
    bad = DerivedEvidence("share(100.00, 500.00) = 20.0", (money("100").evidence, forged))
    assert not derive.check(bad)


@pytest.mark.parametrize(
    "formula",
    [
        "sum(100.00, 300.00) = 401.00",
        "sum(100.00, 200.00) = 300.00",  # no evidence says 200
        "sum(100.00) = 100.00",  # evidence left out
        "sum(100.00, 300.00, 0.00) = 400.00",
        "difference(100.00, 300.00) = 200.00",
        "divination(100.00, 300.00) = 400.00",
        "days_between(100.00, 300.00) = 200",
        "count(2 rows) = 3",
        "count(3 rows) = 3",
        "400.00",
        "",
    ],
)
def test_a_formula_that_does_not_hold_is_refused(formula: str) -> None:
    inputs = (money("100", "a").evidence, money("300", "b").evidence)
    assert not derive.check(DerivedEvidence(formula, inputs))
    assert derive.check(DerivedEvidence("sum(100.00, 300.00) = 400.00", inputs))


def test_operands_are_looked_for_in_the_quotes() -> None:
    page = DocumentEvidence("doc", "ver", 1, 0, 22, "Total assets    85,000")
    mail = MessageEvidence("m@x", 0, 14, "we paid $5,000")
    assets, paid = Fact("a", "money", "85000.00", "$85,000", page), Fact("p", "money", "5000", "$5,000", mail)
    assert derive.proves(derive.total("t", [assets, paid]))
    misread = Fact("a", "money", "58000.00", "$58,000", page)
    assert not derive.proves(derive.total("t", [misread, paid]))


@pytest.mark.parametrize(
    ("kind", "value", "quote", "says"),
    [
        ("money", "4200.00", "Amount due: $4,200.00", True),
        ("money", "4200.00", "Amount due 4200", True),
        ("money", "4200.00", "Amount due: $2,400.00", False),
        ("date", "2026-03-05", "respond by 03/05/2026", True),
        ("date", "2026-03-05", "respond by 05/03/2026", False),
        ("period", "2025", "TAX YEAR 2025", True),
        ("period", "2025", "TAX YEAR 2024", False),
        ("name", "Rivera Holdings LLC", "RIVERA HOLDINGS LLC, 12 Main St", True),
        ("name", "Rivera Holdings LLC", "RIVERA HOLDING CO", False),
        ("notice", "CP2000", "Notice CP2000", True),
    ],
)
def test_a_source_that_was_misread_does_not_support_its_fact(kind: str, value: str, quote: str, says: bool) -> None:
    evidence = DocumentEvidence("doc", "ver", 1, 0, len(quote), quote)
    assert derive.supported(from_record("f", kind, value, evidence)) is says


def _dates() -> list[Deadline | None]:
    sent, relief = date(2026, 3, 2), Override("IR-2026-9", date(2026, 12, 1))
    return [
        return_deadline("1065", date(2025, 12, 31)),
        return_deadline("1040", date(2025, 12, 31), extended=True),
        return_deadline("1040", date(2023, 12, 31), state="MA"),
        return_deadline("1040", date(2025, 12, 31), abroad=True),
        return_deadline("1099-MISC", date(2025, 12, 31), copy="e-file"),
        return_deadline("1120", date(2026, 6, 30), override=relief),
        return_deadline("706", date(2025, 5, 31)),
        notice_deadline("Letter 531", sent),
        notice_deadline("CP2000", sent, date(2026, 4, 4), abroad=True),
        notice_deadline("531", sent, date(2026, 4, 4), agency="State of Ohio"),
        event_deadline("2553", date(2026, 1, 1)),
        event_deadline("frcp-discovery", sent, by_mail=True, state="CA"),
        payroll_deposit(date(2026, 5, 22), lookback_total=Decimal("60000"), liability=Decimal("9000")),
        *deadlines_for("1120", "06-30", 2025),
    ]


@pytest.mark.parametrize("deadline", _dates(), ids=lambda one: f"{one.rule_id}-{one.due}")
def test_a_due_date_is_computed_again_from_what_it_says_of_itself(deadline: Deadline) -> None:
    computed = again(deadline.rule_id, deadline.form, deadline.inputs)
    assert (computed.due, computed.nominal, computed.rule_id) == (deadline.due, deadline.nominal, deadline.rule_id)
    starts = [
        day(value, key) for key, value in deadline.inputs.items() if len(value) == 10 and value[4] == value[7] == "-"
    ]
    fact = derive.due("due", deadline, starts)
    assert [tick.status for tick in tie_out(f"Due {fact.text}.", [fact])] == ["derived"]
    assert not derive.proves(derive.due("due", deadline, starts[1:])), "a date without its evidence"
    later = Fact("due", "date", "2030-01-02", "January 2, 2030", fact.evidence)
    assert not derive.proves(later)


def test_a_due_date_with_another_start_is_refused() -> None:
    deadline = return_deadline("1065", date(2025, 12, 31))
    wrong = derive.due("due", deadline, [day("2024-12-31")])
    assert not derive.proves(wrong)
    moved = evidence_of(wrong).formula.replace("= 2026-03-16", "= 2026-03-17")
    assert not derive.check(DerivedEvidence(moved, (day("2025-12-31").evidence,)))


def test_operands_of_two_types_are_not_added() -> None:
    with pytest.raises(Invalid, match="one type"):
        derive.total("t", [money("1"), from_record("c", "count", "1", RecordEvidence("r", "f", "1"))])
    with pytest.raises(Invalid, match="one type"):
        derive.total("t", [])
    with pytest.raises(Invalid, match="no number"):
        derive.total("t", [from_record("n", "name", "Maria", RecordEvidence("r", "f", "Maria"))])


def test_a_quote_is_verified_to_the_letter() -> None:
    page = "Amount due: $4,200.00 by March 5"
    assert verify_quote(page, 12, 21, "$4,200.00")
    assert not verify_quote(page, 12, 21, "$4,200.01")
    assert not verify_quote(page, 13, 22, "$4,200.00")
    assert not verify_quote(page, 12, 400, "$4,200.00")
    assert not verify_quote(page, -20, 21, "$4,200.00")
    assert not verify_quote(page, 12, 12, "")


def test_facts_and_their_arithmetic_survive_json() -> None:
    fact = derive.total("t", [money("100"), money("300")])
    assert fact_from_json(fact_to_json(fact)) == fact
    again_read = from_json(to_json(evidence_of(fact)))
    assert isinstance(again_read, DerivedEvidence) and derive.check(again_read)


@pytest.mark.parametrize(
    ("what", "of", "value"),
    [("extension_form", "1120-S", "7004"), ("extension_form", "1040", "4868"), ("signature_form", "1065", "8879-PE")],
)
def test_the_form_that_goes_with_a_return_is_proven_by_the_return(what: str, of: str, value: str) -> None:
    own = from_record("return", "form", of, RecordEvidence("engagement:E1", "template", of))
    fact = derive.form_with("form", what, own)
    (mark,) = tie_out(f"We will file Form {value}.", [fact])
    assert (mark.status, fact.text) == ("derived", f"Form {value}")
    assert fact_from_json(fact_to_json(fact)) == fact
    proof = fact.evidence
    assert isinstance(proof, DerivedEvidence)
    for formula in (f"{what}({of}) = 9999", f"{what}(1041-A) = {value}"):
        assert not derive.check(replace(proof, formula=formula))
    assert not derive.check(replace(proof, inputs=(RecordEvidence("engagement:E1", "template", "706"),)))


def test_a_return_without_such_a_form_has_none() -> None:
    own = from_record("return", "form", "941", RecordEvidence("engagement:E1", "template", "941"))
    with pytest.raises(Invalid, match="no extension form for Form 941"):
        derive.form_with("form", "extension_form", own)
