"""What hits must be of: kinds of documents, a period, an engagement; and how a person's words become that.

Owns the rule of which documents belong to an engagement. Never ranks, never reads a passage.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from sqlalchemy import select

from store.errors import Unknown
from store.fact_names import KINDS
from store.tables import Client, ClientRequest, Engagement, EngagementLetter, RequestItem
from workspace.scope import Scope, access_client
from workspace.search.corpus import Paper
from workspace.search.periods import Span, asked_periods, period_named

_BOOKS = frozenset(
    [
        "bank-statement",
        "loan-statement",
        "trial-balance",
        "profit-and-loss",
        "balance-sheet",
        "general-ledger",
        "ar-aging",
        "invoice",
        "payroll-register",
    ]
)
# What such work is done from. Work of a kind that does not stand here (returns, audits, advice) takes papers of every kind.
_WORKED_FROM: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "bookkeeping": _BOOKS,
        "monthly-close": _BOOKS,
        "payroll": frozenset(["payroll-register", "deposits", "w-2", "notice"]),
        "sales-tax": frozenset(["profit-and-loss", "trial-balance", "notice", "tax-return"]),
    }
)
_OFFERED = 3


@dataclass(frozen=True)
class OfEngagement:
    """The papers of an engagement: those that are `linked` to it (its letter, what came in for its requests), and those of its period
    that are of a kind such work is done from. `kinds` empty: of every kind; `period` None: only the linked ones."""

    linked: frozenset[str]
    period: Span | None
    kinds: frozenset[str]

    def takes(self, paper: Paper) -> bool:
        return paper.id in self.linked or (
            (not self.kinds or paper.kind in self.kinds) and self.period is not None and _shares(self.period, paper)
        )


@dataclass(frozen=True)
class Only:
    """What hits must be of: documents of one of these kinds, of a period that has a day in common, of an engagement. Empty and None
    exclude nothing."""

    kinds: frozenset[str] = frozenset()
    period: Span | None = None
    engagement: OfEngagement | None = None

    def takes(self, paper: Paper) -> bool:
        """Whether a document is of these. One without a known period is of none."""
        of_kind = not self.kinds or paper.kind in self.kinds
        of_period = self.period is None or _shares(self.period, paper)
        return of_kind and of_period and (self.engagement is None or self.engagement.takes(paper))


def _shares(period: Span, paper: Paper) -> bool:
    return any(period.shared(span) for span in paper.spans)


def only(
    scope: Scope,
    client_ref: str,
    *,
    kinds: Iterable[str] = (),
    period: str | None = None,
    engagement: str | None = None,
) -> Only | None:
    """The filter as a person writes it: kinds of facts.md, a period as 2025-Q3 or 2025-07..2025-09, the ref of an engagement of this
    client. None when nothing is asked for. Raises Unknown, with the closest names, for what is none; NotFound outside the scope."""
    asked = [kind for kind in kinds if kind.strip()]
    if not (asked or period or engagement):
        return None
    client = access_client(scope, client_ref)
    return Only(
        kinds=frozenset(map(_kind, asked)),
        period=_period(scope, client, period) if period else None,
        engagement=_engagement(scope, client, engagement) if engagement else None,
    )


def _kind(asked: str) -> str:
    plain = asked.strip().lower().replace(" ", "-").replace("_", "-")
    if plain not in KINDS:
        raise Unknown(f"there is no kind of document {asked!r}; {_closest(plain, KINDS)}")
    return plain


def _period(scope: Scope, client: Client, asked: str) -> Span:
    found = period_named(asked, today=scope.today, fiscal_year_end=client.fiscal_year_end)
    if found is None:
        year = scope.today.year - 1
        forms = f"{year}, {year}-Q3, {year}-09, {year}-09-30, FY{year}, {year}-07..{year}-09"
        raise Unknown(f"{asked!r} is no period; write it like {forms}")
    return found


def _engagement(scope: Scope, client: Client, asked: str) -> OfEngagement:
    rows = scope.session.scalars(select(Engagement).where(Engagement.client_id == client.id)).all()
    found = next((row for row in rows if row.ref.lower() == asked.strip().lower()), None)
    if found is None:
        titles = {f"{row.ref} ({row.title})": (row.ref, row.title) for row in rows}
        raise Unknown(f"{client.ref} has no engagement {asked!r}; {_closest_of(asked, titles)}")
    letters = select(EngagementLetter.document_id).where(EngagementLetter.engagement_id == found.id)
    received = (
        select(RequestItem.document_id)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .where(ClientRequest.engagement_id == found.id)
    )
    linked = frozenset(one for one in scope.session.scalars(letters.union_all(received)) if one)
    return OfEngagement(
        linked, _worked_period(found, client, scope.today), _WORKED_FROM.get(found.template, frozenset())
    )


def _worked_period(row: Engagement, client: Client, today: date) -> Span | None:
    """The period of the work; where no record says it, what its title names ("2025 Form 1120-S")."""
    if row.period_start and row.period_end and row.period_start <= row.period_end:
        return Span(row.period_start, row.period_end)
    named = asked_periods(row.title, today=today, fiscal_year_end=client.fiscal_year_end)
    return named[0].span if named else None


def _closest(asked: str, names: Sequence[str]) -> str:
    return _closest_of(asked, {name: (name,) for name in names})


def _closest_of(asked: str, names: Mapping[str, Sequence[str]]) -> str:
    """What to offer: the names that are written most alike, the first ones when none is."""
    words = {word.lower(): name for name, each in names.items() for word in each}
    near = [words[word] for word in get_close_matches(asked.lower(), words, n=_OFFERED, cutoff=0.5)]
    near += [name for word, name in words.items() if asked.lower() in word]
    offered = list(dict.fromkeys(near))[:_OFFERED]
    if offered:
        return f"the closest: {', '.join(offered)}"
    return f"there are {', '.join(sorted(names))}" if names else "it has none"
