"""Computes a deadline again from what it says of itself: its rule, its form and its inputs. The proof of a stored date."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deadlines import rules
from workspace.deadlines.deadline import Deadline, Override
from workspace.deadlines.engine import estimates, event_deadline, return_deadline
from workspace.deadlines.notices import notice_deadline
from workspace.deadlines.payroll import payroll_deposit


def again(rule_id: str, form: str, inputs: Mapping[str, str]) -> Deadline:
    """The deadline that `rule_id`, `form` and `inputs` of a `Deadline` give today. Raises Invalid, KeyError or ValueError when they are
    not those of one."""
    override = None
    if "postponed to" in inputs:
        override = Override(inputs["postponed by"], date.fromisoformat(inputs["postponed to"]))
    rule, state = rules.by_id(rule_id), inputs.get("state")
    if rule.kind == "notice":
        return _notice(rule, inputs, override)
    if rule.kind == "deposit":
        lookback, liability = Decimal(inputs["lookback total"]), Decimal(inputs["liability"])
        paid_on = date.fromisoformat(inputs["pay date"])
        return payroll_deposit(paid_on, lookback_total=lookback, liability=liability, override=override)
    if rule.kind == "estimate":
        year_end = date.fromisoformat(inputs["tax year end"])
        return estimates(form, year_end, state=state, override=override)[int(inputs["instalment"]) - 1]
    start = date.fromisoformat(inputs[rule.counts_from])
    if rule.kind == "event":
        return event_deadline(rule_id, start, by_mail="served by mail" in inputs, state=state, override=override)
    extended, abroad = "extended" in inputs, "abroad" in inputs
    return return_deadline(
        form, start, state=state, extended=extended, abroad=abroad, override=override, copy=rule.copy
    )


def _notice(rule: rules.Rule, inputs: Mapping[str, str], override: Override | None) -> Deadline:
    printed = date.fromisoformat(inputs["printed date"]) if "printed date" in inputs else None
    found = notice_deadline(
        inputs["notice"],
        date.fromisoformat(inputs["notice date"]),
        printed,
        "abroad" in inputs,
        agency="" if rule.id == "notice-printed" else "IRS",
        override=override,
    )
    if found is None:
        raise Invalid(f"{inputs['notice']} has no date without a printed one")
    return found
