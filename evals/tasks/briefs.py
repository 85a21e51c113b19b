"""Whether each partner's "Needs you" is the seven that the gold calls for, in that order: NDCG@7 against an order worked out here.

The order is brief.md's formula done again with arithmetic of its own, floats and all, over the gold's class, date, dollars and source; of
the records only hours and answers are read. Which signals make one card is not judged here, nor cards of slugs whose gold is not complete.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evals.firm.gold import SLUGS, Planted
from evals.ground import Ground, SampleHome
from evals.runner import Score, Task, counted
from evals.tasks.signals import quotes, subject_of
from workspace.brief.stored import read_brief
from workspace.evidence import Evidence, from_json
from workspace.merge import merge
from workspace.passages import unproven
from workspace.scans import raised_signals
from workspace.scope import Scope, open_scope
from workspace.snapshot import Snapshot, take_snapshot

SEVEN, LOUD = 7, 40  # places; the least score of a card that has one
A = "limitations court-deadline trust-low conflict-hit refund-claim-closing election-83b"
A += " notice-deficiency notice-levy notice-lien notice-math-error"
B = "notice-underreporter notice-balance-due notice-state notice-unopened return-at-risk return-overdue extension-needed"
B += " extension-payment esign-out efile-rejected efile-unacknowledged k1-awaited estimate-due payroll-deposit payroll-return"
B += (
    " information-returns sales-tax-return nexus-approaching election-s-corp deferrals-late document-contradicts-record"
)
B += " trust-unreconciled fee-agreement-unsigned"
D = "margin-swing customer-concentration related-party document-expiring"
CLASS: Mapping[str, str] = {slug: cls for cls, slugs in (("A", A), ("B", B), ("D", D)) for slug in slugs.split()}
"""By slug, as signals.md has it; every other is C."""
HORIZON = {"A": 60, "B": 30, "C": 21, "D": 14}
CONSEQUENCE = {"A": 0.95, "B": 0.72, "C": 0.48, "D": 0.22}
# The next step is the client's: to send, to sign, to pay, to answer.
_THEIRS = (
    "request-overdue k1-awaited client-silent esign-out letter-unsigned fee-agreement-unsigned ar-aging estimate-due"
)
_THEIRS += " authorization-missing vendor-without-w9 duplicate-or-missing-document election-83b document-expiring"
THEIRS = frozenset(_THEIRS.split())
READ = frozenset(
    {"promise-due", "sales-tax-return"}
)  # read from the words of a mail and from a filing log, which the gold does not name
Signal = tuple[str, str, str]
"""Client ref, slug, subject."""


@dataclass(frozen=True)
class Case:
    """A partner's brief. `worth` of every planted signal of the partner's clients; `cards` are the signals that make one card."""

    home: SampleHome
    email: str
    worth: Mapping[Signal, tuple[float, date | None, float]]
    cards: tuple[frozenset[Signal], ...]
    keys: Mapping[str, Signal]


@dataclass(frozen=True)
class Shown:
    """The cards of "Needs you" in their order; of their `quotes` how many do not stand where they say."""

    cards: tuple[frozenset[Signal], ...]
    quotes: int
    astray: int


def cases(ground: Ground) -> Iterator[Case]:
    """Every partner of every sample firm who has clients."""
    for home in ground.samples:
        with home.reading() as scope:
            refs = [canary.client_ref for canary in home.gold.canaries]
            clients = [take_snapshot(scope, ref) for ref in refs]
            for email in sorted({p.email for c in clients for p in c.people.values() if p.role == "partner"}):
                mine = [one for one in clients if _partner(one) == email]
                if mine:
                    yield _case(home, scope, email, mine)


def _case(home: SampleHome, scope: Scope, email: str, clients: Sequence[Snapshot]) -> Case:
    keys: dict[str, Signal] = {}
    cards: list[frozenset[Signal]] = []
    worth: dict[Signal, tuple[float, date | None, float]] = {}
    for client in clients:
        raised = raised_signals(scope, client.client.ref, home.gold.as_of)
        keys |= {one.key: (one.client_ref, one.slug, one.subject) for one in raised}
        cards += [frozenset(keys[line.key] for line in card.lines) for card in merge(raised)]
        for planted in home.gold.planted:
            if planted.client_ref == client.client.ref:
                signal = (planted.client_ref, planted.slug, subject_of(planted))
                worth[signal] = (score_of(planted, client, home.gold.as_of), planted.due, float(planted.dollars or 0))
    found = frozenset(signal for card in cards for signal in card)
    cards += [frozenset({signal}) for signal in worth if signal not in found]
    return Case(home, email, worth, tuple(cards), keys)


def _partner(client: Snapshot) -> str | None:
    partner = client.people.get(client.client.partner_id or "")
    return partner.email if partner else None


def score_of(planted: Planted, client: Snapshot, today: date) -> float:
    """brief.md's score of a planted signal, and 100 more where nobody has acknowledged a right that can be lost."""
    cls = CLASS.get(planted.slug, "C")
    urgency = 0.5
    if planted.due is not None:
        waiting = {one.ref for one in client.engagements if one.stage == "waiting-on-client"}
        wait = answer_time(client) if planted.slug in THEIRS or planted.subject in waiting else 0.0
        slack = business_days(today, planted.due) - open_days(client, planted.subject, today) - wait
        urgency = min(max((HORIZON[cls] - slack) / HORIZON[cls], 0.0), 1.0)
    exposure = min(1.0, math.log10(1 + max(float(planted.dollars or 0), 0.0)) / 5)
    confidence = 0.8 if planted.document or planted.slug in READ else 1.0
    score = 100 * (0.45 * urgency + 0.35 * CONSEQUENCE[cls] + 0.20 * exposure) * confidence
    return score + 100 * (cls == "A")


