"""The firm's own weights of rank, fitted from what its people did with what was raised; shown in words, and switched off at will.

A logistic model of three parameters and an intercept: whether somebody acted on a signal (took note of it, kept it on top, handed it
over, approved the draft it called for) or dismissed it, by its urgency, consequence and exposure. Ridge toward the standard weights, so
that few decisions move little (Hoerl and Kennard 1970). Never beyond the hard rules: each weight stays within half and one and a half of
the standard, class A that nobody has seen stays on top, and a firm's written `[settings.rank]` wins.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict
from store.ids import stable_id
from store.tables import Deliverable, RankWeights, Review, SignalDecision, SignalRow
from workspace.deliverables.occasions import about
from workspace.scope import Right, Scope
from workspace.signals.thresholds import DEFAULTS

TERMS = ("urgency", "consequence", "exposure")
STANDARD: dict[str, Decimal] = {name: Decimal(DEFAULTS["rank"][name]) for name in TERMS}
ACTED = ("acknowledge", "pin", "delegate")
LOOKED_BACK = timedelta(days=365)
LEAST, LEAST_OF_EACH = 30, 5  # decisions before anything is fitted
_SCALE = 4.0  # the standard weights as parameters of the model: a score of 50 points more is odds of e² more
_RIDGE = 4.0
_STEPS = 25
_AT_MOST = Decimal("1.5")
_CENT = Decimal("0.01")
_WORDS = {"urgency": "how soon the date is", "consequence": "what is lost", "exposure": "how many dollars are at stake"}


@dataclass(frozen=True)
class Weights:
    """The three weights by term, which sum to 1, from so many decisions; `learned` false: the standard ones are in force."""

    by_term: Mapping[str, Decimal] = field(default_factory=lambda: STANDARD)
    decisions: int = 0
    acted: int = 0
    as_of: date | None = None
    learned: bool = False
    switched_off: bool = False

    def in_words(self) -> str:
        """What they say, for a partner."""
        if self.switched_off:
            return "Learning is switched off: the standard weights are in force."
        if not self.learned:
            return f"The standard weights are in force: there are {self.decisions} decisions, and {LEAST} are needed to learn from."
        moved = [_moved(name, self.by_term[name]) for name in TERMS]
        said = "; ".join(one for one in moved if one) or "they agree with the standard"
        return f"From {self.decisions} decisions, {self.acted} of them acted on: {said}."


def _moved(name: str, weight: Decimal) -> str:
    standard = STANDARD[name]
    if abs(weight - standard) < _CENT:
        return ""
    return f"{_WORDS[name]} counts {'more' if weight > standard else 'less'} ({weight} against {standard})"


def fit(samples: Sequence[tuple[Sequence[float], bool]]) -> dict[str, Decimal] | None:
    """The weights from (urgency, consequence, exposure), each 0 to 1, and whether it was acted on. None: too few, or all alike."""
    acted = sum(yes for _, yes in samples)
    if len(samples) < LEAST or min(acted, len(samples) - acted) < LEAST_OF_EACH:
        return None
    wanted = [Decimal(str(beta / _SCALE)) for beta in _logistic(samples)[1:]]
    return _held(dict(zip(TERMS, wanted, strict=True)))


def _held(wanted: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The nearest weights that sum to 1, each between half and one and a half of the standard, to cents."""
    least = {name: (STANDARD[name] / 2).quantize(_CENT) for name in TERMS}
    most = {name: (STANDARD[name] * _AT_MOST).quantize(_CENT) for name in TERMS}

    def moved(by: Decimal) -> dict[str, Decimal]:
        return {name: min(max(wanted[name] + by, least[name]), most[name]) for name in TERMS}

    low, high = Decimal(-100), Decimal(100)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(moved(middle).values()) < 1 else (low, middle)
    weights = {name: weight.quantize(_CENT) for name, weight in moved(high).items()}
    rest = 1 - sum(weights.values())
    room = {name: (most[name] - weights[name]) if rest > 0 else (weights[name] - least[name]) for name in TERMS}
    weights[max(TERMS, key=lambda name: room[name])] += rest
    return weights


def _logistic(samples: Sequence[tuple[Sequence[float], bool]]) -> list[float]:
    """The parameters, intercept first, that make the penalised likelihood largest; Newton's method on the centred terms."""
    import numpy as np

    x = np.array([row for row, _ in samples], dtype=float)
    x = np.hstack([np.ones((len(x), 1)), x - x.mean(axis=0)])
    y = np.array([float(yes) for _, yes in samples])
    prior = np.array([0.0, *(_SCALE * float(STANDARD[name]) for name in TERMS)])
    ridge = np.diag([0.0, _RIDGE, _RIDGE, _RIDGE])
    beta = prior.copy()
    beta[0] = math.log(y.mean() / (1 - y.mean()))
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-(x @ beta)))
        slope = x.T @ (y - p) - ridge @ (beta - prior)
        curve = (x.T * (p * (1 - p))) @ x + ridge
        beta = beta + np.linalg.solve(curve, slope)
    return [float(one) for one in beta]


