"""Every detector, by section, and the one function that runs them all on a client. Never stores what was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from workspace.signals import (
    billing,
    books,
    business,
    cash,
    close,
    contradictions,
    elections,
    estimates,
    fees,
    filings,
    firmwide,
    k1,
    law,
    letters,
    notices,
    papers,
    payroll,
    payroll_returns,
    promised,
    receivables,
    refunds,
    replies,
    returns,
    rights,
    sales_tax,
    trust,
    vendors,
)
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
    Detector("refund-claim-closing", "A", refunds.refund_claim_closing),
    Detector("election-83b", "A", elections.election_83b),
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
    Detector("extension-payment", "B", filings.extension_payment),
    Detector("esign-out", "B", filings.esign_out),
    Detector("efile-rejected", "B", filings.efile_rejected),
    Detector("efile-unacknowledged", "B", filings.efile_unacknowledged),
    Detector("estimate-due", "B", estimates.estimate_due),
    Detector("estimate-stale", "C", estimates.estimate_stale),
    Detector("payroll-deposit", "B", payroll.payroll_deposit_due),
    Detector("payroll-return", "B", payroll_returns.payroll_return),
    Detector("information-returns", "B", vendors.information_returns),
    Detector("vendor-without-w9", "C", vendors.vendor_without_w9),
    Detector("sales-tax-return", "B", sales_tax.sales_tax_return),
    Detector("nexus-approaching", "B", sales_tax.nexus_approaching),
    Detector("officer-compensation", "C", elections.officer_compensation),
    Detector("election-s-corp", "B", elections.election_s_corp),
    Detector("deferrals-late", "B", payroll.deferrals_late),
    Detector("authorization-missing", "C", rights.authorization_missing),
    Detector("letter-unsigned", "C", letters.letter_unsigned),
    Detector("letter-expiring", "C", letters.letter_expiring),
    Detector("scope-creep", "C", fees.scope_creep),
    Detector("wip-over-budget", "C", billing.wip_over_budget),
    Detector("fixed-fee-underwater", "C", fees.fixed_fee_underwater),
    Detector("realization-drop", "C", fees.realization_drop),
    Detector("done-not-billed", "C", billing.done_not_billed),
    Detector("ar-aging", "C", receivables.ar_aging),
    Detector("wip-aged", "C", billing.wip_aged),
    Detector("request-overdue", "C", replies.request_overdue),
    Detector("message-unanswered", "C", replies.message_unanswered),
    Detector("client-silent", "C", replies.client_silent),
    Detector("promise-due", "C", promised.promise_due),
    Detector("onboarding-stalled", "C", firmwide.onboarding_stalled),
    Detector("firm-concentration", "C", firmwide.firm_concentration),
    Detector("capacity-overload", "C", firmwide.capacity_overload),
    Detector("close-late", "C", close.close_late),
    Detector("uncategorized-balance", "C", close.uncategorized_balance),
    Detector("margin-swing", "D", business.margin_swing),
    Detector("customer-concentration", "D", business.customer_concentration),
    Detector("related-party", "D", business.related_party),
    Detector("covenant-near", "C", books.covenant_near),
    Detector("cash-runway", "C", cash.cash_runway),
    Detector("trial-balance-off", "C", books.trial_balance_off),
    Detector("duplicate-or-missing-document", "C", books.missing_statement),
    Detector("document-expiring", "D", papers.document_expiring),
    Detector("document-contradicts-record", "B", contradictions.document_contradicts_record),
    Detector("limitations", "A", law.limitations),
    Detector("court-deadline", "A", law.court_deadline),
    Detector("trust-low", "A", trust.trust_low),
    Detector("trust-unreconciled", "B", trust.trust_unreconciled),
    Detector("conflict-hit", "A", law.conflict_hit),
    Detector("fee-agreement-unsigned", "B", law.fee_agreement_unsigned),
    Detector("no-client-contact", "C", law.no_client_contact),
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
