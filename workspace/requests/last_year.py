"""What a client gave for the year before, as items of this year's list: each names its issuer and cites the page it was read on.

Reads documents of the period before by kind; a statement's account, a payer, an employer, a partnership. Asks for nothing that has come
for this year already.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from workspace.evidence import Evidence
from workspace.requests.wants import Wants
from workspace.signals.k1 import one_each, own_k1, same_issuer, tax_year
from workspace.signals.names import same_name
from workspace.snapshot import Document, Engagement, Snapshot

_PAYERS = {"w-2": ("employer", "Form W-2"), "1099": ("payer", "Form 1099")}


@dataclass(frozen=True)
class Given:
    """An item that last year's paper calls for. `why` says so in words; `path` is the paper's."""

    item: str
    wants: Wants
    why: str
    evidence: Evidence
    document_id: str
    path: str
    come: bool  # this year's is on file already


def given_last_year(snapshot: Snapshot, work: Engagement) -> list[Given]:
    """What came for the period before this engagement's, each issuer and account once."""
    year = tax_year(work)
    if year is None:
        return []
    found = [*_k1s(snapshot, year), *_slips(snapshot, year)] if work.is_return else []
    found += _accounts(snapshot, work, year)
    return found


def _of_year(paper: Document, year: int) -> bool:
    return paper.value("tax_year") == str(year)


def _k1s(snapshot: Snapshot, year: int) -> Iterator[Given]:
    papers = [one for one in snapshot.of_kind("k-1") if not own_k1(snapshot, one)]
    now = [one for one in papers if _of_year(one, year)]
    for old in one_each([one for one in papers if _of_year(one, year - 1)]):
        issuer = old.fact("issuer")
        if issuer is not None:
            wants = Wants(("k-1",), issuer=issuer.value)
            come = any(same_issuer(old, one) for one in now)
            yield _given(old, f"Schedule K-1 from {issuer.value}", wants, issuer.evidence, year, come)


def _slips(snapshot: Snapshot, year: int) -> Iterator[Given]:
    for kind, (field, label) in _PAYERS.items():
        papers = snapshot.of_kind(kind)
        seen: list[tuple[str, str]] = []
        for old in (one for one in papers if _of_year(one, year - 1)):
            payer, form = old.fact(field), (old.value("form") or label)
            name = form if form.startswith("Form") else f"Form {form}"
            if payer is None or any(name == was and same_name(payer.value, who) for was, who in seen):
                continue
            seen.append((name, payer.value))
            forms = (old.value("form") or "",) if kind == "1099" and old.value("form") else ()
            come = any(
                _of_year(one, year)
                and same_name(one.value(field), payer.value)
                and (not forms or one.value("form") == forms[0])
                for one in papers
            )
            wants = Wants((kind,), forms, issuer=payer.value)
            yield _given(old, f"{name} from {payer.value}", wants, payer.evidence, year, come)


def _accounts(snapshot: Snapshot, work: Engagement, year: int) -> Iterator[Given]:
    """A statement at the period's end of each account that had one the year before, or had one at all where the work is monthly."""
    monthly = work.template in ("monthly-close", "bookkeeping", "audit")
    for kind, field, what in (
        ("bank-statement", "bank", "Bank statement"),
        ("loan-statement", "lender", "Loan statement"),
    ):
        seen: set[str] = set()
        for old in snapshot.of_kind(kind):
            account, holder = old.fact("account_last4"), old.value(field)
            day = old.day("period_end") or old.day("statement_date")
            before = day is not None and work.period_start is not None and day < work.period_start
            if account is None or account.value in seen or not before:
                continue
            seen.add(account.value)
            bank = kind == "bank-statement"
            name = f"{what}{'s' if monthly and bank else ''} of {holder or 'the account'} ending in {account.value}"
            wants = Wants(
                (kind,), account=account.value, months=monthly and bank, many=monthly, at="period" if monthly else "end"
            )
            name += (
                ", each month"
                if monthly and bank
                else f" at {work.period_end:%B} {work.period_end.day}, {work.period_end.year}"
                if work.period_end
                else ""
            )
            yield _given(old, name, wants, account.evidence, year, False)


def _given(old: Document, item: str, wants: Wants, evidence: Evidence, year: int, come: bool) -> Given:
    return Given(item, wants, f"came for {year - 1}: {old.name}", evidence, old.id, old.path, come)
