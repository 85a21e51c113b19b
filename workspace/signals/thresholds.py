"""The thresholds of the signals as data, and the firm's overrides of them. Never decides what a threshold means.

A firm overrides by slug in the [settings] of firm.toml: `[settings.ar-aging]` with `days = 45`, and for one client in
`[settings.clients.C014.ar-aging]`: a snapshot's settings are the firm's with that client's own on top (workspace/snapshot/settings.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

CLIENTS = "clients"  # the section that holds tables of single clients, by ref
Table = Mapping[str, Mapping[str, Decimal]]

# Units are in the names: days are calendar days unless they say business_days, percents are 0 to 100.
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "notice-unopened": {"business_days": "1"},
    "return-at-risk": {"slack_days": "0"},
    "extension-needed": {"business_days": "10"},
    "k1-awaited": {"issuer_days": "5", "return_days": "15"},
    "refund-claim-closing": {"days": "180"},
    "election-83b": {"days": "30"},
    "extension-payment": {"business_days": "10"},
    "esign-out": {"days": "3", "again_days": "7", "stop_business_days": "2"},
    "efile-rejected": {"days": "120"},
    "efile-unacknowledged": {"hours": "48", "days": "30"},
    "estimate-due": {"business_days": "10", "days": "60"},
    "estimate-stale": {
        "percent": "25",
        "dollars": "5000",
        "months": "2",
        "corporate_rate": "0.21",
        "individual_rate": "0",
    },
    # A lookback total of 50,000 or less is a monthly depositor: the date that is never too early where nobody entered the client's own.
    "payroll-deposit": {"lookback_dollars": "50000", "fica_share": "0.153", "business_days": "5", "days": "120"},
    "payroll-return": {"business_days": "10", "days": "120"},
    "information-returns": {"business_days": "20", "days": "180"},
    "vendor-without-w9": {"percent": "80"},
    "sales-tax-return": {"business_days": "5", "days": "60"},
    "nexus-approaching": {"percent": "80", "days": "400"},
    "officer-compensation": {"percent": "40"},
    "election-s-corp": {"days": "45", "late_days": "75"},
    "deferrals-late": {"business_days": "7", "month_business_days": "15", "days": "365"},
    "authorization-missing": {"days": "30"},
    "letter-expiring": {"days": "60"},
    "wip-over-budget": {"used_percent": "80", "done_percent": "60", "full_percent": "100"},
    "done-not-billed": {"business_days": "5"},
    "ar-aging": {"days": "60", "own_days": "15", "own_payments": "3"},
    "wip-aged": {"days": "60"},
    "request-overdue": {"days": "3"},
    "message-unanswered": {"partner_business_days": "1", "staff_business_days": "2", "closing_words": "12"},
    "client-silent": {"gaps": "3", "messages": "4", "deadline_days": "30"},
    "covenant-near": {"percent": "10"},
    "document-expiring": {"days": "60"},
    "trial-balance-off": {"dollars": "0"},
    "document-contradicts-record": {
        "share_points": "0.05",
        "dollars": "0",
        "loan_dollars": "1",
        "income_dollars": "100",
        "income_percent": "1",
        "minutes_days": "730",
        "close_days": "45",
        "mail_days": "365",
    },
    "promise-due": {"ahead_days": "3", "days": "90"},
    "scope-creep": {"hours": "2", "percent": "10"},
    "fixed-fee-underwater": {"percent": "70"},
    "realization-drop": {"points": "10", "invoices": "3"},
    "onboarding-stalled": {"days": "7"},
    "firm-concentration": {"percent": "20", "clients": "10"},
    "capacity-overload": {"percent": "110"},
    "close-late": {"business_days": "10", "feed_days": "3"},
    "uncategorized-balance": {"percent": "1", "days": "30", "items": "20"},
    "margin-swing": {"points": "5"},
    "flux-memo": {"percent": "10", "of_revenue_percent": "0.5"},
    "customer-concentration": {"percent": "20", "equal_shares": "2"},
    "cash-runway": {"months": "3", "days": "45"},
    "limitations": {"days": "180"},
    "court-deadline": {"days": "60"},
    "trust-low": {"dollars": "0"},
    "trust-unreconciled": {"days": "30"},
    "no-client-contact": {"days": "30"},
    "rank": {
        "urgency": "0.45",
        "consequence": "0.35",
        "exposure": "0.20",
        "answer_days": "2",
        "answers": "3",
        "needs_you_score": "40",
    },
}


@dataclass(frozen=True)
class Thresholds:
    """The values in force. `faults` are sentences about overrides that could not be used; the defaults hold there. Where the firm's own
    settings were resolved, `of_clients` has those of single clients: their ref and the sentence."""

    table: Table
    faults: tuple[str, ...] = field(default=())
    of_clients: tuple[tuple[str, str], ...] = field(default=())

    @property
    def all_faults(self) -> tuple[str, ...]:
        """Those of the firm, then those of its clients."""
        return (*self.faults, *(fault for _, fault in self.of_clients))

    def of(self, slug: str, name: str) -> Decimal:
        """A value; the names are those of DEFAULTS."""
        return self.table[slug][name]

    def days(self, slug: str, name: str) -> int:
        """A value counted in whole days, messages or words."""
        return int(self.table[slug][name])


def resolve(*layers: Mapping[str, Any]) -> Thresholds:
    """The defaults overridden by each layer in turn: the firm's settings, later a client's own.

    Sections of a layer that name no signal are another part's settings and are left alone."""
    table = {slug: {name: Decimal(value) for name, value in row.items()} for slug, row in DEFAULTS.items()}
    faults: list[str] = []
    of_clients: list[tuple[str, str]] = []
    for layer in layers:
        for slug, row in sorted(layer.items()):
            if slug in table:
                faults.extend(_override(table[slug], slug, row))
        of_clients += _of_clients(layer.get(CLIENTS), table)
    return Thresholds(table, tuple(faults), tuple(of_clients))


def _of_clients(clients: Any, table: Table) -> Iterable[tuple[str, str]]:
    """What is wrong with the clients' own tables; their values are in force where a client's settings are resolved."""
    if clients is not None and not isinstance(clients, Mapping):
        yield "", f"settings.{CLIENTS} must hold a table for each client's ref; none of it is used"
        return
    for ref, own in sorted((clients or {}).items()):
        if not isinstance(own, Mapping):
            yield ref, f"settings.{CLIENTS}.{ref} must be a table of signals; it is not used"
            continue
        for slug, row in sorted(own.items()):
            if slug in table:
                yield from ((ref, fault) for fault in _override(dict(table[slug]), f"{CLIENTS}.{ref}.{slug}", row))


def _override(values: dict[str, Decimal], slug: str, row: Any) -> Iterable[str]:
    if not isinstance(row, Mapping):
        yield f"settings.{slug} must be a table of {', '.join(sorted(values))}; the defaults are used"
        return
    for name, raw in sorted(row.items()):
        number = _number(raw)
        if name not in values:
            yield f"settings.{slug}.{name} is not known; {slug} has {', '.join(sorted(values))}"
        elif number is None:
            yield f"settings.{slug}.{name} = {raw!r} is not a number of 0 or more; the default {values[name]} is used"
        else:
            values[name] = number


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None
