# ruff: noqa: E501 - the words of minutes and forms
"""Papers of the entity itself: minutes, stock agreements, authorizations, mail receipts, letters and memos."""

from datetime import date, timedelta
from decimal import Decimal

from evals.firm import cast, days, names
from evals.firm.documents.notice_words import IRS
from evals.firm.render import office, pdf, plain, scan
from evals.firm.render.blocks import Block, Fields, Heading, Letterhead, Points, Text, dollars
from evals.firm.sample import FactPairs, Profile, Sample


def minutes(sample: Sample, profile: Profile, on: date, *, scanned: bool = False) -> str:
    """Minutes of the annual meeting of the board, the members or the trustees."""
    rng = sample.rng("minutes", profile.ref, on)
    bodies = {"990": "Board of Directors", "1065": "Members", "other": "Board of Directors"}
    body = bodies.get(profile.client.entity_type, "Board of Directors")
    first = profile.owners[0]
    chair = first.name
    secretary = profile.owners[-1].name if len(profile.owners) > 1 else names.person(rng)
    amount = Decimal(rng.randrange(8000, 60000, 500))
    decisions = [
        f"RESOLVED, that the financial statements for {on.year - 1} are accepted as presented.",
        f"RESOLVED, that {chair} continues as {first.title} for the coming year.",
        f"RESOLVED, that the purchase of equipment for up to {dollars(amount)} is approved.",
        f"RESOLVED, that {cast.FIRM} is engaged as accountants for the year.",
    ][: rng.randint(3, 4)]
    officers = "; ".join(f"{owner.name}, {owner.title}" for owner in profile.owners)
    facts: FactPairs = [("date", on), ("body", body), ("decisions", " ".join(decisions)), ("officers", officers)]
    blocks: list[Block] = [
        Heading(profile.name, 1),
        Heading(f"Minutes of the Annual Meeting of the {body}"),
        Fields(
            (
                ("Date of meeting", days.long_date(on)),
                ("Place", f"{profile.client.city}, {profile.client.state}"),
                ("Present", officers),
                ("Secretary", secretary),
            )
        ),
        Text(
            f"The meeting was called to order at 9:30 a.m. by {chair}, who noted that a quorum was present. Notice of the meeting had been duly given or waived."
        ),
        Text(
            "After discussion, upon motion duly made and seconded, the following resolutions were unanimously adopted:"
        ),
        Points(tuple(decisions), numbered=True),
        Text("There being no further business, the meeting was adjourned at 10:45 a.m."),
        Text(f"Respectfully submitted,\n\n/s/ {secretary}\nSecretary of the meeting"),
    ]
    return _filed(
        sample,
        profile,
        f"Permanent/Minutes {on:%Y-%m-%d}",
        blocks,
        "minutes",
        facts,
        ("scan",) if scanned else ("pdf", "docx", "txt"),
        look=pdf.CENTRED,
    )


def stock_agreement(sample: Sample, profile: Profile, granted: date) -> str:
    """A restricted stock grant to a key employee, with the 83(b) election filed in time."""
    rng = sample.rng("stock", profile.ref)
    who, shares = names.person(rng), rng.randrange(500, 12000, 250)
    facts: FactPairs = [("recipient", who), ("grant_date", granted), ("shares", shares), ("election_83b_filed", "yes")]
    blocks: list[Block] = [
        Heading("RESTRICTED STOCK AGREEMENT", 1),
        Fields(
            (
                ("Company", profile.name),
                ("Recipient", who),
                ("Grant date", days.long_date(granted)),
                ("Number of shares", f"{shares:,}"),
                ("Purchase price per share", "$0.10"),
            )
        ),
        Text(
            "The shares vest in four equal annual installments beginning on the first anniversary of the grant date, subject to continued service."
        ),
        Text(
            f"Section 83(b) election: filed by the Recipient by certified mail on {days.long_date(granted + timedelta(days=12))}; a copy was given to the Company."
        ),
        Text(f"/s/ {profile.owners[0].name}, {profile.owners[0].title}\n/s/ {who}"),
    ]
    return _filed(
        sample,
        profile,
        f"Permanent/Restricted stock agreement {granted.year}",
        blocks,
        "stock-agreement",
        facts,
        ("pdf", "docx"),
    )


def authorization(sample: Sample, profile: Profile, signed: date, *, scanned: bool = False, years: str = "") -> str:
    """Form 8821 or 2848 for the firm, three years (those up to last year's, unless told) and the client's form; where the IRS wrote about
    earlier years or other forms, those too, since we answer for them."""
    form = "8821" if sum(map(ord, profile.ref)) % 2 else "2848"
    title = "Tax Information Authorization" if form == "8821" else "Power of Attorney and Declaration of Representative"
    first, last = map(int, (years or f"{sample.tax_year - 2}-{sample.tax_year}").split("-"))
    noticed = _noticed(sample, profile)
    years = f"{min([first, *(year for _, year in noticed)])}-{last}"
    expires = date(signed.year + 3, signed.month, min(signed.day, 28))
    own = profile.client.entity_type if profile.client.entity_type in days.RETURNS else "1065"
    returns = ", ".join(dict.fromkeys([own, *(about for about, _ in noticed)]))
    facts: FactPairs = [
        ("form", form),
        ("taxpayer_name", profile.name),
        ("years", years),
        ("forms", returns),
        ("signed_on", signed),
        ("expires_on", expires),
    ]
    partner = sample.person(profile.client.partner)
    blocks: list[Block] = [
        Heading(f"Form {form}  {title}", 1),
        Fields(
            (
                ("Taxpayer name", profile.name),
                ("Taxpayer identification number", profile.client.tax_id),
                ("Designee" if form == "8821" else "Representative", f"{partner.name}, CPA, {cast.FIRM}"),
                ("Type of tax", "Income"),
                ("Tax form number", returns),
                ("Year(s) or period(s)", years),
                ("Signed by", f"/s/ {profile.owners[0].name}"),
                ("Date signed", days.short_date(signed)),
                ("Expires on", days.short_date(expires)),
            )
        ),
        Text(
            "The taxpayer authorizes the person named above to inspect and receive confidential tax information for the matters listed."
        ),
    ]
    return _filed(
        sample,
        profile,
        f"Permanent/Form {form} signed",
        blocks,
        "authorization",
        facts,
        ("scan",) if scanned else ("pdf",),
        look=pdf.SMALL,
    )


