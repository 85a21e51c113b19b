"""Wordings that no list holds word for word: a verb in any shape, who pays whom, which is more, which label fits better."""

from dataclasses import replace

import pytest

from workspace.evidence import DocumentEvidence
from workspace.tie_out import Fact, from_record, tie_out
from workspace.tie_out.direction import way_of
from workspace.tie_out.inflect import forms
from workspace.tie_out.labels import mentions


def known(kind: str, value: str, label: str) -> Fact:
    proof = DocumentEvidence("doc", "ver", 1, 0, len(value), value)
    return replace(from_record(label, kind, value, proof), label=label)


FACTS = (
    known("money", "4200.00", "amount due, notice CP2000, 2024"),
    known("money", "2480.00", "federal refund, 2025"),
    known("money", "1500.00", "payment to the IRS, 2024"),
    known("money", "36000.00", "distributions, Schedule K-1, 2025"),
    known("money", "640.00", "cleaning charge"),
    known("money", "1335.00", "painting charge"),
    known("money", "415000.00", "budgeted revenue, October 2025"),
    known("money", "428600.00", "revenue, October 2025"),
    known("money", "391200.00", "revenue, September 2025"),
    known("money", "840.00", "accuracy-related penalty, notice CP2000, 2024"),
    known("money", "-1350.25", "net income, August 2025"),
    known("period", "2025-08", "month before that"),
    known("money", "64200.00", "accounts payable, October 2025"),
    known("money", "410.00", "proposed write-off"),
    known("money", "185.00", "hourly rate"),
    known("percent", "31.25", "hours over budget"),
    known("percent", "5.25", "interest rate"),
    known("percent", "9.6", "change in revenue, October 2025 over September 2025"),
    known("count", "5", "days late, deposit"),
    known("count", "2", "open invoices"),
    replace(known("count", "60", "days to petition, from the assessment"), text="60 days"),
    known("period", "2025", "year"),
    known("period", "2025-10", "month closed"),
    known("period", "2025-09", "month before"),
    known("date", "2026-03-11", "date to answer by, notice CP2000, 2024"),
    known("date", "2026-02-09", "notice date, notice CP2000, 2024"),
    known("date", "2026-07-01", "expiry of the insurance certificate"),
    known("date", "2027-03-31", "lease end"),
    known("date", "2030-06-30", "maturity date"),
    known("name", "2025-CV-01184", "case number"),
    known("name", "Ruth Adelman", "opposing counsel"),
    known("name", "Luis Ortega", "contact"),
    known("tax_id", "38-4417205", "EIN"),
)

