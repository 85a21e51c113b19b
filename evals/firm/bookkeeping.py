"""Gives every business client books of two years, before situations bend them and papers print them."""

from evals.firm import ledger
from evals.firm.sample import Sample


def keep(sample: Sample) -> None:
    """Books of the last year and of the one before, for clients with a trade."""
    for profile in sample.profiles.values():
        industry = profile.blueprint.industry
        if profile.is_household or industry in ("estate", "trust"):
            continue
        rng = sample.rng("ledger", profile.ref)
        taxed = profile.client.entity_type == "1120"
        before = ledger.first_year(industry, sample.tax_year - 1, rng, taxed)
        sample.prior_books[profile.ref] = before
        sample.books[profile.ref] = ledger.next_year(before, industry, rng, taxed)
