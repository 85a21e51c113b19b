"""The schedule: how long each kind of record is kept, from which day, and on whose authority. The firm's own word goes before ours.

What we propose are the terms that firms mostly take; "[check]" marks what differs by state, by insurer or by engagement. Nothing is
destroyed by itself: a person looks at what is due and decides.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Invalid
from store.tables import RetentionRule
from workspace.acting import record
from workspace.scope import Right, Scope

MONTHS = range(1, 1201)
NO_STATUTE = "No statute that we know of: the firm's own policy."


@dataclass(frozen=True)
class Kind:
    """A kind of record. `runs_from` says in words from when; `destroyed`: whether it can be destroyed by its term alone, or only goes
    when its client is erased."""

    slug: str
    label: str
    months: int
    runs_from: str
    authority: str
    destroyed: bool = True


KINDS: tuple[Kind, ...] = (
    Kind(
        "documents",
        "Documents",
        84,
        "the day a document came in",
        "IRC §6107(b): a preparer keeps each return, or a list, for 3 years after the close of the return period. State boards and "
        "insurers mostly ask for 5 to 7 years [check].",
    ),
    Kind("mail", "Mail", 84, "the day it was sent", "As for the documents that it belongs to [check]."),
    Kind("chats", "Chat threads", 24, "the last message", NO_STATUTE),
    Kind(
        "model-texts", "What models answered", 24, "the call", f"{NO_STATUTE} The ledger's line stays, its text goes."
    ),
    Kind("scans", "Nights: what scans read and raised", 36, "the night", NO_STATUTE),
    Kind(
        "deliverables",
        "Released deliverables",
        84,
        "the release",
        "IRC §6107(b), 3 years. Audit and review papers: 7 years where SEC rules apply (17 CFR 210.2-06), else by AU-C 230 at least 5 "
        "years [check].",
        destroyed=False,
    ),
    Kind(
        "letters",
        "Signed letters",
        84,
        "the signature",
        "The state's limitation of actions on written contracts, 3 to 10 years [check].",
        destroyed=False,
    ),
    Kind(
        "consents",
        "Consents to disclose",
        36,
        "the day a consent was signed",
        "Treas. Reg. §301.7216-3 and Rev. Proc. 2013-14 name no term; 3 years as for the return [check].",
        destroyed=False,
    ),
    Kind(
        "trust",
        "Trust money",
        60,
        "the last movement",
        "ABA Model Rule 1.15(a): 5 years after the representation ended; some states 6 or 7 [check].",
        destroyed=False,
    ),
    Kind(
        "books",
        "Invoices, payments, time",
        84,
        "the last booking",
        "IRC §6001 and Treas. Reg. §1.6001-1(e): as long as they may be material. Sums stay for good; after the term their words may go.",
        destroyed=False,
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}


@dataclass(frozen=True)
class Term:
    """What holds for a kind. `own`: the firm set it, `set_by` at `set_on`."""

    kind: Kind
    months: int
    authority: str
    own: bool
    set_by: str = ""
    set_on: date | None = None


def schedule(scope: Scope) -> tuple[Term, ...]:
    """The term of every kind, in the order of KINDS."""
    own = {rule.id: rule for rule in scope.session.scalars(select(RetentionRule))}
    found: list[Term] = []
    for kind in KINDS:
        rule = own.get(kind.slug)
        if rule is None:
            found.append(Term(kind, kind.months, kind.authority, own=False))
        else:
            found.append(Term(kind, rule.months, rule.authority, True, rule.set_by, rule.set_at.date()))
    return tuple(found)


def set_term(scope: Scope, slug: str, months: int, authority: str) -> None:
    """The firm's own term for a kind. Raises Forbidden without retention:set, Invalid."""
    scope.require(Right.RETENTION_SET)
    if slug not in BY_SLUG:
        raise Invalid(f"there is no kind of record called {slug}")
    if months not in MONTHS:
        raise Invalid("keep records between one month and a hundred years")
    if not (authority := authority.strip()[:500]):
        raise Invalid("say what the firm goes by: a rule, an insurer, its own policy")
    rule = scope.session.get(RetentionRule, slug)
    if rule is None:
        rule = RetentionRule(id=slug)
        scope.session.add(rule)
    rule.months, rule.authority, rule.set_by, rule.set_at = months, authority, scope.email, scope.now
    record(scope, AuditTag.RETENTION_SET, f"retention:{slug}", None, months=months, authority=authority)


def before(day: date, months: int) -> date:
    """The day so many months before; the last of its month where there is no such day."""
    at = day.year * 12 + day.month - 1 - months
    year, month = divmod(at, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date.resolution).day
    return date(year, month + 1, min(day.day, last))


def after(day: date, months: int) -> date:
    """The day so many months after."""
    return before(day, -months)
