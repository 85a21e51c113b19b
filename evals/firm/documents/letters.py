"""Engagement letters of the firm, in three layouts: formal PDF, Word document, short agreement."""

from datetime import date, timedelta
from decimal import Decimal

from evals.firm import cast, days
from evals.firm.records import Engagement
from evals.firm.render import office, pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Points, Table, Text, dollars
from evals.firm.sample import Profile, Sample

_SERVICES = {
    "1040": (
        "Preparation of your {year} federal Form 1040 and the related state return",
        "Projection of {next} estimated tax payments",
    ),
    "1120-S": (
        "Preparation of {year} Form 1120-S with Schedules K-1 for all shareholders",
        "Preparation of the related state return",
    ),
    "1065": (
        "Preparation of {year} Form 1065 with Schedules K-1 for all partners",
        "Preparation of the related state return",
    ),
    "1120": (
        "Preparation of {year} Form 1120 and the related state corporate return",
        "Computation of {next} corporate estimates",
    ),
    "1041": (
        "Preparation of {year} Form 1041 with Schedules K-1 for the beneficiaries",
        "Preparation of the related state fiduciary return",
    ),
    "990": (
        "Preparation of {year} Form 990 with Schedules A, B and O",
        "Annual charitable registration with the state",
    ),
    "monthly-close": (
        "Monthly close of the books within ten business days",
        "Monthly financial statements and a call with the owner",
    ),
    "bookkeeping": ("Monthly coding and reconciliation of bank and card accounts", "Quarterly financial statements"),
    "payroll": ("Biweekly payroll with deposits of withheld taxes", "Forms 941, 940 and W-2 for {year}"),
    "sales-tax": ("Monthly sales tax returns for all locations",),
    "advisory": ("Advice on succession and on the structure of the entity, as asked for",),
    "audit": ("Audit of the {year} financial statements under generally accepted auditing standards",),
    "review": ("Review of the {year} financial statements under SSARS",),
    "compilation": ("Compilation of the {year} financial statements under SSARS",),
    "onboarding": ("Review of prior returns and books, and set-up of the client's file",),
}
_TERMS = (
    "Our work is based on information that you give us. We will not audit or otherwise verify it, although we may need to ask you to "
    "clarify some of it. You are responsible for the completeness and accuracy of the information.",
    "We keep copies of our workpapers for seven years. Original records are yours and are returned at the end of the engagement.",
    "If you ask for services beyond those listed, we will discuss the scope and the fee with you before we begin.",
)


def write(
    sample: Sample,
    profile: Profile,
    engagement: Engagement,
    *,
    fee: Decimal | None = None,
    period_end: date | None = None,
    layout: str | None = None,
    remark: str = "",
) -> str:
    """One letter; `fee` and `period_end` where the letter says something else than the record; `remark` stands
    under the fee. Returns its path."""
    rng = sample.rng("letter", engagement.ref, period_end)
    layout = "text" if sample.light else layout or rng.choice(("formal", "word", "short"))
    stated, end = engagement.fee if fee is None else fee, period_end or engagement.period_end
    start = engagement.period_start + (end - engagement.period_end if period_end else timedelta(0))
    letter_date = (engagement.letter_sent_on or engagement.period_start) - timedelta(days=1)
    writer = {"formal": _formal, "word": _formal, "text": _formal, "short": _short}[layout]
    blocks = writer(sample, profile, engagement, stated, (start, end), letter_date, remark)
    name = f"Engagement letter - {engagement.title.replace('/', '-')}{' (renewal)' if period_end else ''}"
    folder = (
        f"documents/{profile.ref}/{'Permanent' if engagement.template not in days.RETURNS else f'Tax {start.year}'}"
    )
    data, ending = _rendered(blocks, layout, name)
    facts = _facts(profile, engagement, stated, (start, end), letter_date)
    return sample.document(f"{folder}/{name}.{ending}", data, "engagement-letter", facts)


def services(engagement: Engagement, start: date) -> tuple[str, ...]:
    """What the letter lists."""
    return tuple(line.format(year=start.year, next=start.year + 1) for line in _SERVICES[engagement.template])


def _rendered(blocks: list[Block], layout: str, name: str) -> tuple[bytes, str]:
    if layout == "word":
        return office.docx(blocks), "docx"
    if layout == "text":
        return plain.text(blocks), "txt"
    look = pdf.MODERN if layout == "short" else pdf.LETTER
    return pdf.pdf(blocks, look, footer=f"{cast.FIRM}  |  {name.split(' - ')[0]}"), "pdf"


