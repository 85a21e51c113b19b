"""How onboardings stand: each with its steps, who is waited for and how long nothing moved; what the finished ones took. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store.tables import AccessItem, Authorization, Client, Engagement, Firm, Onboarding, OnboardingStep, Person
from workspace.nights import time_zone
from workspace.onboarding.steps import STEPS, access_onboarding
from workspace.scope import Right, Scope
from workspace.signals.thresholds import resolve


@dataclass(frozen=True)
class ShownStep:
    """A step: what it is, its state (open, done, skipped), who settled it and when, what it took so far."""

    slug: str
    title: str
    about: str
    state: str
    reason: str
    by: str
    at: datetime | None
    clicks: int
    minutes: float
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """An onboarding. `idle` days since something moved; `stalled`: longer than the firm's setting for `onboarding-stalled`; `next` the
    first open step, "" where none is."""

    id: str
    client_ref: str
    client: str
    status: str
    state: str
    engagement_ref: str
    started_at: datetime
    finished_at: datetime | None
    idle: int
    stalled: bool
    steps: tuple[ShownStep, ...]

    @property
    def done(self) -> int:
        return sum(one.state != "open" for one in self.steps)

    @property
    def next(self) -> str:
        return next((one.slug for one in self.steps if one.state == "open"), "")

    @property
    def clicks(self) -> int:
        return sum(one.clicks for one in self.steps)

    @property
    def minutes(self) -> float:
        return round(sum(one.minutes for one in self.steps), 1)


@dataclass(frozen=True)
class Taken:
    """What the finished onboardings of the asker's clients took, by the recorded steps: how many, median clicks, median minutes at the
    pages; None without one. `days` is the median from first step to the end."""

    finished: int
    clicks: float | None
    minutes: float | None
    days: float | None


def onboardings(scope: Scope, *, state: str | None = None, limit: int = 200) -> tuple[Shown, ...]:
    """Open ones first, the longest idle first. Three queries. Forbidden without letter:write."""
    scope.require(Right.LETTER_WRITE)
    wanted = (
        select(Onboarding, Client.ref, Client.name, Client.status, Engagement.ref)
        .join(Client, Client.id == Onboarding.client_id)
        .join(Engagement, Engagement.id == Onboarding.engagement_id)
        .where(Onboarding.client_id.in_(scope.clients()))
        .order_by(Onboarding.state != "open", Onboarding.moved_at, Onboarding.id)
        .limit(limit)
    )
    if state is not None:
        wanted = wanted.where(Onboarding.state == state)
    return _shown(scope, [tuple(row) for row in scope.session.execute(wanted)])


def prospects(scope: Scope, limit: int = 60) -> tuple[tuple[str, str], ...]:
    """Ref and name of the asker's prospects whom nobody is onboarding, by name. One query."""
    scope.require(Right.LETTER_WRITE)
    begun = select(Onboarding.client_id).where(Onboarding.state == "open")
    wanted = select(Client.ref, Client.name).where(
        Client.id.in_(scope.clients()), Client.status == "prospect", Client.id.not_in(begun)
    )
    return tuple(row.tuple() for row in scope.session.execute(wanted.order_by(Client.name, Client.ref).limit(limit)))


def show_onboarding(scope: Scope, identity: str) -> Shown:
    """One, with its steps. Raises NotFound, Forbidden."""
    row, client = access_onboarding(scope, identity)
    work = scope.session.get_one(Engagement, row.engagement_id)
    return _shown(scope, [(row, client.ref, client.name, client.status, work.ref)])[0]


def taken(shown: Sequence[Shown]) -> Taken:
    """The medians over those that are done."""
    done = [one for one in shown if one.state == "done" and one.finished_at is not None]
    if not done:
        return Taken(0, None, None, None)
    days = [(one.finished_at - one.started_at).total_seconds() / 86400 for one in done if one.finished_at]
    return Taken(
        len(done),
        float(median(one.clicks for one in done)),
        round(float(median(one.minutes for one in done)), 1),
        round(float(median(days)), 1),
    )


def _shown(scope: Scope, rows: Sequence[tuple[Any, ...]]) -> tuple[Shown, ...]:
    zone, longest = ZoneInfo(time_zone(scope) or "UTC"), _longest(scope)
    steps: dict[str, list[ShownStep]] = {row.id: [] for row, *_ in rows}
    wanted = (
        select(OnboardingStep, Person.name)
        .outerjoin(Person, Person.id == OnboardingStep.person_id)
        .where(OnboardingStep.onboarding_id.in_(steps), OnboardingStep.client_id.in_(scope.clients()))
        .order_by(OnboardingStep.onboarding_id, OnboardingStep.place)
    )
    for one, by in scope.session.execute(wanted):
        title, about = STEPS[one.slug]
        minutes = round(one.seconds / 60, 1)
        steps[one.onboarding_id].append(
            ShownStep(
                one.slug, title, about, one.state, one.reason, by or "", one.at, one.clicks, minutes, dict(one.detail)
            )
        )
    return tuple(
        _one(row, names, steps[row.id], (scope.today - row.moved_at.astimezone(zone).date()).days, longest)
        for row, *names in rows
    )


def _one(row: Onboarding, names: Sequence[str], steps: Sequence[ShownStep], idle: int, longest: int) -> Shown:
    ref, client, status, work = names
    stalled = row.state == "open" and idle >= longest
    ends = (row.started_at, row.finished_at)
    return Shown(row.id, ref, client, status, row.state, work, *ends, max(idle, 0), stalled, tuple(steps))


def _longest(scope: Scope) -> int:
    """Days without a move after which an onboarding stands still: the setting of the signal `onboarding-stalled`."""
    settings = scope.session.scalars(select(Firm.settings).limit(1)).one_or_none() or {}
    return resolve(settings).days("onboarding-stalled", "days")


def authorizations(scope: Scope, client_ref: str) -> tuple[Authorization, ...]:
    """A client's authorizations, the newest first. One query."""
    wanted = (
        select(Authorization)
        .join(Client, Client.id == Authorization.client_id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()))
    )
    return tuple(scope.session.scalars(wanted.order_by(Authorization.recorded_at.desc(), Authorization.id)))


def access_list(scope: Scope, client_ref: str) -> tuple[AccessItem, ...]:
    """A client's systems, by name. One query."""
    wanted = (
        select(AccessItem)
        .join(Client, Client.id == AccessItem.client_id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()))
    )
    return tuple(scope.session.scalars(wanted.order_by(AccessItem.system, AccessItem.id)))