# A true wording, and the same with a wrong label, its errors found by one general means each.
PAIRS = [
    # who pays whom
    ("You already mailed the IRS $1,500.", "The IRS already mailed you $1,500."),
    ("The Treasury is sending you $2,480 for 2025.", "You have to send the Treasury $2,480 for 2025."),
    # a verb in any shape, with the figure inside
    ("You had taken $36,000 out of the company.", "You had put $36,000 into the company."),
    ("We propose to let $410 go.", "We propose to bill you $410 more."),
    # what stands at the figure wins over what stands in its clause
    ("They charged $640 for cleaning.", "They charged $640 for painting."),
    # what the words fit better, and what is never meant unsaid
    ("We had hoped for $415,000 in sales for October.", "Sales for October turned out to be $415,000."),
    # with customers or with suppliers, also in a negation that is drawn together
    (
        "The bills you haven't paid yet add up to $64,200.",
        "The bills your customers haven't paid yet add up to $64,200.",
    ),
    # opposites
    ("We went 31.25% over our budget.", "We went 31.25% under our budget."),
    ("The deposit came 5 days behind schedule.", "The deposit came 5 days ahead of schedule."),
    ("There are two invoices open.", "There are two invoices paid in full."),
    ("Sales jumped 9.6%.", "Sales slumped 9.6%."),
    # how often
    ("At $185 an hour.", "At $185 a day."),
    ("Interest runs at 5.25% a year.", "Interest runs at 5.25% a month."),
    # a day's paper, from when days run, what a day is by what follows
    ("The policy is good until July 1, 2026.", "The lease is good until July 1, 2026."),
    ("We have 60 days from the assessment.", "We have 60 days from the hearing."),
    (
        "Mark March 11, 2026 please: that's the last day to answer.",
        "Mark March 11, 2026 please: that's the day they wrote to us.",
    ),
    ("The loan is paid off on June 30, 2030.", "The loan was drawn on June 30, 2030."),
    # which is more
    ("Sales were $428,600, up from $391,200 in September.", "Sales were $391,200 in September, up from $428,600."),
    ("Sales rose to $428,600 from $391,200 in September.", "Sales fell to $428,600 from $391,200 in September."),
    # a period right behind its amount, or said by the one before
    ("Up from $391,200 (September 2025).", "Up from $391,200 (October 2025)."),
    ("The prior month's sales were $391,200.", "The prior month's sales were $428,600."),
    ("Revenue beat the budget of $415,000.", "Revenue beat the prior month's $415,000."),
    # what has changed, what a penalty is for
    ("Revenue grew 9.6%.", "Net income grew 9.6%."),
    ("The accuracy-related penalty is $840.", "The failure-to-file penalty is $840."),
    # of two nouns the one that says what it is
    ("In rebuttal of the $1,335 painting charge.", "In rebuttal of the $1,335 cleaning charge."),
    ("Of the tax refund, $2,480 is here.", "Of the tax refund, $4,200 is here."),
    # what is said "of" the figure itself, though another figure follows
    ("You have $64,200 of payables on $428,600 of sales.", "You have $64,200 of net income on $428,600 of sales."),
    # "before" a day is no "less"
    ("Answer before the deadline of March 11, 2026.", "Answer before the hearing of March 11, 2026."),
    # a loss in brackets, its verb broad
    ("August 2025 closed at ($1,350.25).", "Revenue was ($1,350.25)."),
    # who somebody is and which number it is
    ("The other side's lawyer is Ruth Adelman.", "Our star witness is Ruth Adelman."),
    ("The case number is 2025-CV-01184.", "The settlement check number is 2025-CV-01184."),
    ("The EIN at the top is 38-4417205.", "Your Social Security number at the top is 38-4417205."),
    # a first name in a sentence
    ("Before you sign, Luis, look at it again.", "Before you sign, Priscilla, look at it again."),
]


def untied(text: str) -> list[str]:
    return [mark.text for mark in tie_out(text, FACTS, guess_names=True) if mark.status == "untied"]


@pytest.mark.parametrize(("true", "wrong"), PAIRS)
def test_a_wording_nobody_listed_is_told_right(true: str, wrong: str) -> None:
    assert untied(true) == []
    assert untied(wrong)


def test_a_verb_is_known_in_every_shape() -> None:
    assert forms("remit") == ("remit", "remits", "remitted", "remitting")
    assert forms("carry") == ("carry", "carries", "carried", "carrying")
    assert forms("give") == ("give", "gives", "gave", "given", "giving")
    assert forms("deposit") == ("deposit", "deposits", "deposited", "depositing")
    for said in ("giving it back", "gave the money back", "given back"):
        (found,) = mentions("money", f"They were {said} today")
        assert found.text == said and "refund" in found.senses
    assert not mentions("money", "They gave it. Back then nobody asked")


def test_a_negation_is_known_in_both_spellings() -> None:
    for said in ("not been paid", "hasn't been paid", "hasn’t been paid"):
        assert any("balance" in one.senses for one in mentions("money", f"It has {said}".replace("has has", "has")))


@pytest.mark.parametrize(
    ("left", "way"),
    [
        ("The state is sending you ", "in"),
        ("You will get back ", "in"),
        ("You were refunded ", "in"),
        ("You sent the state ", "out"),
        ("They want you to pay ", "out"),
        ("You owe us ", "out"),
        ("We sent you a letter about ", ""),
        ("You paid them what they paid you, ", ""),
    ],
)
def test_which_way_money_goes(left: str, way: str) -> None:
    assert way_of(left) == way
