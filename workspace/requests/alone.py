"""A list that is about no engagement: of the client alone, from a template, from last year's papers, or what a person wrote down.

What is asked for of a year is held against the documents of that year: each item keeps its period itself (wants.py). Everything else
about such a list is as of any other (lists.py, named.py, reminders.py).
"""

from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import add_business_days, month_end
from workspace.requests.asking import template_named, title_of, would_ask
from workspace.requests.lists import ANSWER_IN, Making, Preview, chosen, day_to_answer, fill
from workspace.requests.named import of_client
from workspace.requests.proposals import PARTS
from workspace.scope import Right, Scope, access_client
from workspace.signals.k1 import tax_year
from workspace.snapshot import Client, Engagement, RequestItem, Snapshot, take_snapshot

FIRST_YEAR = 1990


def preview_alone(scope: Scope, client_ref: str, template: str | None = None, year: int | None = None) -> Preview:
    """What would be asked of a client for a year, under no engagement: last year's papers, and the template where one is named. `year` is
    that in which the client's fiscal year begins, None: of the last one that has ended. Reads only.

    Raises NotFound outside the scope or for an unknown template, Forbidden without request:write, Invalid for a year of another age."""
    client = access_client(scope, client_ref, Right.REQUEST_WRITE)
    snapshot = take_snapshot(scope, client.ref, PARTS)
    name = template_named(template) if template else ""
    work = _year(snapshot.client, name, scope.today, year)
    items = would_ask(snapshot, work, name, last_year=True, there=_there(snapshot, work))
    day = add_business_days(scope.today, ANSWER_IN)
    return Preview(None, title_of(name, work), name, day, items, tax_year(work))


def make_client_list(scope: Scope, client_ref: str, how: Making) -> str:
    """Make a list that is about no engagement, or add to the client's one of that name; its id. Without a template, a year and chosen items
    it asks for what a person wrote. What the file holds already is proposed at once.

    Raises NotFound, Forbidden without request:write, Invalid without an item, without a name where no template gives one, or for a day
    gone by, Conflict for a closed list."""
    client = access_client(scope, client_ref, Right.REQUEST_WRITE)
    seen = None
    if how.template or how.year is not None or how.keys:
        seen = preview_alone(scope, client_ref, how.template, how.year)
    items = chosen(seen.items if seen is not None else (), how)
    if not items and seen is None:
        raise Invalid("write down what is asked for, or name a template or a year")
    if not items:
        raise Invalid("choose what to ask for: nothing is known of that year that is not asked for already")
    due = day_to_answer(scope, how)
    return fill(scope, of_client(scope, client, how.name or (seen.title if seen is not None else "")), items, how, due)


def _year(client: Client, template: str, today: date, year: int | None) -> Engagement:
    """A fiscal year of the client, as if it were work of this kind; without a template, of the kind of return that the client files."""
    if year is None:
        year = next(one for one in range(today.year, today.year - 3, -1) if _period(client, one)[1] < today)
    if not FIRST_YEAR <= year <= today.year + 1:
        raise Invalid(f"the year is one from {FIRST_YEAR} to {today.year + 1}")
    start, end = _period(client, year)
    return Engagement("", "", template or client.entity_type, str(year), period_start=start, period_end=end)


def _period(client: Client, year: int) -> tuple[date, date]:
    month = int(client.fiscal_year_end[:2])
    end = month_end(year if month == 12 else year + 1, month)
    return month_end(end.year - 1, month) + timedelta(days=1), end


def _there(snapshot: Snapshot, work: Engagement) -> list[RequestItem]:
    """What is asked for already: of the client alone, and under engagements of the same year."""
    same = {one.id for one in snapshot.engagements if tax_year(one) == tax_year(work)}
    return [one for one in snapshot.requests if one.engagement_id is None or one.engagement_id in same]