def learn(scope: Scope) -> Weights:
    """Fit from the decisions of the year before the scope's day and keep what came of it, once a day; the weights in force. A day gone
    by learns nothing anew. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    newest = _newest(scope)
    if newest is not None and newest.as_of >= scope.today:
        return in_force(scope)
    samples = _samples(scope)
    found = fit([(row, yes) for row, yes in samples])
    acted = sum(yes for _, yes in samples)
    off = newest is not None and newest.switched_off
    if found is None and newest is None:
        return Weights(decisions=len(samples), acted=acted)
    row = RankWeights(
        id=stable_id("wgt", scope.today),
        as_of=scope.today,
        weights={name: str(weight) for name, weight in (found or STANDARD).items()},
        decisions=len(samples),
        acted=acted,
        learned=found is not None,
        switched_off=off,
        at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    return in_force(scope)


def in_force(scope: Scope) -> Weights:
    """The weights that count on the scope's day; one query."""
    row = _newest(scope)
    if row is None:
        return Weights()
    learned = row.learned and not row.switched_off
    weights = {name: Decimal(row.weights[name]) for name in TERMS} if learned else STANDARD
    return Weights(weights, row.decisions, row.acted, row.as_of, learned, row.switched_off)


def switch(scope: Scope, *, on: bool) -> Weights:
    """Let the firm's own weights count, or the standard ones, from the next scan on. Raises Forbidden without deliverable:release (a
    partner's right), Conflict when it is so already."""
    scope.require(Right.DELIVERABLE_RELEASE)
    row = _newest(scope)
    if (row is None or not row.switched_off) is on:
        raise Conflict(f"learning is {'on' if on else 'off'} already")
    if row is None or row.as_of != scope.today:
        row = RankWeights(
            id=stable_id("wgt", scope.today),
            as_of=scope.today,
            weights=row.weights if row else {name: str(weight) for name, weight in STANDARD.items()},
            decisions=row.decisions if row else 0,
            acted=row.acted if row else 0,
            learned=row.learned if row else False,
            at=scope.now,
        )
        scope.session.add(row)
    row.switched_off = not on
    scope.session.flush()
    audit.record(
        scope.session,
        AuditTag.RANK_SWITCHED,
        actor=scope.email,
        subject=f"rank:{row.id}",
        now=scope.now,
        detail={"learning": on},
    )
    return in_force(scope)


def over(settings: Mapping[str, Any], weights: Weights) -> dict[str, Any]:
    """A client's settings with the learned weights under whatever the firm wrote itself."""
    if not weights.learned:
        return dict(settings)
    written = settings.get("rank")
    learned = {name: str(weights.by_term[name]) for name in TERMS}
    own = dict(written) if isinstance(written, Mapping) else {}
    # one weight that a firm wrote by hand means that it wants its own: they must sum to 1
    return {**settings, "rank": own if own.keys() & set(TERMS) else {**learned, **own}}


def _newest(scope: Scope) -> RankWeights | None:
    query = select(RankWeights).where(RankWeights.as_of <= scope.today).order_by(RankWeights.as_of.desc())
    return scope.session.scalars(query.limit(1)).one_or_none()


def _samples(scope: Scope) -> list[tuple[list[float], bool]]:
    """Every signal that somebody decided about in the year before the scope's day, by its key: its terms then, and whether it was acted
    on. The newest decision counts; a snooze says nothing."""
    until = datetime.combine(scope.today, time(), tzinfo=UTC)
    decided = _decided(scope, until) | _approved(scope, until)
    rows = scope.session.execute(
        select(SignalRow.key, SignalRow.terms)
        .where(SignalRow.key.in_(decided), SignalRow.as_of < scope.today, SignalRow.client_id.in_(scope.clients()))
        .order_by(SignalRow.key, SignalRow.as_of)
    ).tuples()
    terms: dict[str, Mapping[str, Any]] = dict(rows.all())  # the newest day's stand last
    return [([float(terms[key][name]) for name in TERMS], decided[key]) for key in sorted(terms)]


def _decided(scope: Scope, until: datetime) -> dict[str, bool]:
    found = scope.session.execute(
        select(SignalDecision.key, SignalDecision.decision)
        .where(
            SignalDecision.at < until,
            SignalDecision.at >= until - LOOKED_BACK,
            SignalDecision.client_id.in_(scope.clients()),
        )
        .order_by(SignalDecision.at, SignalDecision.id)
    ).tuples()
    newest: dict[str, str] = {key: decision for key, decision in found if decision != "snooze"}
    return {key: decision in ACTED for key, decision in newest.items() if decision in (*ACTED, "dismiss")}


def _approved(scope: Scope, until: datetime) -> dict[str, bool]:
    """The signals whose draft was approved: a draft's occasion names the subject of the signal that called for it."""
    drafts = scope.session.execute(
        select(Deliverable.client_id, Deliverable.occasion)
        .join(Review, Review.deliverable_id == Deliverable.id)
        .where(
            Review.decision == "approve",
            Review.at < until,
            Review.at >= until - LOOKED_BACK,
            Deliverable.client_id.in_(scope.clients()),
        )
    ).tuples()
    subjects = {(client_id, about(occasion)) for client_id, occasion in drafts}
    if not subjects:
        return {}
    rows = scope.session.execute(
        select(SignalRow.key, SignalRow.client_id, SignalRow.subject).where(
            SignalRow.subject.in_(_second(subjects)), SignalRow.client_id.in_(scope.clients())
        )
    ).tuples()
    return {key: True for key, client_id, subject in rows if (client_id, subject) in subjects}


def _second(pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {subject for _, subject in pairs}
