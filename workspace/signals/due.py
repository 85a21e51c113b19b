"""When an engagement is due: the entered date, the table's date, or the extended one, with how it came about.

Owns which of the three wins. The dates themselves are computed by `workspace.deadlines`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deadlines import Deadline, Override, in_words, return_deadline
from workspace.evidence import Evidence
from workspace.signals.proof import due as counted
from workspace.snapshot.model import Engagement, Snapshot


@dataclass(frozen=True)
class Due:
    """`nominal` is the date before the roll, `due` the one that counts. `rule_id` and `authority` are those of the table, or
    "entered" where a person's date stands. `confirm`: a person should look before relying on it. `how`: sentences, in order.
    `deadline` is the table's, where it is the one that counts."""

    nominal: date
    due: date
    rule_id: str
    authority: str
    how: tuple[str, ...]
    confirm: bool = False
    deadline: Deadline | None = None


def due_of(snapshot: Snapshot, engagement: Engagement) -> Due | None:
    """The engagement's date. `extended_to` wins, then the entered date, then the table by template and period; None when there is
    none of them. A date that was entered as the table's nominal or rolled day is rolled and postponed
    like it."""
    extended = engagement.extended_to is not None
    entered = engagement.extended_to or engagement.due
    computed = computed_due(snapshot, engagement, extended=extended)
    if computed is not None and (entered is None or entered in (computed.nominal, computed.rolled, computed.due)):
        doubt = uncertain_county(snapshot, computed.due)
        return Due(
            computed.nominal,
            computed.due,
            computed.rule_id,
            computed.authority,
            (*computed.how, doubt) if doubt else computed.how,
            computed.confirm or bool(doubt),
            computed,
        )
    if entered is None:
        return None
    how = [f"Entered {'as the extended date' if extended else 'by the firm'}: {in_words(entered)}."]
    if computed is not None:
        how.append(f"The table says {in_words(computed.due)} ({computed.authority}): confirm which is right.")
    return Due(entered, entered, "entered", "entered by the firm", tuple(how), confirm=computed is not None)


def computed_due(snapshot: Snapshot, engagement: Engagement, *, extended: bool) -> Deadline | None:
    """The date of the table; None for work that has none there, or whose period end is not known."""
    end = engagement.period_end
    if not engagement.is_return or end is None:
        return None

    def compute(override: Override | None) -> Deadline | None:
        return return_deadline(
            engagement.template, end, state=snapshot.client.state, extended=extended, override=override
        )

    try:
        return postponed(snapshot, compute)
    except Invalid:
        return None  # the table has no row for this year: the entered date stands alone


def postponed(snapshot: Snapshot, compute: Callable[[Override | None], Deadline | None]) -> Deadline | None:
    """The latest of the dates that the disaster postponements on record for the client's state or county give (IRC §7508A), or the
    plain one. One of a county does not move the dates of a client whose county is not on record: `uncertain_county` tells."""
    best = compute(None)
    for one in snapshot.postponements:
        if one.county is None or same_county(one.county, snapshot.client.county):
            found = compute(Override(one.irs_notice, one.until, one.first_day, one.last_day))
            if found is not None and (best is None or found.due > best.due):
                best = found
    return best


def same_county(one: str, other: str | None) -> bool:
    """Whether two names are of one county, with or without the word."""
    return other is not None and _plain_county(one) == _plain_county(other)


def _plain_county(name: str) -> str:
    return " ".join(name.casefold().removesuffix(" county").removesuffix(" parish").split())


def uncertain_county(snapshot: Snapshot, due: date) -> str:
    """A sentence where a postponement of a county would reach the date and the client's county is not on record, "" otherwise."""
    if snapshot.client.county is not None:
        return ""
    for one in snapshot.postponements:
        if one.county is not None and one.first_day <= due <= one.last_day and one.until > due:
            until = in_words(one.until)
            return f"{one.irs_notice} postpones this to {until} in {one.county}: enter the client's county to have it applied."
    return ""


def due_evidence(engagement: Engagement, due: Due) -> tuple[Evidence, ...]:
    """The fields that the date rests on, and how the table counts from them."""
    entered = "extended_to" if engagement.extended_to else "due" if engagement.due else None
    evidence: list[Evidence] = [engagement.evidence(entered)] if entered else []
    if due.deadline is not None and "postponed by" not in due.deadline.inputs:
        evidence.append(counted(due.deadline, [engagement.evidence("period_end")]))
    return tuple(evidence)
