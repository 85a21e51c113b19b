# ruff: noqa: E501 - boxes of forms, one a line
"""Schedules K-1, Forms W-2, 1099 and W-9, drawn as boxes the way preparers' software prints them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evals.firm import days
from evals.firm.render import form, plain, scan
from evals.firm.render.blocks import Fields, Heading, figures, percent
from evals.firm.render.form import Box, Label
from evals.firm.sample import FactPairs, Profile, Sample

CENT = Decimal("0.01")


@dataclass(frozen=True)
class K1:
    """One Schedule K-1; `form` is 1065, 1120-S or 1041, `share` in percent."""

    form: str
    issuer: str
    issuer_ein: str
    recipient: str
    recipient_id: str
    year: int
    share: Decimal
    income: Decimal
    distributions: Decimal
    issuer_address: str = "2150 Commerce Park Drive\nLancaster, PA 17601"
    recipient_address: str = ""


@dataclass(frozen=True)
class _Layout:
    """What differs between the K-1s of the three forms: titles and the numbers of lines."""

    heading: str
    issuer: str
    recipient: str
    share: str
    income: str
    interest: str
    paid: str
    other: str


_LAYOUTS = {
    "1065": _Layout("Partner's Share of Income, Deductions, Credits, etc.", "Partnership", "Partner", "J  Partner's share of profit, loss, and capital (ending)",
                    "1  Ordinary business income (loss)", "5  Interest income", "19  Distributions", "20  Other information"),
    "1120-S": _Layout("Shareholder's Share of Income, Deductions, Credits, etc.", "Corporation", "Shareholder", "G  Current year allocation percentage",
                      "1  Ordinary business income (loss)", "4  Interest income", "16  Items affecting shareholder basis: D Distributions", "17  Other information"),
    "1041": _Layout("Beneficiary's Share of Income, Deductions, Credits, etc.", "Estate or trust", "Beneficiary", "Beneficiary's share of distributable net income",
                    "6  Ordinary business income", "1  Interest income", "14  Other information: distributions", "13  Credits and credit recapture"),
}  # fmt: skip


def k1(sample: Sample, ref: str, slip: K1, *, folder: str, picture: bool = False) -> str:
    """Files a K-1 for client `ref` and returns its path; `picture` as an image-only PDF."""
    facts: FactPairs = [
        ("form", slip.form),
        ("issuer", slip.issuer),
        ("issuer_ein", slip.issuer_ein),
        ("recipient", slip.recipient),
        ("tax_year", slip.year),
        ("ownership_percent", percent(slip.share)),
        ("ordinary_income", slip.income),
        ("distributions", slip.distributions),
    ]
    boxes, labels = _k1_boxes(slip, _LAYOUTS[slip.form]), _k1_labels(slip)
    text = _typed(f"Schedule K-1 (Form {slip.form}) {slip.year}", [box for box in boxes if box[5]])
    name = f"K-1 {slip.year} {slip.issuer.split(',')[0]} - {slip.recipient.split(',')[0]}"
    return _filed(sample, ref, folder, name, form.form(boxes, labels), text, "k-1", facts, picture=picture)


def _k1_labels(slip: K1) -> list[Label]:
    return [
        (36, 44, 14, True, f"Schedule K-1 (Form {slip.form})"),
        (230, 44, 20, True, str(slip.year)),
        (36, 58, 8, False, "Department of the Treasury  Internal Revenue Service"),
        (
            36,
            72,
            8,
            False,
            f"For calendar year {slip.year}, or tax year beginning    /    / {slip.year}  ending    /    /",
        ),
        (36, 88, 10, True, _LAYOUTS[slip.form].heading),
        (306, 44, 8, False, "[ ] Final K-1    [ ] Amended K-1    OMB No. 1545-0123"),
    ]


def _k1_boxes(slip: K1, words: _Layout) -> list[Box]:
    issuer, recipient = words.issuer, words.recipient
    interest = figures((abs(slip.income) * Decimal("0.004")).quantize(CENT))
    return [
        (36, 98, 270, 20, f"Part I  Information About the {issuer}", ""),
        (36, 118, 270, 30, f"A  {issuer}'s employer identification number", slip.issuer_ein),
        (
            36,
            148,
            270,
            56,
            f"B  {issuer}'s name, address, city, state, and ZIP code",
            f"{slip.issuer}\n{slip.issuer_address}",
        ),
        (36, 204, 270, 30, f"C  IRS center where {issuer.lower()} filed return", "E-FILE"),
        (36, 234, 270, 20, f"Part II  Information About the {recipient}", ""),
        (36, 254, 270, 30, f"E  {recipient}'s identifying number", slip.recipient_id),
        (
            36,
            284,
            270,
            56,
            f"F  {recipient}'s name, address, city, state, and ZIP code",
            f"{slip.recipient}\n{slip.recipient_address}".strip(),
        ),
        (36, 340, 270, 36, words.share, f"{percent(slip.share)} %"),
        (36, 376, 270, 48, "Type of entity and share of liabilities", "See attached statement"),
        (
            306,
            98,
            270,
            20,
            f"Part III  {recipient}'s Share of Current Year Income, Deductions, Credits, and Other Items",
            "",
        ),
        (306, 118, 270, 36, words.income, figures(slip.income)),
        (306, 154, 270, 36, "2  Net rental real estate income (loss)", ""),
        (306, 190, 270, 36, words.interest, interest),
        (306, 226, 270, 36, "Section 179 deduction", ""),
        (306, 262, 270, 36, words.paid, figures(slip.distributions)),
        (306, 298, 270, 126, words.other, "STMT"),
    ]


# What an employer withholds for the state, about.
_STATE_RATES = {
    "PA": Decimal("0.0307"),
    "MD": Decimal("0.0475"),
    "DE": Decimal("0.0480"),
    "NJ": Decimal("0.0410"),
    "VA": Decimal("0.0515"),
}
# Wages above it pay no social security tax in 2025.
_SOCIAL_SECURITY_BASE = Decimal(176100)


def w2(
    sample: Sample,
    profile: Profile,
    employee: str,
    employer: str,
    ein: str,
    wages: Decimal,
    year: int,
    *,
    folder: str,
    picture: str = "",
) -> str:
    """A Form W-2; withholding is about what the wages ask for. `picture`: jpg or png."""
    rng = sample.rng("w2", profile.ref, employee, employer, year)
    held = (wages * Decimal(rng.randint(95, 158)) / 1000).quantize(CENT)
    control = rng.randint(10000, 99999)
    facts: FactPairs = [
        ("employer", employer),
        ("employer_ein", ein),
        ("employee", employee),
        ("wages", wages),
        ("federal_withheld", held),
        ("tax_year", year),
    ]
    boxes = [*_w2_people(profile, employee, employer, ein, control), *_w2_amounts(profile.client.state, wages, held)]
    text = _typed(f"Form W-2 Wage and Tax Statement {year}", boxes)
    name = f"W-2 {year} {employer.split(',')[0]}"
    page = form.form(boxes, _w2_labels(year))
    return _filed(sample, profile.ref, folder, name, page, text, "w-2", facts, picture=picture)


def _w2_people(profile: Profile, employee: str, employer: str, ein: str, control: int) -> list[Box]:
    """Boxes a to f, on the left."""
    client = profile.client
    return [
        (36, 60, 130, 30, "a  Employee's social security number", _masked(client.tax_id)),
        (166, 60, 180, 30, "OMB No. 1545-0008", ""),
        (36, 90, 310, 28, "b  Employer identification number (EIN)", ein),
        (
            36,
            118,
            310,
            62,
            "c  Employer's name, address, and ZIP code",
            f"{employer}\n{sum(map(ord, employer))} Industrial Way\nLancaster, PA 17601",
        ),
        (36, 180, 310, 26, "d  Control number", str(control)),
        (
            36,
            206,
            310,
            74,
            "e/f  Employee's name, address, and ZIP code",
            f"{employee}\n{client.address}\n{client.city}, {client.state} {client.zip}",
        ),
    ]


def _w2_amounts(state: str, wages: Decimal, held: Decimal) -> list[Box]:
    """Boxes 1 to 17, on the right."""
    covered = min(wages, _SOCIAL_SECURITY_BASE)
    social, medicare = (covered * Decimal("0.062")).quantize(CENT), (wages * Decimal("0.0145")).quantize(CENT)
    health = (wages * Decimal("0.11")).quantize(CENT)
    state_tax = (wages * _STATE_RATES.get(state, Decimal(0))).quantize(CENT)
    return [
        (346, 60, 115, 36, "1  Wages, tips, other compensation", figures(wages)),
        (461, 60, 115, 36, "2  Federal income tax withheld", figures(held)),
        (346, 96, 115, 36, "3  Social security wages", figures(covered)),
        (461, 96, 115, 36, "4  Social security tax withheld", figures(social)),
        (346, 132, 115, 36, "5  Medicare wages and tips", figures(wages)),
        (461, 132, 115, 36, "6  Medicare tax withheld", figures(medicare)),
        (346, 168, 230, 38, "12a  See instructions for box 12", f"DD {figures(health)}"),
        (346, 206, 115, 74, "15  State  Employer's state ID number", state),
        (461, 206, 115, 37, "16  State wages, tips, etc.", figures(wages)),
        (461, 243, 115, 37, "17  State income tax", figures(state_tax)),
    ]


def _w2_labels(year: int) -> list[Label]:
    return [
        (36, 48, 15, True, "Form W-2  Wage and Tax Statement"),
        (346, 48, 18, True, str(year)),
        (
            36,
            294,
            7,
            False,
            "Copy B - To Be Filed With Employee's FEDERAL Tax Return. Department of the Treasury - Internal Revenue Service",
        ),
    ]


_1099 = {
    "1099-INT": ("Interest Income", "1  Interest income"),
    "1099-DIV": ("Dividends and Distributions", "1a  Total ordinary dividends"),
    "1099-NEC": ("Nonemployee Compensation", "1  Nonemployee compensation"),
    "1099-R": (
        "Distributions From Pensions, Annuities, Retirement, IRAs, Insurance Contracts, etc.",
        "1  Gross distribution",
    ),
    "1099-MISC": ("Miscellaneous Information", "1  Rents"),
}


def f1099(
    sample: Sample,
    profile: Profile,
    kind: str,
    payer: str,
    payer_tin: str,
    amount: Decimal,
    year: int,
    *,
    folder: str,
    picture: str = "",
) -> str:
    """A Form 1099 of the given kind for the client."""
    title, amount_label = _1099[kind]
    recipient = profile.owners[0].name if profile.is_household else profile.name
    facts: FactPairs = [
        ("form", kind),
        ("payer", payer),
        ("payer_tin", payer_tin),
        ("recipient", recipient),
        ("amount", amount),
        ("tax_year", year),
    ]
    boxes = [*_1099_parties(profile, payer, payer_tin, recipient), *_1099_amounts(amount_label, amount, year)]
    text = _typed(f"Form {kind} {title} {year}", boxes)
    name = f"{kind} {year} {payer.split(',')[0]}"
    page = form.form(boxes, _1099_labels(kind, title, year))
    return _filed(sample, profile.ref, folder, name, page, text, "1099", facts, picture=picture)


def _1099_parties(profile: Profile, payer: str, payer_tin: str, recipient: str) -> list[Box]:
    """The boxes on the left: who paid, and whom."""
    client = profile.client
    return [
        (
            36,
            66,
            280,
            74,
            "PAYER'S name, street address, city, state, ZIP code, and telephone no.",
            f"{payer}\nPO Box {sum(map(ord, payer))}\nHarrisburg, PA 17105",
        ),
        (36, 140, 140, 34, "PAYER'S TIN", payer_tin),
        (176, 140, 140, 34, "RECIPIENT'S TIN", _masked(client.tax_id)),
        (36, 174, 280, 34, "RECIPIENT'S name", recipient),
        (36, 208, 280, 34, "Street address (including apt. no.)", client.address),
        (36, 242, 280, 34, "City or town, state, and ZIP code", f"{client.city}, {client.state} {client.zip}"),
        (36, 276, 280, 30, "Account number (see instructions)", f"XXXX{profile.account}"),
    ]


def _1099_amounts(label: str, amount: Decimal, year: int) -> list[Box]:
    """The boxes on the right: what was paid, and when."""
    return [
        (316, 66, 130, 44, label, f"$ {figures(amount)}"),
        (446, 66, 130, 44, "4  Federal income tax withheld", "$ 0.00"),
        (316, 110, 260, 98, "For calendar year", str(year)),
        (316, 208, 260, 98, "This is important tax information and is being furnished to the IRS.", ""),
    ]


def _1099_labels(kind: str, title: str, year: int) -> list[Label]:
    return [
        (36, 46, 14, True, f"Form {kind}"),
        (140, 46, 10, False, title),
        (500, 46, 16, True, str(year)),
        (36, 58, 7.5, False, "[ ] CORRECTED (if checked)    OMB No. 1545-0112    Copy B For Recipient"),
    ]


_W9_CLASSES = (
    "Individual/sole proprietor",
    "C corporation",
    "S corporation",
    "Partnership",
    "Trust/estate",
    "Limited liability company",
)
_W9_LABELS: list[Label] = [
    (36, 48, 18, True, "Form W-9"),
    (150, 44, 11, True, "Request for Taxpayer Identification Number and Certification"),
    (
        150,
        58,
        7.5,
        False,
        "(Rev. March 2024)  Department of the Treasury  Internal Revenue Service   Go to www.irs.gov/FormW9",
    ),
    (36, 284, 10, True, "Part I   Taxpayer Identification Number (TIN)"),
    (36, 346, 10, True, "Part II   Certification"),
    (
        36,
        362,
        8,
        False,
        "Under penalties of perjury, I certify that: 1. The number shown on this form is my correct taxpayer identification number; and",
    ),
    (
        36,
        373,
        8,
        False,
        "2. I am not subject to backup withholding; and 3. I am a U.S. citizen or other U.S. person; and 4. The FATCA code(s), if any, are correct.",
    ),
]


def w9(
    sample: Sample,
    ref: str,
    name: str,
    taxpayer_id: str,
    classification: str,
    address: str,
    signer: str,
    signed: date,
    *,
    folder: str,
) -> str:
    """A signed Form W-9 in the file of client `ref`, the client's own or a vendor's."""
    id_label = "Social security number" if classification.startswith("Individual") else "Employer identification number"
    boxes: list[Box] = [
        (36, 84, 540, 34, "1  Name of entity/individual. An entry is required.", name),
        (36, 118, 540, 30, "2  Business name/disregarded entity name, if different from above.", ""),
        (
            36,
            148,
            540,
            52,
            "3a  Check the appropriate box for federal tax classification of the entity/individual whose name is entered on line 1.",
            _w9_classes(classification),
        ),
        (36, 200, 540, 34, "5  Address (number, street, and apt. or suite no.)", address.split("\n")[0]),
        (36, 234, 540, 34, "6  City, state, and ZIP code", address.split("\n")[-1]),
        (36, 290, 540, 36, id_label, taxpayer_id),
        (36, 404, 360, 36, "Sign Here: Signature of U.S. person", f"/s/ {signer}"),
        (396, 404, 180, 36, "Date", days.short_date(signed)),
    ]
    facts: FactPairs = [
        ("name", name),
        ("taxpayer_id", taxpayer_id),
        ("classification", classification),
        ("signed_on", signed),
    ]
    text = _typed("Form W-9 Request for Taxpayer Identification Number", boxes)
    return _filed(sample, ref, folder, f"W-9 {name.split(',')[0]}", form.form(boxes, _W9_LABELS), text, "w-9", facts)


def _w9_classes(classification: str) -> str:
    """The tax classifications in two lines, one ticked."""
    marks = [f"[{'X' if name == classification else ' '}] {name}" for name in _W9_CLASSES]
    return "   ".join(marks[:3]) + "\n" + "   ".join(marks[3:])


def _typed(title: str, boxes: Sequence[Box]) -> bytes:
    """The same boxes as plain text, for a light sample."""
    return plain.text([Heading(title, 1), Fields(tuple((box[4], box[5].replace("\n", ", ")) for box in boxes))])


def _masked(tax_id: str) -> str:
    """Truncated as payers may print it: XXX-XX-1234."""
    return ("XXX-XX-" if tax_id.count("-") == 2 else "XX-XXX") + tax_id[-4:]


def _filed(
    sample: Sample,
    ref: str,
    folder: str,
    name: str,
    data: bytes,
    text: bytes,
    kind: str,
    facts: FactPairs,
    *,
    picture: str | bool = "",
) -> str:
    """As PDF, as text in a light sample, or as a picture: True for an image-only PDF, jpg or png for a photo."""
    path = f"documents/{ref}/{folder}/{name.replace('/', '-')}"
    if sample.light:
        return sample.document(f"{path}.txt", text, kind, facts)
    if not picture:
        return sample.document(f"{path}.pdf", data, kind, facts)
    rng = sample.rng("scan", ref, name)
    if picture is True:
        return sample.document(f"{path}.pdf", scan.scanned_pdf(data, rng), kind, facts, scan=True)
    first = scan.pages(data, rng)[0]
    image = scan.jpeg(first) if picture == "jpg" else scan.png(first)
    return sample.document(f"{path}.{picture}", image, kind, facts, scan=True)