def open_days(client: Snapshot, subject: str, today: date) -> float:
    """Open budget hours of the engagement that is meant (itself, or the matter of an entered date) at the owner's hours a day; 0 where
    one of them is not known."""
    dated = next((one.engagement_id for one in client.entered if one.id == subject), None)
    meant = (one for one in client.engagements if subject == one.ref or (dated is not None and dated == one.id))
    work = next((one for one in meant if one.filed_on is one.finished_on is None), None)
    owner = client.people.get(work.owner_id or "") if work else None
    if work is None or owner is None or not work.budget_hours or not owner.weekly_hours:
        return 0.0
    spent = sum(float(one.hours) for one in client.time if one.engagement_id == work.id and one.date <= today)
    return max(float(work.budget_hours) - spent, 0.0) / (float(owner.weekly_hours) / 5)


def answer_time(client: Snapshot) -> float:
    """Business days in which four of five answers came: things asked for, and mails after ours; 2 with fewer than three answers."""
    days = [
        business_days(one.requested_on, one.received_on)
        for one in client.requests
        if one.requested_on and one.received_on and one.received_on >= one.requested_on
    ]
    ours: dict[str, date] = {}
    for mail in sorted((one for one in client.messages if one.sent_at), key=lambda one: str(one.sent_at)):
        if mail.sent_at is not None and mail.direction == "out":
            ours.setdefault(mail.thread, client.local_day(mail.sent_at))
        elif mail.sent_at is not None and mail.thread in ours:
            days.append(business_days(ours.pop(mail.thread), client.local_day(mail.sent_at)))
    return float(sorted(days)[math.ceil(len(days) * 0.8) - 1]) if len(days) >= 3 else 2.0


def business_days(start: date, end: date) -> int:
    """Weekdays but federal holidays after the one day through the other; negative backwards."""
    if end < start:
        return -business_days(end, start)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(one.weekday() < 5 and one not in holidays(one.year) for one in days)


def holidays(year: int) -> frozenset[date]:
    """The federal holidays of a year on the day on which they are kept (5 U.S.C. §6103)."""
    fixed = [date(year, *day) for day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))] + [date(year + 1, 1, 1)]
    kept = [one + timedelta(days={5: -1, 6: 1}.get(one.weekday(), 0)) for one in fixed]
    moving = (
        (1, 0, 15),
        (2, 0, 15),
        (9, 0, 1),
        (10, 0, 8),
        (11, 3, 22),
        (5, 0, 25),
    )  # the first such weekday from a day on
    kept += [_from(date(year, month, day), weekday) for month, weekday, day in moving]
    return frozenset(kept)


def _from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def ask(case: Case) -> Shown:
    """The cards of the stored brief."""
    with case.home.reading() as scope:
        brief = read_brief(open_scope(scope.session, case.email, clock=case.home.services.clock), case.home.gold.as_of)
        evidence: dict[str, list[Evidence]] = {}
        for card in brief["needs_you"]:
            evidence.setdefault(card["client_ref"], []).extend(from_json(one) for one in card["evidence"])
        astray = sum(len(unproven(scope, take_snapshot(scope, ref), found)) for ref, found in evidence.items())
    cards = tuple(frozenset(case.keys[key] for key in card["keys"]) for card in brief["needs_you"])
    return Shown(cards, sum(len(list(quotes(found))) for found in evidence.values()), astray)


def score(case: Case, shown: Shown) -> Iterator[Score]:
    """How good the order is, how many of the seven are those of the ideal, and whether their quotes stand."""
    ideal = sorted((one for one in case.cards if judged(one) and needs(case, one)), key=lambda one: place(case, one))
    ideal = ideal[:SEVEN]
    cards = [card for card in shown.cards if judged(card)][:SEVEN]
    best = dcg(worth(case, card) for card in ideal)
    if best:
        yield "NDCG@7 of Needs you", min(dcg(worth(case, card) for card in cards) / best, 1.0)
        yield from counted("of the ideal seven", len(set(ideal) & set(cards)), len(ideal))
    yield from counted("quotes verbatim at their place", shown.quotes - shown.astray, shown.quotes)


def judged(card: frozenset[Signal]) -> bool:
    return any(slug in SLUGS for _, slug, _ in card)


def needs(case: Case, card: frozenset[Signal]) -> bool:
    """Loud enough by the firm's setting rank.needs_you_score, or a statute's date that has passed; the rest is worth a look."""
    today = case.home.gold.as_of
    told = [(CLASS.get(one[1], "C"), *case.worth[one][:2]) for one in card if one in case.worth]
    return any(loud >= LOUD or (cls in "AB" and due is not None and due < today) for cls, loud, due in told)


def worth(case: Case, card: frozenset[Signal]) -> float:
    """What a card is worth: its loudest planted signal; a card of none is worth nothing."""
    return max((case.worth[one][0] for one in card if one in case.worth), default=0.0)


def place(case: Case, card: frozenset[Signal]) -> tuple[float, date, float, str]:
    """Best first; ties by the earlier date, the larger amount, the client's ref."""
    told = [(*case.worth[one], one[0]) for one in card if one in case.worth] or [(0.0, None, 0.0, "")]
    loud, due, dollars, ref = max(told, key=lambda one: one[0])
    return (-loud, due or date.max, -dollars, ref)


def dcg(gains: Iterable[float]) -> float:
    """Discounted cumulative gain: each gain over the binary logarithm of its place plus one."""
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


BRIEFS = Task("briefs", "each partner's seven are those the gold calls for, in its order", cases, ask, score)
