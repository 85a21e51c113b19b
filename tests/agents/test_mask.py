"""Identifying numbers go out as tokens and come back; amounts and dates stay. Measured on the PII pack where it lies beside."""

import os
from pathlib import Path

import pytest

from agents.mask import mask, unmask
from evals.runner import figures
from evals.tasks.pii import cases, go_out, score

PACK = (
    Path(os.environ.get("TICKMARK_REAL_DATA", Path(__file__).resolve().parents[3] / "shared/data/real"))
    / "pii/spans.jsonl"
)


def masked(text: str, *known: str) -> str:
    return mask({"text": text}, known).inputs["text"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Her SSN is 460-89-9847.", "Her SSN is [SSN-1]."),
        ("SSN 460 89 9847", "SSN [SSN-1]"),
        ("EIN: 47-1234567", "EIN: [EIN-1]"),
        ("tax id 471234567", "tax id [TAXID-1]"),
        ("card 4007 0707 5369 0781, exp", "card [CARD-1], exp"),
        ("Amex 3474-159773-07943", "Amex [CARD-1]"),
        ("4007070753690781", "[CARD-1]"),
        ("from GB56HXDO88167774656119 today", "from [ACCOUNT-1] today"),
        ("Checking account ending in 4471", "Checking account ending in [ACCOUNT-1]"),
        ("Account No. 0012-3345-77, opened", "Account No. [ACCOUNT-1], opened"),
        ("Routing #: 021000021", "Routing #: [ACCOUNT-1]"),
        ("call 555-0142 or (555) 010-0199 x12.", "call [PHONE-1] or [PHONE-2]."),
        ("303.555.0142, +1 303 555 0143", "[PHONE-2], [PHONE-1]"),
        ("Mobile: 49 516 33 75", "Mobile: [PHONE-1]"),
        (
            "the mobile number of Jo Hill, from May on, is 467 3395",
            "the mobile number of Jo Hill, from May on, is [PHONE-1]",
        ),
        ("(713/555-5984) and 001-303-555-0142x12", "([PHONE-1]) and [PHONE-2]"),
        ("dial 3035550142x12, (06434) 123456 or 8 495 123-45-67", "dial [PHONE-1], [PHONE-3] or [PHONE-2]"),
        ("Jo Hill\n51 516 33 75\nQuay Street", "Jo Hill\n[PHONE-1]\nQuay Street"),
    ],
)
def test_identifying_numbers_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "You owe $4,210.55 by March 31, 2026.",
        "2026-03-09, 3/9/2026, 12.5% and 1.10 to 1.00",
        "Total assets 1234567890.00",
        "Revenue of $123456789 in fiscal 2025",
        "Invoice 20260117 for 8 hours, Form 1120-S, IRC 7216",
        "on pages 3-5 of 2024-2025, 012 of 99, rows 12 15 2024 2023",
        "Shares outstanding 699 956 915",
        "Telephone 12000.00 and fax 1234.50",
        "Telephone costs of 2024 and 2025: 12,345",
        "Units sold\n699 956 915\nUnits made",
    ],
)
def test_amounts_dates_and_short_numbers_stay(text: str) -> None:
    assert masked(text) == text


def test_the_clients_own_number_goes_in_every_form() -> None:
    assert masked("00-1234567 or 00 123 4567 or 001234567", "00-1234567") == "[TAXID-1] or [TAXID-2] or [TAXID-3]"


def test_masks_are_reversible_and_the_same_everywhere() -> None:
    inputs = {"a": "SSN 460-89-9847 and 514-69-0360", "b": "again 514-69-0360"}
    found = mask(inputs)
    assert found.inputs == {"a": "SSN [SSN-1] and [SSN-2]", "b": "again [SSN-2]"}
    assert {name: unmask(text, found.table) for name, text in found.inputs.items()} == inputs
    assert mask(inputs) == found


def test_a_token_that_a_document_writes_itself_is_never_given_out() -> None:
    found = mask({"text": "[SSN-1] is not 460-89-9847"})
    assert found.inputs["text"] == "[SSN-1] is not [SSN-2]"
    assert unmask("[SSN-1] [SSN-2] [SSN-9]", found.table) == "[SSN-1] 460-89-9847 [SSN-9]"


def test_names_go_where_the_firm_wishes_it() -> None:
    found = mask(
        {"text": "Elena  Marsh and ELENA MARSH of Marsh & Co; Marshall"}, names=["Elena Marsh", "Marsh & Co", "Marsh"]
    )
    assert found.inputs["text"] == "[NAME-1] and [NAME-2] of [NAME-3]; Marshall"
    assert unmask(found.inputs["text"], found.table) == "Elena  Marsh and ELENA MARSH of Marsh & Co; Marshall"


@pytest.mark.skipif(not PACK.exists(), reason="the PII pack (shared/data/real/pii) is not beside this checkout")
def test_recall_and_precision_on_the_pii_pack() -> None:
    """The evaluation `pii` over the whole pack; its halves are told apart by `tickmark evals pii`."""
    scores = [one for case in cases(Beside(PACK.parents[1])) for one in score(case, go_out(case))]
    figure = {one.measure: one.mean for one in figures(scores)}
    assert figure["recall"] >= 0.99
    assert figure["precision"] >= 0.97


class Beside:
    """The pack as an evaluation finds it."""

    def __init__(self, pack: Path) -> None:
        self.pack = pack

    def part(self, name: str) -> Path:
        return self.pack / name
