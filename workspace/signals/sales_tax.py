"""Signals of sales tax: a return that is due or missing, sales into a state that come near its threshold. Never registers anybody."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from workspace.books.apart import results
from workspace.deadlines import add_business_days, in_words, month_end, roll
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.filing_log import REJECTED, Filing, filings
from workspace.signals.proof import ratio, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.states import MONTHS, NAMES, State, state_in, state_row
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Engagement, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
_SALES_FORM = re.compile(r"SALES|USE TAX|GROSS RECEIPTS|^ST[- ]?\d", re.IGNORECASE)
_SALES_LINE = re.compile(r"\b(?:sales|revenue|receipts|income)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Period:
    """One sales tax period with the date of its return."""

    end: date
    nominal: date
    due: date


def sales_tax_return(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A sales tax return of an open sales tax engagement is not filed, from 5 business days before its due date (setting business_days) to
    60 days after it (setting days). Frequency and due day are the state's row that the firm enters (settings.states, a client's own on
    top), rolled only where the row says so; IRC §7503 does not reach states. The state is the one that the engagement's title names, else
    the client's. Filed is: a row of the state's form in the e-file reports, each row for the earliest period that is open when it was
    filed, or a finished task that names sales tax and the month or quarter. No state row, or no such report once the date has passed: a
    blind spot. Data: engagements, e-file reports, tasks. Authority: the row's."""
    ahead, days = settings.days("sales-tax-return", "business_days"), settings.days("sales-tax-return", "days")
    for work in snapshot.engagements:
        code = state_in(work.title) or snapshot.client.state or ""
        if work.template != "sales-tax" or not work.is_open:
            continue
        state = state_row(snapshot, code)
        if state is None or state.frequency is None or state.day is None:
            yield BlindSpot(
                snapshot.client.ref,
                "when sales tax returns are due",
                f"the firm has not entered {NAMES.get(code, 'the state')}: put frequency and due day into settings.states of firm.toml",
            )
            return
        log = [one for one in filings(snapshot) if _is_of(one, state) and one.status != REJECTED and one.on is not None]
        periods = list(_periods(work, state, today))
        filed = _filed(snapshot, log, periods)
        open_ = [one for one in periods if one.end not in filed and today - timedelta(days=days) <= one.due]
        late = [one for one in open_ if one.due < today]
        if late and not log and not filed:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether the sales tax return for {_named(late[-1], state)} was filed",
                "no filing log on file shows sales tax returns: add one, or note the filing as a finished task",
            )
            return
        for period in open_:
            if add_business_days(period.due, -ahead) <= today and (log or filed):
                yield _unfiled(snapshot, today, work, state, period, log)


def _is_of(filing: Filing, state: State) -> bool:
    if state.form is not None and filing.form.replace(" ", "").upper() == state.form.replace(" ", "").upper():
        return True
    return bool(_SALES_FORM.search(filing.form))


def _periods(work: Engagement, state: State, today: date) -> Iterator[Period]:
    """The periods of the engagement that are over, oldest first."""
    if work.period_start is None or work.period_end is None or state.frequency is None or state.day is None:
        return
    step = MONTHS[state.frequency]
    for month in range(1, 13):
        for year in (today.year - 1, today.year):
            end = month_end(year, month)
            if month % step == 0 and work.period_start <= end <= work.period_end and end < today:
                last = month_end(end.year, end.month + 1)
                nominal = last.replace(day=min(state.day, last.day))
                yield Period(end, nominal, roll(nominal) if state.rolls else nominal)


def _filed(snapshot: Snapshot, log: list[Filing], periods: list[Period]) -> set[date]:
    """The ends of the periods that were filed."""
    ordered = sorted(one.end for one in periods)
    filed = {one.end for one in periods if any(_names(task.title, one) and not task.is_open for task in snapshot.tasks)}
    first = min((one.on for one in log if one.on is not None), default=None)
    if first is not None:
        # a log that begins in the middle of the year says nothing of what came before it
        begun = max((end for end in ordered if end < first), default=first)
        filed |= {end for end in ordered if end < begun}
    for one in log:
        before = [end for end in ordered if one.on is not None and end < one.on and end not in filed]
        filed |= set(before[:1])
    return filed


def _names(title: str, period: Period) -> bool:
    if not re.search(r"sales tax", title, re.IGNORECASE) or str(period.end.year) not in title:
        return False
    return f"{period.end:%B}" in title or f"Q{(period.end.month + 2) // 3}" in title


