"""Letters from tax agencies: IRS notices with their box, IRS letters, state notices; as text PDF, image-only PDF or picture."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from evals.firm import days, names
from evals.firm.documents.notice_words import IRS, IRS_OFFICES, STATE_AGENCIES, WORDS, Wording
from evals.firm.render import pdf, plain, scan
from evals.firm.render.blocks import Blocks, Fields, Heading, Letterhead, Points, Table, Text, dollars
from evals.firm.sample import Profile, Sample

_PROPOSALS = ("CP2000", "Letter 2030", "CP3219A", "Letter 531", "Letter 3219")
_FORMS = {"law": "1065", "other": "1120-H"}


@dataclass(frozen=True)
class Notice:
    """One letter as it states things. `respond_by` None: no date is printed. `address` None: the client's own."""

    number: str
    noticed: date
    year: int
    amount: Decimal
    respond_by: date | None = None
    taxpayer_id: str = ""
    address: tuple[str, ...] | None = None
    agency: str = IRS


def write(sample: Sample, profile: Profile, notice: Notice, *, folder: str = "Notices", form: str = "pdf") -> str:
    """Files a notice; `form` is pdf, scan (image-only PDF), jpg or png. Returns its path."""
    if sample.light:
        data, ending = plain.text(_blocks(profile, notice)), "txt"
    else:
        drawn = _drawn(sample, profile, notice)
        data, ending = _as(form, drawn, sample, profile)
    name = f"{notice.agency.split()[0] if notice.agency != IRS else 'IRS'} {notice.number} {notice.noticed:%Y-%m-%d}"
    if form != "pdf":
        name = f"Scan_{notice.noticed:%Y%m%d}_{profile.ref[1:]}"
    path = f"documents/{profile.ref}/{folder}/{name}.{ending}"
    return sample.document(path, data, "notice", _facts(profile, notice), scan=form != "pdf" and not sample.light)


def deadline_words(notice: Notice) -> str:
    """What stands printed for the date, or the notice date's line when none is."""
    return days.long_date(notice.respond_by or notice.noticed)


def _as(form: str, drawn: bytes, sample: Sample, profile: Profile) -> tuple[bytes, str]:
    rng = sample.rng("scan", profile.ref)
    if form == "scan":
        return scan.scanned_pdf(drawn, rng), "pdf"
    if form in ("jpg", "png"):
        first = scan.pages(drawn, rng)[0]
        return (scan.jpeg(first), "jpg") if form == "jpg" else (scan.png(first), "png")
    return drawn, "pdf"


def _tax_form(profile: Profile, notice: Notice) -> str:
    """A pass-through owes no income tax: what it is billed for is payroll tax."""
    entity = profile.client.entity_type
    if entity in ("1120-S", "1065", "law") and notice.number not in _PROPOSALS:
        return "941" if notice.agency == IRS else "Employer withholding"
    return _FORMS.get(entity, entity)


def _facts(profile: Profile, notice: Notice) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("agency", notice.agency),
        ("notice_number", notice.number),
        ("notice_date", notice.noticed),
        ("tax_form", _tax_form(profile, notice)),
        ("tax_year", notice.year),
        ("taxpayer_name", profile.name.upper() if notice.agency == IRS else profile.name),
        ("taxpayer_id", notice.taxpayer_id or profile.client.tax_id),
    ]
    if notice.number != "CP12":
        facts.append(("amount_due", notice.amount))
    return [*facts, ("respond_by", notice.respond_by)] if notice.respond_by else facts


def _drawn(sample: Sample, profile: Profile, notice: Notice) -> bytes:
    if notice.agency != IRS:
        return pdf.pdf(_blocks(profile, notice), pdf.MODERN, footer=f"{notice.number}  (04-25)")
    if WORDS[notice.number].is_letter:
        return pdf.pdf(_blocks(profile, notice), pdf.LETTER, footer=f"{notice.number} (Rev. 3-2024)")
    return _boxed(sample, profile, notice)


def _wording(notice: Notice) -> Wording:
    if notice.agency == IRS:
        return WORDS[notice.number]
    return Wording(
        "Assessment notice",
        "Our review of your {year} return ({form}) shows a balance due. Tax, interest and penalty are shown below.",
        (
            "Pay the balance due by the date shown, online or by check with the enclosed coupon.",
            "If you disagree, file a petition for reassessment by the same date. We will not consider a late petition.",
        ),
        "Balance due",
        "Respond by",
    )


def _split(notice: Notice) -> tuple[tuple[str, str], ...]:
    """Tax, penalty and interest that add up to the amount."""
    if notice.number == "CP12":
        return (
            ("Refund you claimed", dollars(notice.amount + Decimal("412.00"))),
            ("Credit we could not allow", "-$412.00"),
            ("Refund due", dollars(notice.amount)),
        )
    penalty, interest = _charges(notice)
    tax, label = notice.amount - penalty - interest, _wording(notice).amount_label
    proposed = notice.number in _PROPOSALS
    names_of = (
        ("Increase in tax", "Substantial tax understatement penalty", "Interest")
        if proposed
        else ("Tax you owe", "Penalty charges", "Interest charges")
    )
    amounts = (tax, penalty, interest)
    return (
        *((name, dollars(part)) for name, part in zip(names_of, amounts, strict=True)),
        (label, dollars(notice.amount)),
    )


