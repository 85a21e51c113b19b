"""The values of the firm's calendar: a date with everything that lies behind it, and what a reader asks for. Computes nothing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

CLASSES = ("A", "B", "C", "D")
KINDS: dict[str, str] = {
    "return": "Returns",
    "state": "State returns",
    "payroll": "Payroll",
    "sales-tax": "Sales tax",
    "estimate": "Estimated tax",
    "information": "Information returns",
    "notice": "Notices",
    "court": "Courts and limitations",
    "election": "Elections",
    "refund": "Refund claims",
    "e-file": "E-file",
    "close": "Closes and books",
    "work": "Other work",
    "entered": "Entered dates",
    "promise": "Promises",
    "expiry": "Expiring papers",
}


class Entry(NamedTuple):
    """A date as far as it takes to choose it, to put it in its place and to count it; of each there is a `Dated` with all that lies behind
    it. `key` names the situation for good; `kind` is one of KINDS; `people` are the ids of those whose work it is."""

    key: str
    kind: str
    cls: str
    client_ref: str
    client: str
    title: str
    due: date
    people: frozenset[str]
    done: bool
    missed: bool


@dataclass(frozen=True)
class Dated:
    """One date of one client, with what its `Entry` says.

    `nominal` is the date before roll and postponement, `rolled` after the roll, `due` the one that counts; `because` says why they differ.
    `extended`: an extension is on file; `extendable_to`: how far one would reach, None where there is none to take. `slack_days` are
    business days; None once it is done. `hours_left` are open budget hours, None: no budget.
    `computed`: a rule of ours or the firm's gives the date; a person's own word otherwise."""

    key: str
    kind: str
    cls: str
    client_id: str
    client_ref: str
    client: str
    title: str
    engagement_ref: str | None
    stage: str | None
    owner_id: str | None
    owner: str | None
    people: frozenset[str]
    nominal: date
    rolled: date
    due: date
    because: str | None
    extended: bool
    extendable_to: date | None
    postponed_by: str | None
    rule_id: str
    authority: str
    years: str
    roll_policy: str
    computed: bool
    confirm: bool
    how: tuple[str, ...]
    slack_days: Decimal | None
    slack_how: str
    hours_left: Decimal | None
    progress: int | None
    done: bool
    missed: bool

    @property
    def is_moved(self) -> bool:
        return self.nominal != self.due

    def as_json(self) -> dict[str, Any]:
        """Dates ISO, numbers as text."""
        return {
            "key": self.key,
            "kind": self.kind,
            "class": self.cls,
            "client_ref": self.client_ref,
            "client": self.client,
            "title": self.title,
            "engagement_ref": self.engagement_ref,
            "stage": self.stage,
            "owner": self.owner,
            "due": self.due.isoformat(),
            "nominal_due": self.nominal.isoformat(),
            "rolled_due": self.rolled.isoformat(),
            "because": self.because,
            "extended": self.extended,
            "extendable_to": self.extendable_to.isoformat() if self.extendable_to else None,
            "postponed_by": self.postponed_by,
            "rule": self.rule_id,
            "authority": self.authority,
            "years": self.years,
            "roll": self.roll_policy,
            "confirm": self.confirm,
            "how": list(self.how),
            "slack_days": str(self.slack_days) if self.slack_days is not None else None,
            "slack_how": self.slack_how,
            "hours_left": str(self.hours_left) if self.hours_left is not None else None,
            "progress": self.progress,
            "done": self.done,
            "missed": self.missed,
        }


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for: dates from `first` through `last`, and with `overdue` what is open and past before them. `person` is an id,
    `client` a ref; "" is everybody, every client, class, kind. `done`: with what is finished."""

    first: date
    last: date
    person: str = ""
    client: str = ""
    cls: str = ""
    kind: str = ""
    done: bool = False
    overdue: bool = False

    def reaches(self, due: date, today: date, *, done: bool) -> bool:
        """Whether the day alone lets a date be asked for."""
        late = self.overdue and due < today and not done
        return due <= self.last and (due >= self.first or late) and (self.done or not done)

    def holds(self, one: Entry) -> bool:
        """Whether the date is asked for."""
        late = self.overdue and one.missed
        return (
            one.due <= self.last
            and (one.due >= self.first or late)
            and (not self.person or self.person in one.people)
            and (not self.cls or self.cls == one.cls)
            and (not self.kind or self.kind == one.kind)
            and (self.done or not one.done)
        )


@dataclass(frozen=True)
class Calendar:
    """The dates that were asked for, by day: `entries` are all of them, `dates` those that are told in full. `scanned_on` is the newest day
    whose scan spoke, None before the first. `people` are the names by id of those who have dates or clients here, `clients` the names by
    ref."""

    entries: tuple[Entry, ...]
    dates: tuple[Dated, ...]
    scanned_on: date | None
    people: dict[str, str]
    clients: dict[str, str]
