"""Small extra papers for benchmarks: workpaper notes as text, every fifth as a one-page PDF, until a client has enough documents."""

from decimal import Decimal
from random import Random

from evals.firm import days
from evals.firm.render import pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Table, Text, dollars, figures
from evals.firm.sample import Profile, Sample

_SUBJECTS = (
    "Accrued expenses",
    "Prepaid insurance",
    "Fixed asset additions",
    "Lease classification",
    "Revenue cut-off",
    "Inventory count",
    "State apportionment",
    "Meals and travel",
    "Bank confirmation",
    "Officer loans",
)
_REMARKS = (
    "Agreed to the ledger without difference.",
    "Followed up with the controller, who explained the change by the timing of the December shipment.",
    "Sample of five items traced to invoices and to payment in the next month.",
    "Within expectation; no adjustment is proposed.",
    "Percentage is in line with the two years before.",
    "Support is filed behind this sheet.",
)


def pad(sample: Sample, per_client: int) -> None:
    """Fills every client up to `per_client` files of its documents and books folders; never takes one away."""
    held: dict[str, int] = {}
    for path in sample.paths:
        if path.startswith(("documents/", "books/")):
            ref = path.split("/")[1]
            held[ref] = held.get(ref, 0) + 1
    for profile in sample.profiles.values():
        for number in range(held.get(profile.ref, 0), per_client):
            _sheet(sample, profile, number)


def _sheet(sample: Sample, profile: Profile, number: int) -> None:
    rng = sample.rng("pad", profile.ref, number)
    on = days.roll(sample.ago(rng.randint(8, 400)))
    author = sample.staff[number % len(sample.staff)].name
    blocks = _blocks(profile, f"{rng.choice(_SUBJECTS)} {number + 1}", rng)
    blocks.insert(1, Fields((("Date", days.long_date(on)), ("From", author), ("To", "File"))))
    path = f"documents/{profile.ref}/Workpapers/WP-{number + 1:03d}"
    facts = (("date", on), ("from", author), ("to", "File"))
    if number % 5 == 4:
        sample.document(f"{path}.pdf", pdf.pdf(blocks, pdf.SMALL), "memo", facts)
    else:
        sample.document(f"{path}.txt", plain.text(blocks), "memo", facts)


def _blocks(profile: Profile, title: str, rng: Random) -> list[Block]:
    amounts = [Decimal(rng.randint(4000, 2400000)) / 100 for _ in range(3)]
    rows = tuple((f"Item {letter}", figures(amount)) for letter, amount in zip("ABC", amounts, strict=True))
    return [
        Heading(f"Memorandum: {title}", 1),
        Text(
            f"{profile.name}: the balance examined was {dollars(sum(amounts, Decimal(0)))}. {rng.choice(_REMARKS)} {rng.choice(_REMARKS)}"
        ),
        Table(("Item", "Amount"), (*rows, ("Total", figures(sum(amounts, Decimal(0))))), right=(1,), total=True),
    ]
