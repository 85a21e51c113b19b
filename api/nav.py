"""Where one can go: the pages of the head, those of its "More", and which of them this person may open. The palette offers the same."""

from dataclasses import dataclass
from typing import Protocol

from workspace.scope import Right


@dataclass(frozen=True)
class Place:
    """A page of the firm. `under` are the addresses that count as part of it; `right` or one of `roles` opens it, None anybody's."""

    href: str
    label: str
    right: Right | None = None
    roles: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    more: bool = False

    def holds(self, path: str) -> bool:
        """Whether the page at `path` belongs here."""
        if self.href == "/":
            return path == "/" or path.startswith("/brief")
        return any(path == one or path.startswith(f"{one}/") for one in (self.href, *self.under))


_PEOPLE = ("partner", "manager", "senior", "staff")
PLACES = (
    Place("/", "Brief", roles=_PEOPLE),
    Place("/day", "My day", Right.TASK_WRITE),
    Place("/clients", "Clients", under=("/documents", "/messages", "/groups", "/fields")),
    Place("/work", "Work", under=("/engagements", "/series", "/roll-forward", "/templates")),
    Place("/inbox", "Inbox", Right.MAIL_TRIAGE, under=("/mentions", "/watching")),
    Place("/calendar", "Calendar"),
    Place("/review", "Review", under=("/outbox",)),
    Place("/ask", "Ask"),
    Place("/time", "Time", Right.TIME_WRITE),
    Place("/money", "Money", Right.PAYMENT_RECORD),
    Place("/portfolio", "Portfolio", Right.PORTFOLIO_READ),
    Place("/capacity", "Capacity", Right.CAPACITY_READ, more=True),
    Place("/reports", "Reports", Right.PORTFOLIO_READ, more=True),
    Place("/automations", "Automations", Right.AUTOMATION_SET, more=True),
    Place("/letters", "Letters", Right.LETTER_WRITE, more=True),
    Place("/onboarding", "Onboarding", Right.LETTER_WRITE, more=True),
    Place("/setup", "Setup", Right.PEOPLE_MANAGE, more=True),
    Place("/doors", "Sign-in", Right.PEOPLE_MANAGE, more=True),
    Place("/people", "People", Right.PEOPLE_MANAGE, more=True),
    Place("/roles", "Roles", Right.ROLE_SET, more=True),
    Place("/walls", "Walls", Right.WALL_SET, more=True),
    Place("/break-glass", "Break glass", Right.BREAK_GLASS, more=True),
    Place("/requests", "Requests", Right.REQUEST_WRITE, more=True),
    Place("/contacts", "Contacts", more=True),
    Place("/matters", "Matters", more=True),
    Place("/trust", "Trust", Right.TRUST_WRITE, more=True),
    Place("/conflicts", "Conflicts", Right.CONFLICT_SEARCH, more=True),
    Place("/imports", "Imports", Right.IMPORT_RUN, more=True),
    Place("/intake", "Intake", Right.DOCUMENT_ADD, more=True),
    Place("/sources", "Sources", Right.INTAKE_SORT, more=True),
    Place("/night", "Night", under=("/workers",), more=True),
    Place("/audit", "Trail", Right.AUDIT_READ, more=True),
    Place("/retention", "Retention", Right.RETENTION_SET, under=("/holds",), more=True),
    Place("/evidence", "Evidence", Right.EVIDENCE_WRITE, more=True),
    Place("/webhooks", "Webhooks", Right.WEBHOOK_MANAGE, more=True),
    Place("/me", "Your settings", more=True),
    Place("/style", "Style", more=True),
)


class Goer(Protocol):
    """Who goes somewhere: an asker or her scope."""

    @property
    def role(self) -> str: ...

    @property
    def rights(self) -> frozenset[Right]: ...


def places(who: Goer) -> tuple[Place, ...]:
    """The pages that she may open, in the order of the head."""
    rights, role = who.rights, who.role
    return tuple(
        one for one in PLACES if (one.right is None or one.right in rights) and (not one.roles or role in one.roles)
    )
