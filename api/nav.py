"""Where one can go: the pages of the head, those of its "More", and which of them this person may open. The palette offers the same."""

from dataclasses import dataclass

from workspace.scope import RIGHTS, Right


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
    Place("/clients", "Clients", under=("/documents", "/messages")),
    Place("/calendar", "Calendar"),
    Place("/review", "Review", under=("/outbox",)),
    Place("/ask", "Ask"),
    Place("/time", "Time", Right.TIME_WRITE),
    Place("/money", "Money", Right.PAYMENT_RECORD),
    Place("/portfolio", "Portfolio", Right.PORTFOLIO_READ),
    Place("/intake", "Intake", Right.DOCUMENT_ADD, more=True),
    Place("/night", "Night", more=True),
    Place("/audit", "Trail", Right.AUDIT_READ, more=True),
    Place("/style", "Style", more=True),
)


def places(role: str) -> tuple[Place, ...]:
    """The pages that somebody of this role may open, in the order of the head."""
    rights = RIGHTS.get(role, frozenset())
    return tuple(
        one for one in PLACES if (one.right is None or one.right in rights) and (not one.roles or role in one.roles)
    )
