"""What the file itself shows: papers about to expire, months that are missing."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days
from evals.firm.documents import bank, property
from evals.firm.sample import Profile, Sample


def lease_ending(sample: Sample, profile: Profile) -> None:
    """Ends in weeks; the day for the notice is past."""
    end = days.month_end(sample.as_of.year, sample.as_of.month + 1)
    path, rent = property.lease(sample, profile, end, notice_by=end - timedelta(days=181))
    sample.settle(profile.ref, "lease")
    sample.plant(
        profile.ref,
        "document-expiring",
        path,
        f"lease ends {end}",
        due=end,
        dollars=rent * 12,
        document=path,
        quote=days.long_date(end),
    )


def lease_notice(sample: Sample, profile: Profile) -> None:
    """Ends in autumn, but the option to renew lapses in weeks."""
    end = days.month_end(sample.as_of.year, 9)
    by = sample.as_of + timedelta(days=24)
    path, rent = property.lease(sample, profile, end, notice_by=by)
    sample.settle(profile.ref, "lease")
    sample.plant(
        profile.ref,
        "document-expiring",
        path,
        f"notice to renew by {by}",
        due=by,
        dollars=rent * 12,
        document=path,
        quote=days.long_date(by),
    )


def lease_far(sample: Sample, profile: Profile) -> None:
    by = sample.as_of + timedelta(days=64)
    property.lease(sample, profile, days.month_end(sample.as_of.year, 11), notice_by=by)
    sample.settle(profile.ref, "lease")
    sample.decoy(profile.ref, "document-expiring", f"notice by {by}, 64 days ahead")


def insurance_ending(sample: Sample, profile: Profile) -> None:
    expires = sample.as_of + timedelta(days=23)
    path = property.certificate(sample, profile, expires)
    sample.settle(profile.ref, "certificate")
    sample.plant(
        profile.ref,
        "document-expiring",
        path,
        f"policy expires {expires}",
        due=expires,
        document=path,
        quote=days.short_date(expires),
    )


def insurance_renewed(sample: Sample, profile: Profile) -> None:
    """The old certificate runs out, the new one is on file."""
    expires = sample.as_of + timedelta(days=16)
    property.certificate(sample, profile, expires)
    property.certificate(sample, profile, date(expires.year + 1, expires.month, min(expires.day, 28)))
    sample.settle(profile.ref, "certificate")
    sample.decoy(profile.ref, "document-expiring", "the renewal's certificate is on file")


def _cash(sample: Sample, profile: Profile) -> Decimal | None:
    found = sample.books.get(profile.ref)
    return found.accounts[1010] if found else None


def month_missing(sample: Sample, profile: Profile) -> None:
    """Five months of statements, the third is not there."""
    last = date(sample.tax_year, 12, 31)
    gap = days.month_end(sample.tax_year, 10)
    paths = bank.statements(sample, profile, last, 5, closing=_cash(sample, profile), missing={gap})
    sample.settle(profile.ref, "bank")
    after = paths[days.month_end(sample.tax_year, 11)]
    subject = f"{profile.account} {gap:%Y-%m}"
    why = f"statements before and after {gap:%B %Y} are on file"
    sample.plant(profile.ref, "duplicate-or-missing-document", subject, why, document=after, quote=profile.account)


def month_two_accounts(sample: Sample, profile: Profile) -> None:
    """Two accounts whose months do not overlap: neither has a gap."""
    other = f"{(int(profile.account) + 1357) % 8000 + 1001}"
    bank.statements(sample, profile, date(sample.tax_year, 12, 31), 2, closing=_cash(sample, profile))
    bank.statements(sample, profile, date(sample.tax_year, 8, 31), 2, account=other)
    sample.settle(profile.ref, "bank")
    sample.decoy(profile.ref, "duplicate-or-missing-document", "the gap lies between two different accounts")


def month_copies(sample: Sample, profile: Profile) -> None:
    """The same statement in two folders, byte for byte."""
    paths = bank.statements(sample, profile, date(sample.tax_year, 12, 31), 3, closing=_cash(sample, profile))
    sample.settle(profile.ref, "bank")
    last = list(paths.values())[-1]
    original = next(document for document in reversed(sample.documents) if document.path == last)
    facts = [(fact.name, fact.value) for fact in original.facts]
    sample.document(
        f"documents/{profile.ref}/To sort/{last.rsplit('/', 1)[1]}",
        (sample.root / last).read_bytes(),
        "bank-statement",
        facts,
    )
    sample.decoy(profile.ref, "duplicate-or-missing-document", "the same bytes in two folders")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (lease_ending, lease_notice, insurance_ending, month_missing)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (lease_far, insurance_renewed, month_two_accounts, month_copies)
}
