"""Every detector, by section, and the one function that runs them all on a client. Never stores what was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from workspace.signals import billing, books, k1, letters, notices, papers, replies, returns
from workspace.signals.signal import BlindSpot, Signal, SignalClass
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Snapshot

Detect = Callable[[Snapshot, date, Thresholds], Iterator[Signal | BlindSpot]]


@dataclass(frozen=True)
class Detector:
    """A rule of `signals.md`: its slug, its usual class, and the pure function whose docstring states it."""

    slug: str
    cls: SignalClass
    function: Detect


@dataclass(frozen=True)
class Detection:
    """What one client's snapshot gave on one day, each kind in a fixed order."""

    signals: tuple[Signal, ...]
    blind_spots: tuple[BlindSpot, ...]


DETECTORS: tuple[Detector, ...] = (
    Detector("notice-deficiency", "A", notices.notice_deficiency),
    Detector("notice-levy", "A", notices.notice_levy),
    Detector("notice-lien", "A", notices.notice_lien),
    Detector("notice-cdp-determination", "A", notices.notice_cdp_determination),
    Detector("notice-math-error", "A", notices.notice_math_error),
    Detector("refund-claim-disallowed", "A", notices.refund_claim_disallowed),
    Detector("notice-underreporter", "B", notices.notice_underreporter),
    Detector("notice-balance-due", "B", notices.notice_balance_due),
    Detector("notice-exam", "B", notices.notice_exam),
    Detector("notice-identity", "B", notices.notice_identity),
    Detector("notice-nonfiler", "B", notices.notice_nonfiler),
    Detector("notice-withholding", "B", notices.notice_withholding),
    Detector("notice-state", "B", notices.notice_state),
    Detector("notice-unopened", "B", notices.notice_unopened),
    Detector("return-at-risk", "B", returns.return_at_risk),
    Detector("return-overdue", "B", returns.return_overdue),
    Detector("extension-needed", "B", returns.extension_needed),
    Detector("k1-awaited", "B", k1.k1_awaited),
    Detector("letter-unsigned", "C", letters.letter_unsigned),
    Detector("letter-expiring", "C", letters.letter_expiring),
    Detector("wip-over-budget", "C", billing.wip_over_budget),
    Detector("done-not-billed", "C", billing.done_not_billed),
    Detector("ar-aging", "C", billing.ar_aging),
    Detector("wip-aged", "C", billing.wip_aged),
    Detector("request-overdue", "C", replies.request_overdue),
    Detector("message-unanswered", "C", replies.message_unanswered),
    Detector("client-silent", "C", replies.client_silent),
    Detector("covenant-near", "C", books.covenant_near),
    Detector("trial-balance-off", "C", books.trial_balance_off),
    Detector("duplicate-or-missing-document", "C", books.missing_statement),
    Detector("document-expiring", "D", papers.document_expiring),
    Detector("document-contradicts-record", "B", papers.document_contradicts_record),
)

# What only tells of things that none of the detectors could judge.
WATCHES: tuple[Detect, ...] = (returns.return_without_date, notices.notice_unknown)


def detect(snapshot: Snapshot, today: date, settings: Thresholds) -> Detection:
    """Everything the detectors say of a client on a day. The same snapshot, day and settings always give the same."""
    signals: dict[str, Signal] = {}
    blind: set[BlindSpot] = set()
    for function in (*(detector.function for detector in DETECTORS), *WATCHES):
        for said in function(snapshot, today, settings):
            if isinstance(said, Signal):
                signals.setdefault(said.key, said)
            else:
                blind.add(said)
    ordered = sorted(signals.values(), key=lambda signal: (signal.slug, signal.subject))
    return Detection(tuple(ordered), tuple(sorted(blind)))