def _charges(notice: Notice) -> tuple[Decimal, Decimal]:
    """Penalty and interest inside the amount; the accuracy penalty of a proposal is 20 % of the tax (IRC §6662)."""
    interest = (notice.amount * Decimal("0.061")).quantize(Decimal("0.01"))
    if notice.number in _PROPOSALS:
        tax = ((notice.amount - interest) / Decimal("1.2")).quantize(Decimal("0.01"))
        return notice.amount - interest - tax, interest
    return (notice.amount * Decimal("0.138")).quantize(Decimal("0.01")), interest


def _address(profile: Profile, notice: Notice) -> tuple[str, ...]:
    client = profile.client
    return notice.address or (client.address, f"{client.city}, {client.state} {client.zip}")


def _blocks(profile: Profile, notice: Notice) -> Blocks:
    """The letter layout, also of state notices: sender, fields, words, table."""
    words, values = _wording(notice), {"year": notice.year, "form": _tax_form(profile, notice)}
    federal = notice.agency == IRS
    office = ("Department of the Treasury",) if federal else (STATE_AGENCIES[profile.client.state][1],)
    id_label = (
        "Social Security number" if profile.is_household else "Employer ID number" if federal else "Account ID (FEIN)"
    )
    pairs = [
        ("Letter number" if federal else "Notice number", notice.number),
        ("Letter date" if federal else "Notice date", days.long_date(notice.noticed)),
    ]
    pairs += [
        ("Taxpayer name", profile.name.upper() if federal else profile.name),
        (id_label, notice.taxpayer_id or profile.client.tax_id),
    ]
    pairs += [("Tax form", _tax_form(profile, notice)), ("Tax year", str(notice.year))]
    if notice.respond_by:
        pairs.append((words.deadline_label, days.long_date(notice.respond_by)))
    return [
        Letterhead(notice.agency, office),
        Text("\n".join((profile.name, *_address(profile, notice)))),
        Fields(tuple(pairs)),
        Heading(words.title.format(**values), 1),
        Text(words.why.format(**values)),
        Table(("Summary", "Amount"), _split(notice), right=(1,), total=True),
        Heading("What you need to do"),
        Points(tuple(step.format(**values) for step in words.steps)),
        Text(
            "Keep this letter for your records. If you need assistance, please don't hesitate to contact us."
            if federal
            else f"{notice.agency}"
        ),
    ]


