"""The thresholds of the signals as data, and the firm's overrides of them. Never decides what a threshold means.

A firm overrides by slug in the [settings] of firm.toml: `[settings.ar-aging]` with `days = 45`. Layers are applied in order, so a
layer of one client's own can follow the firm's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

Table = Mapping[str, Mapping[str, Decimal]]

# Units are in the names: days are calendar days unless they say business_days, percents are 0 to 100.
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "notice-unopened": {"business_days": "1"},
    "return-at-risk": {"slack_days": "0"},
    "extension-needed": {"business_days": "10"},
    "k1-awaited": {"issuer_days": "5", "return_days": "15"},
    "letter-expiring": {"days": "60"},
    "wip-over-budget": {"used_percent": "80", "done_percent": "60", "full_percent": "100"},
    "done-not-billed": {"business_days": "5"},
    "ar-aging": {"days": "60"},
    "wip-aged": {"days": "60"},
    "request-overdue": {"days": "3"},
    "message-unanswered": {"partner_business_days": "1", "staff_business_days": "2", "closing_words": "12"},
    "client-silent": {"gaps": "3", "messages": "4", "deadline_days": "30"},
    "covenant-near": {"percent": "10"},
    "document-expiring": {"days": "60"},
    "trial-balance-off": {"dollars": "0"},
    "document-contradicts-record": {"share_points": "0.05", "dollars": "0"},
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
    """The values in force. `faults` are sentences about overrides that could not be used; the defaults hold there."""

    table: Table
    faults: tuple[str, ...] = field(default=())

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
    for layer in layers:
        for slug, row in sorted(layer.items()):
            if slug in table:
                faults.extend(_override(table[slug], slug, row))
    return Thresholds(table, tuple(faults))


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