def _facts(
    profile: Profile, engagement: Engagement, fee: Decimal, period: tuple[date, date], letter_date: date
) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("client_name", profile.name),
        ("services", "; ".join(services(engagement, period[0]))),
        ("fee", fee.quantize(Decimal("0.01"))),
        ("period_start", period[0]),
        ("period_end", period[1]),
        ("letter_date", letter_date),
    ]
    return [*facts, ("signed_on", engagement.letter_signed_on)] if engagement.letter_signed_on else facts


def _fee_words(engagement: Engagement, fee: Decimal) -> str:
    if engagement.fee_type == "hourly":
        return f"Our fee is based on the time spent at our standard hourly rates. We estimate a fee of {dollars(fee)} for the period."
    if engagement.template in ("monthly-close", "bookkeeping", "payroll", "sales-tax"):
        return f"Our fixed fee for the period is {dollars(fee)}, billed in twelve equal monthly installments and due within 30 days."
    return (
        f"Our fixed fee for these services is {dollars(fee)}, billed when the work is complete and due within 30 days."
    )


def _signatures(sample: Sample, profile: Profile, engagement: Engagement) -> list[Block]:
    partner = sample.person(profile.client.partner)
    signer = profile.owners[0]
    signed = days.long_date(engagement.letter_signed_on) if engagement.letter_signed_on else "______________"
    by = f"/s/ {signer.name}" if engagement.letter_signed_on else "______________________"
    return [
        Text(f"Very truly yours,\n\n{partner.name}, CPA\nfor {cast.FIRM}"),
        Heading("Acknowledged and agreed", 3),
        Fields(
            (
                ("Client", profile.name),
                ("By", by),
                ("Name and title", f"{signer.name}, {signer.title}"),
                ("Date signed", signed),
            )
        ),
        Text(_reference(sample, profile, engagement)),
    ]


def _reference(sample: Sample, profile: Profile, engagement: Engagement) -> str:
    """The letter's last line; a client's first letter bears its canary, and no other document does."""
    if sample.is_settled(profile.ref, "canary"):
        return f"Our reference: {engagement.ref}"
    sample.settle(profile.ref, "canary")
    return f"Our reference: {engagement.ref}    Reference code: {profile.canary}"


def _formal(
    sample: Sample,
    profile: Profile,
    engagement: Engagement,
    fee: Decimal,
    period: tuple[date, date],
    letter_date: date,
    remark: str,
) -> list[Block]:
    client = profile.client
    return [
        Letterhead(cast.FIRM, cast.FIRM_ADDRESS),
        Text(days.long_date(letter_date)),
        Text(f"{client.name}\n{client.address}\n{client.city}, {client.state} {client.zip}"),
        Text(f"Re: Engagement letter, {engagement.title}"),
        Text(f"Dear {_salutation(profile)}:"),
        Text(
            f"Thank you for choosing {cast.FIRM}. This letter confirms the terms of our engagement with {client.name} and the nature "
            f"of the services we will provide for the period {days.long_date(period[0])} through {days.long_date(period[1])}."
        ),
        Heading("Services", 3),
        Points(services(engagement, period[0]), numbered=True),
        Heading("Fee", 3),
        Text(f"{_fee_words(engagement, fee)} {remark}".strip()),
        Heading("Terms", 3),
        *(Text(term) for term in _TERMS),
        Text("Please sign and return a copy of this letter. We cannot begin before we have it."),
        *_signatures(sample, profile, engagement),
    ]


def _short(
    sample: Sample,
    profile: Profile,
    engagement: Engagement,
    fee: Decimal,
    period: tuple[date, date],
    letter_date: date,
    remark: str,
) -> list[Block]:
    manager = sample.person(profile.client.manager)
    pairs = (
        ("Client", profile.name),
        ("Letter date", days.long_date(letter_date)),
        ("Engagement", engagement.title),
        ("Period covered", f"{days.short_date(period[0])} - {days.short_date(period[1])}"),
        ("Contact at the firm", f"{manager.name}, {manager.email}"),
    )
    rows = tuple((str(number), line) for number, line in enumerate(services(engagement, period[0]), 1))
    kind = "Estimated fee (hourly)" if engagement.fee_type == "hourly" else "Fixed fee"
    return [
        Letterhead(cast.FIRM, cast.FIRM_ADDRESS),
        Heading("Client Service Agreement", 1),
        Fields(pairs),
        Heading("What we will do"),
        Table(("No.", "Service"), rows),
        Heading("What it costs"),
        Table(("", "Amount"), ((kind, dollars(fee)),), right=(1,)),
        Text(f"{_fee_words(engagement, fee)} {remark}".strip()),
        Heading("Terms"),
        Points(_TERMS),
        *_signatures(sample, profile, engagement),
    ]


def _salutation(profile: Profile) -> str:
    if profile.is_household:
        return " and ".join(owner.name.split()[0] for owner in profile.owners)
    return f"{profile.owners[0].name}"
