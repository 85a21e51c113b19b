"""`pbc-follow-up`: the mail that asks for what is still missing of a request, or of all lists of a client that have a schedule.

Inputs: the request items of an engagement, or of a list about none, and its due date. Sections: opening, still open, why it matters, what
we ask, closing; open items only, and not those for which a paper lies there that nobody has looked at. Figures: counts of items, the dates
asked and due, the engagement's date, the new date. To: the client's main contact.
A partner checks the tone, and that nothing asked for has been sent already. Drafted by the night when an item is 3, 7, 14 … days late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_request
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.requests.standing import in_words, missing_of
from workspace.signals.due import due_of
from workspace.snapshot import Document, Engagement, RequestItem, Snapshot

CHECKS = (
    "Right client, right engagement",
    "Nothing in the list has been sent already",
    "The new date leaves us time to do the work",
    "Tone",
)


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """What to draft when a person asks: the engagement named, else what has the oldest open item, an engagement or a list about none."""
    found = [
        (items[0].due or date.max, one.ref)
        for one in snapshot.engagements
        if one.is_open and engagement_ref in (None, one.ref) and (items := sources.open_items(snapshot, one))
    ]
    if engagement_ref is None:
        found += [(one.due or date.max, one.list_id) for one in sources.open_items_alone(snapshot)]
    if not found:
        raise Invalid(f"nothing is asked of {snapshot.client.name} that is still open")
    due, ref = min(found)
    return for_request(ref, min(due, today), today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the engagement or the list is gone, or none of its items is open any more."""
    lists = _scheduled(snapshot, today) if occasion.startswith("reminder:") else _named_by(snapshot, today, occasion)
    if not lists:
        raise Invalid(f"nothing of {about(occasion)} is open any more")
    first, work, items = lists[0], lists[0].work, lists[0].items
    support = Support(snapshot)
    late = [one for one in items if one.due is not None and one.due < today]
    asked = late or list(items)  # asked for before anything is late, by a person
    contact = sources.addressee(snapshot)
    due = due_of(snapshot, work) if work is not None else None
    ahead = due.due if due is not None and due.due >= today else None
    wanted = None if late else min((one.due for one in items if one.due is not None), default=None)
    variables = {
        **support.greeting(contact),
        "personal": support.is_client(contact),
        "engagement": _title(support, first),
        "alone": work is None,
        **_counts(support, snapshot, first),
        "late": bool(late),
        "overdue": [_item(support, one, work, today) for one in asked],
        "upcoming": [_item(support, one, work, today) for one in items if one not in asked],
        "list": _named(support, first) if _several(lists, work) else None,
        "others": [_other(support, one, today, named=_several(lists, one.work)) for one in lists[1:]],
        "due": support.due_day(work, due) if work is not None else None,
        "due_passed": due is not None and due.due < today,
        "is_return": work is not None and work.is_return,
        "extended": work is not None and work.extended_to is not None,
        "reply_by": support.reply_by(today, ahead, latest=wanted),
    }
    return Gathered(
        title=f"Open items: {first.title}" + (f" and {len(lists) - 1} more" if len(lists) > 1 else ""),
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*CHECKS, *_sent_since(snapshot, items)),
        unseen=support.unseen_of_contact(contact),
        engagement_id=work.id if work is not None else None,
    )


@dataclass(frozen=True)
class _List:
    """A list that may be reminded of, with what is missing of it. `work` None: it is about no engagement."""

    work: Engagement | None
    items: tuple[RequestItem, ...]

    @property
    def title(self) -> str:
        return self.work.title if self.work is not None else self.items[0].list_name


def _counts(support: Support, snapshot: Snapshot, of: _List) -> dict[str, object]:
    asked = (
        snapshot.requests_of(of.work)
        if of.work is not None
        else [one for one in snapshot.requests_alone if one.list_id == of.items[0].list_id]
    )
    received = [one for one in asked if one.received_on is not None]
    return {
        "asked": support.counted("items asked for", [one.evidence("item") for one in asked]),
        "received": support.counted("items received", [one.evidence("received_on") for one in received])
        if received
        else None,
    }


