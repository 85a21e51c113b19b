# ruff: noqa: E501 - the words of leases and certificates
"""Leases and certificates: what a business client rents, insures and is licensed for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evals.firm import days, names
from evals.firm.render import office, pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Table, Text, dollars
from evals.firm.sample import FactPairs, Profile, Sample


@dataclass(frozen=True)
class _Terms:
    """What the parties agree on; `years` is also the length of the renewal, `notice_by` the last day to ask for it."""

    landlord: str
    tenant: str
    premises: str
    start: date
    end: date
    rent: Decimal
    notice_by: date
    years: int


def lease(
    sample: Sample, profile: Profile, end: date, *, notice_by: date, years: int = 5, layout: str = ""
) -> tuple[str, Decimal]:
    """Files a lease of the client's premises; returns its path and the monthly rent."""
    rng = sample.rng("lease", profile.ref)
    client = profile.client
    landlord, rent = rng.choice(names.LANDLORDS), Decimal(rng.randrange(1850, 9600, 25))
    terms = _Terms(
        landlord=landlord,
        tenant=profile.name,
        premises=f"{client.address}, {client.city}, {client.state} {client.zip}",
        start=days.months_after(end, 1 - 12 * years, 1),
        end=end,
        rent=rent,
        notice_by=notice_by,
        years=years,
    )
    facts = _stated(terms)
    blocks = [*_parties(terms), *_clauses(terms), _signatures(terms, profile.owners[0].name)]
    path = f"documents/{profile.ref}/Permanent/Lease {landlord.split(',')[0]} {terms.start.year}"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "lease", facts), rent
    if (layout or rng.choice(("pdf", "docx"))) == "docx":
        return sample.document(f"{path}.docx", office.docx(blocks), "lease", facts), rent
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.LETTER, footer="Commercial Lease"), "lease", facts), rent


def _stated(terms: _Terms) -> FactPairs:
    return [
        ("landlord", terms.landlord),
        ("tenant", terms.tenant),
        ("property", terms.premises),
        ("start", terms.start),
        ("end", terms.end),
        ("monthly_rent", terms.rent.quantize(Decimal("0.01"))),
        ("notice_by", terms.notice_by),
    ]


def _parties(terms: _Terms) -> list[Block]:
    return [
        Heading("COMMERCIAL LEASE AGREEMENT", 1),
        Text(
            f"This Lease is made as of {days.long_date(terms.start)} between the Landlord and the Tenant named below, who agree as follows."
        ),
        Fields(
            (
                ("Landlord", terms.landlord),
                ("Tenant", terms.tenant),
                ("Premises", terms.premises),
                ("Commencement date", days.long_date(terms.start)),
                ("Expiration date", days.long_date(terms.end)),
                ("Monthly rent", dollars(terms.rent)),
                ("Security deposit", dollars(terms.rent * 2)),
            )
        ),
    ]


def _clauses(terms: _Terms) -> list[Block]:
    return [
        Heading("1. Term"),
        Text(
            f"The term begins on {days.long_date(terms.start)} and ends at midnight on {days.long_date(terms.end)}, unless sooner terminated."
        ),
        Heading("2. Rent"),
        Text(
            f"Tenant shall pay rent of {dollars(terms.rent)} per month in advance on the first day of each month, without deduction or set-off."
        ),
        Heading("3. Renewal"),
        Text(
            f"Tenant may renew this Lease for one further term of {terms.years} years by written notice, which Landlord must receive no later than "
            f"{days.long_date(terms.notice_by)}. If notice is not given by that date, the option lapses."
        ),
        Heading("4. Use and maintenance"),
        Text(
            "Tenant shall use the premises for its business only, keep the interior in good repair and carry liability insurance of at least $1,000,000."
        ),
        Heading("5. Holding over"),
        Text("If Tenant remains after the expiration date without a new lease, rent is 150% of the last monthly rent."),
    ]


def _signatures(terms: _Terms, signer: str) -> Fields:
    return Fields(
        (
            ("Landlord", f"{terms.landlord}   By /s/ M. Fulmer"),
            ("Tenant", f"{terms.tenant}   By /s/ {signer}"),
        )
    )


def certificate(sample: Sample, profile: Profile, expires: date, *, what: str = "insurance") -> str:
    """A certificate of insurance (ACORD-like), a licence or a permit."""
    rng = sample.rng("certificate", profile.ref, expires, what)
    issuer = (
        names.INSURERS[sum(map(ord, profile.ref)) % len(names.INSURERS)]
        if what == "insurance"
        else f"{names.STATES[profile.client.state]} Department of State"
    )
    number = f"{'CPP' if what == 'insurance' else what[:2].upper()}-{rng.randint(1000000, 9999999)}"
    begins = date(expires.year - 1, expires.month, min(expires.day, 28))
    facts: FactPairs = [("what", what), ("holder", profile.name), ("number", number), ("expires_on", expires)]
    blocks = (
        _insurance(profile, issuer, number, begins, expires)
        if what == "insurance"
        else _licence(profile, issuer, number, begins, expires, what)
    )
    title = "Certificate of insurance" if what == "insurance" else f"Business {what}"
    path = f"documents/{profile.ref}/Permanent/{title} {begins.year}-{expires.year}"
    if sample.light:
        return sample.document(f"{path}.txt", plain.text(blocks), "certificate", facts)
    if rng.random() < 0.2:
        return sample.document(f"{path}.html", plain.html(blocks, title), "certificate", facts)
    return sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.SMALL), "certificate", facts)


def _insurance(profile: Profile, insurer: str, number: str, begins: date, expires: date) -> list[Block]:
    client = profile.client
    return [
        Heading("CERTIFICATE OF LIABILITY INSURANCE", 1),
        Text(
            "THIS CERTIFICATE IS ISSUED AS A MATTER OF INFORMATION ONLY AND CONFERS NO RIGHTS UPON THE CERTIFICATE HOLDER."
        ),
        Fields(
            (
                ("Insurer", insurer),
                ("Insured", profile.name),
                ("Insured address", f"{client.address}, {client.city}, {client.state} {client.zip}"),
                ("Policy number", number),
                ("Policy effective date", days.short_date(begins)),
                ("Policy expiration date", days.short_date(expires)),
            )
        ),
        Table(
            ("Type of insurance", "Limit"),
            (
                ("Commercial general liability, each occurrence", "$1,000,000"),
                ("General aggregate", "$2,000,000"),
                ("Damage to rented premises", "$300,000"),
            ),
            right=(1,),
        ),
        Text(
            "Should any of the above described policies be cancelled before the expiration date thereof, notice will be delivered in accordance with the policy provisions."
        ),
    ]


def _licence(profile: Profile, issuer: str, number: str, begins: date, expires: date, what: str) -> list[Block]:
    return [
        Letterhead(issuer, ("Bureau of Corporations and Charitable Organizations",)),
        Heading(f"BUSINESS {what.upper()}", 1),
        Fields(
            (
                ("Holder", profile.name),
                (f"{what.capitalize()} number", number),
                ("Issued", days.long_date(begins)),
                ("Expires on", days.long_date(expires)),
            )
        ),
        Text("This document must be displayed at the place of business. It is not transferable."),
    ]
