"""Arithmetic in words: what is negative is taken off, never added with a minus."""

import pytest

from workspace.deliverables.proof import resolve
from workspace.evidence import DerivedEvidence
from workspace.pages.words import evidence_in_words

SAID = {
    "sum(1200.00, 3000.00) = 4200.00": "1,200.00 + 3,000.00 = 4,200.00",
    "sum(1200.00, -300.00) = 900.00": "1,200.00 − 300.00 = 900.00",
    "sum(-1200.00, -300.00) = -1500.00": "−1,200.00 − 300.00 = −1,500.00",
    "difference(100.00, -20.00) = 120.00": "100.00 − (−20.00) = 120.00",
    "product(-5.00, 3) = -15.00": "−5.00 × 3 = −15.00",
    "ratio(53.97, 13) = 4.15": "53.97 ÷ 13 = 4.15",
}


@pytest.mark.parametrize(("formula", "said"), SAID.items())
def test_a_formula_as_a_person_writes_it(formula: str, said: str) -> None:
    assert evidence_in_words({"kind": "derived", "formula": formula}) == said
    assert resolve(None, DerivedEvidence(formula, ())).quote == said  # type: ignore[arg-type]


IN_WORDS = {
    "sum(682500.00) = 682500.00": "682,500.00",
    "share(1000.00, 4000.00) = 25.0": "1,000.00 of 4,000.00 is 25.0%",
    "change(1200.00, 3000.00) = -60.0": "from 3,000.00 to 1,200.00 is -60.0%",
    "days_between(2026-02-27, 2026-03-02) = 3": "2026-02-27 to 2026-03-02: 3 days",
}


@pytest.mark.parametrize(("formula", "said"), IN_WORDS.items())
def test_the_proof_beside_a_draft_is_in_words(formula: str, said: str) -> None:
    assert resolve(None, DerivedEvidence(formula, ())).quote == said  # type: ignore[arg-type]


def test_a_long_sum_is_cut_in_the_middle() -> None:
    formula = "sum(1.00, -2.00, 3.00, 4.00, -5.00) = 1.00"
    assert evidence_in_words({"kind": "derived", "formula": formula}) == "1.00 − 2.00 + … − 5.00 = 1.00"