def _unfiled(
    snapshot: Snapshot, today: date, work: Engagement, state: State, period: Period, log: list[Filing]
) -> Signal:
    past = period.due < today
    rolled = "" if period.due == period.nominal else f"; {in_words(period.nominal)} is no business day"
    evidence: list[Evidence] = [work.evidence("title"), work.evidence("period_start")]
    evidence += [state.evidence("sales_tax_frequency", state.frequency), state.evidence("sales_tax_day", state.day)]
    return Signal(
        slug="sales-tax-return",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=f"{state.code} {period.end.isoformat()}",
        due=period.due,
        nominal_due=period.nominal,
        dollars=None,
        headline=f"The {NAMES[state.code]} sales tax return for {_named(period, state)} "
        f"{'was' if past else 'is'} due on {words.day(period.due)} and is not filed",
        rule=f"{NAMES[state.code]}, {state.frequency}: day {state.day} of the month after the period{rolled}"
        f"{f' ({state.authority})' if state.authority else ''}, as the firm entered it.",
        why_now=f"The date {'passed' if past else 'comes'} {words.away(period.due, today)}, and the filing log does not show it.",
        next_step="File it, or add the confirmation to the log.",
        minutes=15,
        evidence=(*evidence, *(log[-1].evidence if log else ())),
        basis="fact" if log else "record",
        engagement_ref=work.ref,
    )


def _named(period: Period, state: State) -> str:
    if state.frequency == "annually":
        return str(period.end.year)
    if state.frequency == "quarterly":
        return f"the quarter ended {words.day(period.end)}"
    return f"{period.end:%B} {period.end.year}"


def nexus_approaching(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Sales into another state are at 80 % (setting percent) or more of the threshold that the firm entered for it (settings.states,
    nexus_dollars), in a profit and loss that ended within the last 400 days (setting days). Sales by state are the lines of income that
    name a state. The client's own state, and one whose sales tax returns are already an engagement, are left out. A state with sales and
    without a row of the firm is a blind spot, one for the client. Data: profit and loss. South Dakota v. Wayfair, 585 U.S. 162 (2018), and
    the state's row."""
    home = {snapshot.client.state} | {
        state_in(one.title) for one in snapshot.engagements if one.template == "sales-tax"
    }
    unknown: list[str] = []
    for code, facts in sorted(_sales(snapshot, today, settings.days("nexus-approaching", "days")).items()):
        if code in home:
            continue
        state = state_row(snapshot, code)
        if state is None or state.nexus_dollars is None:
            unknown.append(NAMES[code])
            continue
        sold = sum((fact.number or ZERO for fact in facts), ZERO)
        if sold * 100 >= state.nexus_dollars * settings.of("nexus-approaching", "percent"):
            yield _near(snapshot, state, state.nexus_dollars, sold, facts)
    if unknown:
        yield BlindSpot(
            snapshot.client.ref,
            f"whether sales into {words.listed(unknown)} oblige the client to register",
            "the firm has entered no threshold there: put nexus_dollars into settings.states of firm.toml",
        )


def _sales(snapshot: Snapshot, today: date, days: int) -> dict[str, list[Fact]]:
    """The amounts of lines that name a state, from the period in which they add up to the most."""
    best: dict[str, list[Fact]] = {}
    for document in results(snapshot):
        end = document.day("period_end")
        if end is None or not today - timedelta(days=days) <= end <= today:
            continue
        found: dict[str, list[Fact]] = defaultdict(list)
        for row in document.rows():
            line, amount = row.get("line"), row.get("amount")
            if line is None or amount is None or amount.number is None or not _SALES_LINE.search(line.value):
                continue
            code = state_in(line.value)
            if code is not None and "tax" not in line.value.lower():
                found[code].append(amount)
        for code, facts in found.items():
            if _together(facts) > _together(best.get(code, [])):
                best[code] = facts
    return best


def _together(facts: list[Fact]) -> Decimal:
    return sum((fact.number or ZERO for fact in facts), ZERO)


def _near(snapshot: Snapshot, state: State, limit: Decimal, sold: Decimal, facts: list[Fact]) -> Signal:
    added = total([fact.number or ZERO for fact in facts], [fact.evidence for fact in facts])
    name, share = NAMES[state.code], words.plain((sold * 100 / limit).quantize(Decimal(1)))
    over = sold >= limit
    return Signal(
        slug="nexus-approaching",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=f"nexus {state.code}",
        due=None,
        nominal_due=None,
        dollars=None,
        headline=f"Sales into {name} are {words.dollars(sold)}, {share} % of its threshold",
        rule=f"Looked at from the share of the state's threshold that the firm set; {name}: {words.dollars(limit)}"
        f"{f' ({state.authority})' if state.authority else ''}.",
        why_now="The threshold is passed: the duty to register and collect has begun."
        if over
        else "The threshold is near; collecting begins when it is passed.",
        next_step=f"Check the count of sales and the exemptions, and register in {name}."
        if over
        else "Tell the client, and watch the month's sales.",
        minutes=20,
        evidence=(added, ratio(sold, limit, [added, state.evidence("nexus_dollars", limit)])),
        basis="fact",
    )