def _boxed(sample: Sample, profile: Profile, notice: Notice) -> bytes:
    """A CP notice: addresses left, the box of references right, a shaded summary, steps; two pages."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    words, values = _wording(notice), {"year": notice.year, "form": _tax_form(profile, notice)}
    office = IRS_OFFICES[sum(map(ord, profile.ref)) % len(IRS_OFFICES)]
    _head(canvas, profile, notice, office, page=1)
    canvas.setFont("Helvetica", 9)
    for line, text in enumerate((profile.name.upper(), *(part.upper() for part in _address(profile, notice)))):
        canvas.drawString(54, 640 - 12 * line, text)
    y = _lines(canvas, words.title.format(**values), 54, 566, 504, "Helvetica-Bold", 15)
    shown = f"{words.amount_label}: {dollars(notice.amount)}"
    y = _lines(canvas, shown, 54, y - 6, 504, "Helvetica-Bold", 12)
    y = _lines(canvas, words.why.format(**values), 54, y - 8, 504, "Helvetica", 9.5)
    y = _summary(canvas, notice, y - 10)
    y = _lines(canvas, "What you need to do", 54, y - 14, 504, "Helvetica-Bold", 12)
    if notice.respond_by:
        y = _lines(
            canvas, f"{words.deadline_label}: {days.long_date(notice.respond_by)}", 54, y - 4, 504, "Helvetica-Bold", 10
        )
    for step in words.steps:
        canvas.drawString(60, y - 10, "•")
        y = _lines(canvas, step.format(**values), 72, y - 10, 486, "Helvetica", 9.5) - 2
    canvas.setFont("Helvetica-Oblique", 8)
    canvas.drawRightString(558, 46, "Continued on back...")
    canvas.showPage()
    if notice.number not in ("CP12", "CP501"):
        _second_page(canvas, profile, notice, office)
    canvas.save()
    return out.getvalue()


def _head(canvas: Any, profile: Profile, notice: Notice, office: str, page: int) -> None:
    canvas.setFont("Helvetica", 8.5)
    for line, text in enumerate(("Department of the Treasury", "Internal Revenue Service", office)):
        canvas.drawString(54, 742 - 11 * line, text)
    id_label = "Social Security number" if profile.is_household else "Employer ID number"
    pairs = [("Notice", notice.number), ("Tax year", str(notice.year)), ("Notice date", days.long_date(notice.noticed))]
    pairs += [(id_label, notice.taxpayer_id or profile.client.tax_id), ("To contact us", "800-829-0922")]
    if notice.respond_by:
        pairs.append((_wording(notice).deadline_label, days.long_date(notice.respond_by)))
    canvas.setLineWidth(0.5)
    y = 742.0
    for label, value in [*pairs, ("Page", f"{page} of {1 if notice.number in ('CP12', 'CP501') else 2}")]:
        canvas.setFont("Helvetica-Bold", 8)
        wrapped = simpleSplit(label, "Helvetica-Bold", 8, 104)
        for line, text in enumerate(wrapped):
            canvas.drawString(346, y - 9 * line, text)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(456, y, value)
        y -= 9 * len(wrapped) + 3.5
        canvas.line(346, y + 9, 558, y + 9)


def _summary(canvas: Any, notice: Notice, y: float) -> float:
    rows = _split(notice)
    height = 16 * len(rows) + 24
    canvas.setFillGray(0.93)
    canvas.rect(54, y - height, 504, height, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.setFont("Helvetica-Bold", 10)
    canvas.drawString(62, y - 14, "Summary of proposed changes" if notice.number in _PROPOSALS else "Billing Summary")
    for index, (label, value) in enumerate(rows):
        line = y - 30 - 16 * index
        canvas.setFont("Helvetica-Bold" if index == len(rows) - 1 else "Helvetica", 9.5)
        canvas.drawString(62, line, label)
        canvas.drawRightString(548, line, value)
        canvas.line(62, line - 4, 548, line - 4)
    return y - height


def _second_page(canvas: Any, profile: Profile, notice: Notice, office: str) -> None:
    """CP2000: what was reported against the return, and the response form; deficiency: the waiver; else the payment coupon."""
    _head(canvas, profile, notice, office, page=2)
    y = 600.0
    if notice.number in ("CP2000", "CP3219A"):
        y = _lines(canvas, "Your income and deductions", 54, y, 504, "Helvetica-Bold", 12)
        y = _comparison(canvas, profile, notice, y - 6)
        heading = "Response form" if notice.number == "CP2000" else "Form 5564, Notice of Deficiency - Waiver"
        paragraphs = [
            "[  ]  I agree with all of the changes.",
            "[  ]  I do not agree with some or all of the changes.",
            "Signature _______________________________     Date ____________",
        ]
    else:
        heading = "Payment"
        paragraphs = [
            "Make your check or money order payable to the United States Treasury. Write your taxpayer identification number, the tax year "
            f"({notice.year}) and the form number ({_tax_form(profile, notice)}) on your payment and any correspondence."
        ]
    y = _lines(canvas, heading, 54, y - 26, 504, "Helvetica-Bold", 12)
    paragraphs += [
        "Penalties: we charge a late-payment penalty of 0.5% of the unpaid tax for each month or part of a month (Internal Revenue Code "
        "section 6651). Interest accrues on the unpaid amount until it is paid in full (section 6601).",
        "You may authorize a person to represent you by sending us Form 2848, Power of Attorney and Declaration of Representative.",
    ]
    for paragraph in paragraphs:
        y = _lines(canvas, paragraph, 54, y - 8, 504, "Helvetica", 9.5)
    canvas.showPage()


def _comparison(canvas: Any, profile: Profile, notice: Notice, y: float) -> float:
    """Shown on return, reported by others, difference: the difference is what the tax comes from at 22 %."""
    tax = notice.amount - sum(_charges(notice), Decimal(0))
    missed = (tax / Decimal("0.22")).quantize(Decimal(1))
    shown = (missed * 3 + 1184).quantize(Decimal(1))
    payer = names.BROKERS[sum(map(ord, profile.ref)) % len(names.BROKERS)]
    rows = [
        ("Source", "Shown on return", "Reported to IRS", "Difference"),
        (payer, f"{shown:,}", f"{shown + missed:,}", f"{missed:,}"),
    ]
    for number, row in enumerate(rows):
        canvas.setFont("Helvetica-Bold" if number == 0 else "Helvetica", 9)
        canvas.drawString(54, y - 12, row[0])
        for column, cell in enumerate(row[1:]):
            canvas.drawRightString(350 + 100 * column, y - 12, cell)
        canvas.line(54, y - 16, 558, y - 16)
        y -= 17
    return y


def _lines(canvas: Any, text: str, x: float, y: float, width: float, font: str, size: float) -> float:
    """Draws wrapped text from `y` down and returns the next free y."""
    canvas.setFont(font, size)
    for line in simpleSplit(text, font, size, width):
        canvas.drawString(x, y, line)
        y -= size * 1.28
    return y
