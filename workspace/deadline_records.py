"""What the firm itself records about dates: disaster postponements with the IRS's notice number, and the rules of states it files in.

Every change is a person's or the operator's and lands on the trail. Computes no date: that is `workspace.deadlines`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import Postponement, StateRule
from workspace.deadlines import StateReturn
from workspace.deadlines.state_rules import BadRow, is_state, read_state_file
from workspace.scope import Right, Scope

_FIELDS = tuple(name for name in StateReturn.__dataclass_fields__ if name != "entity_types")


@dataclass(frozen=True)
class Relief:
    """A postponement on record. `county` None: the whole state."""

    id: str
    irs_notice: str
    state: str
    county: str | None
    first_day: date
    last_day: date
    until: date


@dataclass(frozen=True)
class Entered:
    """What became of a file of state rules: ids of rows that are new, changed, as they were; and the rows that were not taken."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    bad: tuple[BadRow, ...]


def postponements(scope: Scope) -> tuple[Relief, ...]:
    """Every postponement on record, the latest first; one query. They are the law's and nobody's secret."""
    scope.require(Right.CLIENT_READ)
    rows = scope.session.scalars(select(Postponement).order_by(Postponement.until.desc(), Postponement.id))
    return tuple(Relief(r.id, r.irs_notice, r.state, r.county, r.first_day, r.last_day, r.until) for r in rows)


def record_postponement(
    scope: Scope, irs_notice: str, state: str, first_day: date, last_day: date, until: date, county: str | None = None
) -> str:
    """Record that the IRS postpones what is due from `first_day` to `last_day` in a state or county to `until` (IRC §7508A); the id.

    The same notice for the same place again corrects the days. Raises Forbidden without deadline:rule, Invalid for days that cannot be."""
    scope.require(Right.DEADLINE_RULE)
    notice, where, place = irs_notice.strip(), state.strip().upper(), (county or "").strip() or None
    if not notice:
        raise Invalid("a postponement needs the IRS's notice or news release number, like IR-2026-10")
    if not is_state(where):
        raise Invalid(f"{state} is no state; write its two letters, like PA")
    if not first_day <= last_day:
        raise Invalid(f"the first day {first_day} is after the last day {last_day}")
    if until <= first_day:
        raise Invalid(f"a postponement to {until} does not postpone what is due from {first_day} on")
    row_id = stable_id("relief", notice, where, (place or "").casefold())
    row = Postponement(
        id=row_id, irs_notice=notice, state=where, county=place, first_day=first_day, last_day=last_day, until=until
    )
    scope.session.merge(row)
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat(), "until": until.isoformat()}
    _trail(
        scope, AuditTag.DEADLINE_POSTPONED, f"postponement:{row_id}", notice=notice, state=where, county=place, **days
    )
    return row_id


def withdraw_postponement(scope: Scope, row_id: str) -> None:
    """Take a postponement that was recorded by mistake away. Raises Forbidden without deadline:rule, NotFound."""
    scope.require(Right.DEADLINE_RULE)
    row = scope.session.get(Postponement, row_id)
    if row is None:
        raise NotFound(f"there is no postponement {row_id}; `tickmark deadlines postponements` lists them")
    _trail(
        scope,
        AuditTag.DEADLINE_POSTPONEMENT_WITHDRAWN,
        f"postponement:{row_id}",
        notice=row.irs_notice,
        state=row.state,
    )
    scope.session.delete(row)


def state_rules(scope: Scope) -> tuple[StateReturn, ...]:
    """The rules of states that the firm entered, by state and form; one query."""
    scope.require(Right.CLIENT_READ)
    rows = scope.session.scalars(select(StateRule).order_by(StateRule.state, StateRule.form, StateRule.from_year))
    return tuple(_value(row) for row in rows)


def enter_state_rules(scope: Scope, text: str) -> Entered:
    """Enter the rows of a CSV (`workspace.deadlines.state_rules`); a row of a state, form and first year that is there is changed. Rows
    that cannot be read are told and the others are taken. Raises Forbidden without deadline:rule."""
    scope.require(Right.DEADLINE_RULE)
    rows, bad = read_state_file(text)
    known = {one.id: one for one in state_rules(scope)}
    added = tuple(row.id for row in rows if row.id not in known)
    changed = tuple(row.id for row in rows if row.id in known and known[row.id] != row)
    for row in rows:
        if row.id in added or row.id in changed:
            _put(scope, row)
    if added or changed:
        _trail(scope, AuditTag.DEADLINE_STATES_ENTERED, "state-rules:file", added=list(added), changed=list(changed))
    return Entered(added, changed, tuple(row.id for row in rows if known.get(row.id) == row), bad)


def remove_state_rule(scope: Scope, state: str, form: str) -> int:
    """Take the rules of a state's form away, of all years; how many there were. Raises Forbidden without deadline:rule, NotFound."""
    scope.require(Right.DEADLINE_RULE)
    rows: Sequence[StateRule] = scope.session.scalars(
        select(StateRule).where(StateRule.state == state.strip().upper(), StateRule.form == form.strip())
    ).all()
    if not rows:
        raise NotFound(f"no rule is entered for {state} {form}; `tickmark deadlines state list` shows what there is")
    for row in rows:
        scope.session.delete(row)
    _trail(scope, AuditTag.DEADLINE_STATES_REMOVED, f"state-rules:{rows[0].id}", state=rows[0].state, form=rows[0].form)
    return len(rows)


def _put(scope: Scope, row: StateReturn) -> None:
    plain = {name: getattr(row, name) for name in _FIELDS}
    entered = StateRule(id=row.id, entity_types=list(row.entity_types), entered_by=scope.person_id, **plain)
    scope.session.merge(entered)


def _value(row: StateRule) -> StateReturn:
    plain = {name: getattr(row, name) for name in _FIELDS}
    return StateReturn(entity_types=tuple(row.entity_types), **plain)


def _trail(scope: Scope, tag: AuditTag, subject: str, **detail: object) -> None:
    audit.record(scope.session, tag, actor=scope.email, subject=subject, now=scope.now, detail=dict(detail))
