"""How loud a signal is: urgency, consequence, exposure, confidence, and the score they make (brief.md). Exact decimals throughout.

Owns the formula. Its weights are settings (section "rank"), its horizons and consequences by class stand below. Never decides that a
signal exists.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from workspace.signals.days import business_days_to
from workspace.signals.signal import Signal
from workspace.signals.thresholds import Thresholds
from workspace.signals.work import answer_days, remaining_days
from workspace.snapshot.model import ZERO, Snapshot

HORIZON: dict[str, Decimal] = {"A": Decimal(60), "B": Decimal(30), "C": Decimal(21), "D": Decimal(14)}  # business days
CONSEQUENCE: dict[str, Decimal] = {
    "A": Decimal("0.95"),
    "B": Decimal("0.72"),
    "C": Decimal("0.48"),
    "D": Decimal("0.22"),
}
CONFIDENCE: dict[str, Decimal] = {"record": Decimal("1.0"), "fact": Decimal("0.8"), "model": Decimal("0.5")}
UNDATED = Decimal("0.5")  # the urgency of a signal without a date
# A class-A item whose date nobody has acknowledged is always on top, then what a person pinned.
TOP, PINNED, RANKED = 0, 1, 2
ONE = Decimal(1)
_EXACT = Context(prec=28, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Terms:
    """The four terms, 0 to 1 to four places; the score, 0 to 100 to two. `slack_days` is None for a signal without a date."""

    urgency: Decimal
    consequence: Decimal
    exposure: Decimal
    confidence: Decimal
    score: Decimal
    slack_days: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract's `terms`."""
        return {
            "urgency": float(self.urgency),
            "consequence": float(self.consequence),
            "exposure": float(self.exposure),
            "confidence": float(self.confidence),
        }


def terms(signal: Signal, snapshot: Snapshot, today: date, settings: Thresholds) -> Terms:
    """The terms of one signal of the snapshot's client."""
    slack = slack_days(signal, snapshot, today, settings)
    urgency = UNDATED if slack is None else _clamp((HORIZON[signal.cls] - slack) / HORIZON[signal.cls])
    return weigh(signal, urgency, slack, settings)


def slack_days(signal: Signal, snapshot: Snapshot, today: date, settings: Thresholds) -> Decimal | None:
    """Business days to the date, less the work that remains, less the client's usual answer time where the client must act."""
    if signal.due is None:
        return None
    work = remaining_days(snapshot, snapshot.engagement_of_ref(signal.engagement_ref), today)
    wait = answer_days(snapshot, settings) if signal.waits_on_client else ZERO
    return business_days_to(today, signal.due) - work - wait


def weigh(signal: Signal, urgency: Decimal, slack: Decimal | None, settings: Thresholds) -> Terms:
    """The score of a signal of a known urgency."""
    consequence, confidence = CONSEQUENCE[signal.cls], CONFIDENCE[signal.basis]
    exposure = exposure_of(signal.dollars)
    u, c, e = (settings.of("rank", name) for name in ("urgency", "consequence", "exposure"))
    score = 100 * (u * urgency + c * consequence + e * exposure) * confidence
    return Terms(_places(urgency, 4), consequence, _places(exposure, 4), confidence, _places(score, 2), slack)


def exposure_of(dollars: Decimal | None) -> Decimal:
    """log10(1 + dollars) / 5, at most 1; no dollars are 0."""
    if dollars is None or dollars <= 0:
        return ZERO
    return min(ONE, (1 + dollars).log10(_EXACT) / 5)


def order(place: int, score: Decimal, due: date | None, dollars: Decimal | None, ref: str) -> tuple[Any, ...]:
    """What sorts signals and cards, best first: their `place` (TOP, PINNED, RANKED), then the score; ties by the earlier date, the
    larger amount, the client's ref."""
    return (place, -score, due or date.max, -(dollars or ZERO), ref)


def _clamp(value: Decimal) -> Decimal:
    return max(ZERO, min(ONE, value))


def _places(value: Decimal, places: int) -> Decimal:
    return value.quantize(ONE.scaleb(-places), rounding=ROUND_HALF_UP)