def _named_by(snapshot: Snapshot, today: date, occasion: str) -> list[_List]:
    """What is missing of the engagement, or of the list about none, that an occasion names; nothing where it is gone or whole."""
    work = snapshot.engagement_of_ref(about(occasion))
    items = sources.open_items(snapshot, work) if work is not None else sources.open_items_alone(snapshot)
    found = tuple(one for one in _missing(items, work, today) if work is not None or one.list_id == about(occasion))
    return [_List(work, found)] if found else []


def _missing(items: Iterable[RequestItem], work: Engagement | None, today: date) -> tuple[RequestItem, ...]:
    return tuple(one for one in items if missing_of(one, work, today) is not None)


def _scheduled(snapshot: Snapshot, today: date) -> list[_List]:
    """The lists of open engagements, and of none, that may be reminded of, the one that is due first before the others."""
    found: dict[tuple[str, str], list[RequestItem]] = {}
    works = {work.ref: work for work in snapshot.engagements if work.is_open}
    for work in works.values():
        for one in _missing(sources.open_items(snapshot, work), work, today):
            found.setdefault((work.ref, one.list_id), []).append(one)
    for one in _missing(sources.open_items_alone(snapshot), None, today):
        found.setdefault(("", one.list_id), []).append(one)
    order = sorted(
        (min(one.due or date.max for one in items), *key)
        for key, items in found.items()
        if any(one.reminded for one in items)
    )
    return [_List(works.get(ref), tuple(found[ref, key])) for _, ref, key in order]


def _several(lists: Sequence[_List], work: Engagement | None) -> bool:
    """Whether the mail names more than one list of this work, so that each goes by its own name."""
    return work is not None and sum(one.work is not None and one.work.id == work.id for one in lists) > 1


def _title(support: Support, one: _List) -> Printed:
    """How the client knows it: by the work, else by the list's name."""
    return support.words(one.work.title, one.work.evidence("title")) if one.work is not None else _named(support, one)


def _named(support: Support, one: _List) -> Printed:
    item = one.items[0]
    return support.words(item.list_name, RecordEvidence(f"list:{item.list_id}", "title", item.list_name))


def _other(support: Support, one: _List, today: date, *, named: bool) -> dict[str, object]:
    items = [_item(support, item, one.work, today) for item in one.items]
    name = _named(support, one) if named else None
    return {"title": _title(support, one), "list": name, "alone": one.work is None, "asked": items}


def _name(support: Support, item: RequestItem, work: Engagement | None, today: date) -> Printed:
    """The item's words; of one by months also which are lacking."""
    name = support.words(item.item, item.evidence("item"))
    found = missing_of(item, work, today)
    if found is None or not found.came:
        return name
    lacking = in_words(found.lacking)
    return Printed(
        f"{name}; still missing: {support.words(lacking, RecordEvidence(f'request:{item.id}', 'lacking', lacking))}"
    )


def _item(support: Support, item: RequestItem, work: Engagement | None, today: date) -> dict[str, object]:
    return {
        "name": _name(support, item, work, today),
        "asked_on": support.day(item.requested_on, item.evidence("requested_on")),
        "due": support.day(item.due, item.evidence("due")),
    }


def _sent_since(snapshot: Snapshot, items: tuple[RequestItem, ...]) -> tuple[str, ...]:
    """What came from the client since the oldest open item was asked for: an item may lie in it."""
    asked = [one.requested_on for one in items if one.requested_on is not None]
    if not asked:
        return ()
    letters = sources.letters_since(snapshot, min(asked))
    mails = {one.document_id for one in snapshot.messages}
    files = [one for one in snapshot.documents if one.id not in mails and _came_since(snapshot, one, min(asked))]
    found = []
    if letters:
        found.append(f"Look at the client's last mail, “{letters[-1].subject}”: it may hold an item")
    if files:
        count = "One file" if len(files) == 1 else f"{len(files)} files"
        found.append(f"{count} of the client's came in since the request: see that no item of the list is among them")
    return tuple(found)


def _came_since(snapshot: Snapshot, document: Document, day: date) -> bool:
    """Whether a file came from the client on or after a day; what was loaded with the firm's folder bears the day of the load."""
    return (
        document.source != "load"
        and document.received_at is not None
        and snapshot.local_day(document.received_at) >= day
    )
