"""The firm's price list: what is offered, as what kind of work, at which price. Prices are Decimal dollars to the cent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.rows import TEMPLATES
from store.tables import Service
from workspace.acting import person_of, record
from workspace.billing.amounts import money_in
from workspace.letters.acts import note_in, text_in
from workspace.scope import Right, Scope
from workspace.undo import expect, mark_of

PRICINGS = ("fixed", "hourly", "recurring")
OFFERED = tuple(one for one in TEMPLATES if one not in ("matter", "onboarding"))
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# What a firm of this kind usually offers; the prices are a beginning, to be set to the firm's own before the first letter.
_USUAL = (
    ("return-1040", "Individual return", "1040", "fixed", "950.00", None, "Form 1040 with its state return"),
    ("return-1120-s", "S corporation return", "1120-S", "fixed", "2400.00", None, "Form 1120-S with its state return"),
    ("return-1065", "Partnership return", "1065", "fixed", "2600.00", None, "Form 1065 with its state return"),
    ("return-1120", "Corporation return", "1120", "fixed", "2800.00", None, "Form 1120 with its state return"),
    ("return-1041", "Trust return", "1041", "fixed", "1400.00", None, "Form 1041 with its state return"),
    ("return-990", "Exempt organization return", "990", "fixed", "2200.00", None, "Form 990"),
    ("bookkeeping", "Bookkeeping", "bookkeeping", "recurring", "450.00", 1, "entries and bank reconciliation"),
    ("monthly-close", "Monthly close", "monthly-close", "recurring", "900.00", 1, "close and monthly statements"),
    ("payroll", "Payroll", "payroll", "recurring", "600.00", 3, "pay runs and quarterly payroll returns"),
    ("sales-tax", "Sales tax returns", "sales-tax", "recurring", "150.00", 1, "state sales tax returns"),
    ("advisory", "Advice", "advisory", "hourly", "250.00", None, "advice on questions as they come up"),
)


@dataclass(frozen=True)
class Offered:
    """A line of the price list. `mark` is what a form carries so that no change of it is lost."""

    id: str
    slug: str
    title: str
    template: str
    pricing: str
    price: Decimal
    months: int | None
    scope: str
    active: bool
    mark: str


def price_list(scope: Scope, *, ended: bool = False) -> tuple[Offered, ...]:
    """What the firm offers, by title; with `ended` also what it offered once. One query."""
    wanted = select(Service).order_by(Service.active.desc(), Service.title)
    rows = scope.session.scalars(wanted if ended else wanted.where(Service.active))
    return tuple(_offered(row) for row in rows)


def service_of(scope: Scope, slug: str) -> Service:
    """Raises NotFound."""
    found = scope.session.scalars(select(Service).where(Service.slug == slug)).one_or_none()
    if found is None:
        raise NotFound(f"there is no service {slug} on the price list")
    return found


def set_service(
    scope: Scope,
    slug: str,
    *,
    title: str,
    template: str,
    pricing: str,
    price: str | Decimal,
    months: int | None = None,
    covers: str = "",
    active: bool = True,
    mark: str | None = None,
) -> Offered:
    """Put a service on the list, or change the one of that slug: proposals made before keep their price. Raises Forbidden without
    template:write, Invalid, Conflict when somebody changed it meanwhile (`mark`)."""
    scope.require(Right.TEMPLATE_WRITE)
    slug = slug.strip().lower()
    if not _SLUG.fullmatch(slug):
        raise Invalid(f"{slug[:50]!r} is no short name: letters, digits and hyphens, at most 40")
    amount = money_in(price, "the price")
    _sensible(template, pricing, amount, months)
    row = scope.session.scalars(select(Service).where(Service.slug == slug)).one_or_none()
    if row is None:
        row = Service(id=stable_id("svc", slug), slug=slug)
        scope.session.add(row)
    else:
        expect(row, mark, f"the service {slug}")
    row.title, row.template, row.pricing, row.price = text_in(title, "the title"), template, pricing, amount
    row.months = months if pricing == "recurring" else None
    row.scope, row.active = note_in(covers, 300), active
    row.changed_by, row.changed_at = person_of(scope), scope.now
    scope.session.flush()
    record(scope, AuditTag.SERVICE_PRICED, f"service:{slug}", None, price=amount, pricing=pricing, active=int(active))
    return _offered(row)


def begin_price_list(scope: Scope) -> Sequence[Offered]:
    """The usual services of a firm, those that are not on the list yet. Raises Forbidden without template:write."""
    scope.require(Right.TEMPLATE_WRITE)
    there = set(scope.session.scalars(select(Service.slug)))
    return [
        set_service(scope, slug, title=title, template=kind, pricing=how, price=price, months=months, covers=covers)
        for slug, title, kind, how, price, months, covers in _USUAL
        if slug not in there
    ]


def _sensible(template: str, pricing: str, price: Decimal, months: int | None) -> None:
    if template not in OFFERED:
        raise Invalid(f"{template[:30]!r} is no kind of work; there are {', '.join(OFFERED)}")
    if pricing not in PRICINGS:
        raise Invalid(f"{pricing[:20]!r} is no way to price; there are {', '.join(PRICINGS)}")
    if price < 0:
        raise Invalid("a price is not negative")
    if pricing == "recurring" and (months is None or not 1 <= months <= 12):
        raise Invalid("a recurring price says every how many months, 1 to 12")


def _offered(row: Service) -> Offered:
    return Offered(
        row.id,
        row.slug,
        row.title,
        row.template,
        row.pricing,
        row.price,
        row.months,
        row.scope,
        row.active,
        mark_of(row),
    )