def _noticed(sample: Sample, profile: Profile) -> list[tuple[str, int]]:
    """Form and year of the notices that the IRS sent the client."""
    found: list[tuple[str, int]] = []
    for document in sample.documents:
        if document.kind == "notice" and document.path.split("/")[1] == profile.ref:
            said = {fact.name: fact.value for fact in document.facts}
            if said.get("agency") == IRS and "tax_form" in said and "tax_year" in said:
                found.append((said["tax_form"], int(said["tax_year"])))
    return found


def mail_receipt(sample: Sample, profile: Profile, mailed: date, addressee: str, reference: str) -> str:
    """The receipt of certified mail: proof that our answer to `reference` left in time (IRC §7502)."""
    rng = sample.rng("receipt", profile.ref, mailed)
    number = f"9589 0710 5270 {rng.randint(0, 9999):04d} {rng.randint(0, 9999):04d} {rng.randint(10, 99)}"
    facts: FactPairs = [
        ("carrier", "U.S. Postal Service"),
        ("number", number),
        ("mailed_on", mailed),
        ("addressee", addressee.partition(",")[0]),
    ]
    blocks: list[Block] = [
        Heading("U.S. Postal Service", 1),
        Heading("CERTIFIED MAIL RECEIPT"),
        Fields(
            (
                ("Article number", number),
                ("Sent to", addressee),
                ("Postmark date", days.short_date(mailed)),
                ("Certified mail fee", "$5.30"),
                ("Return receipt (electronic)", "$2.82"),
            )
        ),
        Text(f"Contents: response to {reference}, {profile.name}"),
        Text("Keep this receipt for your records."),
    ]
    return _filed(
        sample,
        profile,
        f"Notices/Certified mail receipt {mailed:%Y-%m-%d}",
        blocks,
        "mail-receipt",
        facts,
        ("pdf",),
        look=pdf.TYPED,
    )


def memo(sample: Sample, profile: Profile, on: date, title: str, paragraphs: tuple[str, ...], *, author: str) -> str:
    """A memo of the firm to the file."""
    facts: FactPairs = [("date", on), ("from", author), ("to", "File")]
    blocks: list[Block] = [
        Heading(f"Memorandum: {title}", 1),
        Fields((("Date", days.long_date(on)), ("From", author), ("To", "File"), ("Client", profile.name))),
        *(Text(words) for words in paragraphs),
    ]
    return _filed(sample, profile, f"Workpapers/{title}", blocks, "memo", facts, ("md", "docx", "txt"))


def letter(
    sample: Sample,
    profile: Profile,
    on: date,
    sender: str,
    title: str,
    paragraphs: tuple[str, ...],
    *,
    folder: str = "Correspondence",
) -> str:
    """A letter from somebody to the client."""
    facts: FactPairs = [("date", on), ("from", sender), ("to", profile.name)]
    client = profile.client
    blocks: list[Block] = [
        Letterhead(sender),
        Text(days.long_date(on)),
        Text(f"{profile.name}\n{client.address}\n{client.city}, {client.state} {client.zip}"),
        Text(f"Re: {title}"),
        *(Text(words) for words in paragraphs),
        Text(f"Sincerely,\n\n{sender}"),
    ]
    return _filed(
        sample, profile, f"{folder}/{title}", blocks, "letter", facts, ("pdf", "html", "pdf", "txt"), look=pdf.CENTRED
    )


def _filed(
    sample: Sample,
    profile: Profile,
    name: str,
    blocks: list[Block],
    kind: str,
    facts: FactPairs,
    formats: tuple[str, ...],
    *,
    look: pdf.Look = pdf.LETTER,
) -> str:
    """Files the blocks in one of the formats, the same for one client and kind each time."""
    rng = sample.rng("format", profile.ref, kind, name)
    form = "txt" if sample.light else rng.choice(formats)
    path = f"documents/{profile.ref}/{name}"
    if form == "scan":
        return sample.document(f"{path}.pdf", scan.scanned_pdf(pdf.pdf(blocks, look), rng), kind, facts, scan=True)
    data = {
        "pdf": lambda: pdf.pdf(blocks, look),
        "docx": lambda: office.docx(blocks),
        "txt": lambda: plain.text(blocks),
        "md": lambda: plain.markdown(blocks),
        "html": lambda: plain.html(blocks, name.split("/")[-1]),
    }[form]()
    return sample.document(f"{path}.{form}", data, kind, facts)
