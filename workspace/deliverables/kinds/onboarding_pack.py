"""`onboarding-pack`: what a new client gets at the start: welcome, steps, authorizations, access, first request list, consent.

Inputs: the onboarding engagement with its steps and request items, the client's open work, what authorizations and letters are on file.
Sections: opening, how we begin, authorizations, access, first request list, closing, consent. The consent (IRC §7216) is the firm's own
file templates/legal/consent-7216.md of the home, else the product's; its blanks are filled by hand, and it stands on a sheet of its own.
To: the client's main contact. A partner checks the consent.
Drafted by the night when the onboarding stands still (`onboarding-stalled`), once an onboarding.
"""

from collections.abc import Iterator
from datetime import date

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import worth
from workspace.deliverables.occasions import about, for_onboarding
from workspace.deliverables.support import Support
from workspace.snapshot import Document, Engagement, Snapshot, Task
from workspace.tie_out import worded

CHECKS = (
    "Right client, and the people named are those who take part",
    "The consent is the firm's approved wording; preparer, recipient, purpose and term are filled in before it goes out",
    "The consent goes on a page of its own and is signed before anything is disclosed",
    "The authorizations cover the years and forms of the work",
    "Nothing in the request list has been sent already",
)


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """What to draft when a person asks: the engagement named, else the client's open onboarding."""
    found = [one for one in snapshot.engagements if _is_onboarding(one) and engagement_ref in (None, one.ref)]
    if not found:
        where = engagement_ref or snapshot.client.name
        raise Invalid(
            f"{where} is no open onboarding: open an engagement of the template onboarding, with its steps or requests"
        )
    return for_onboarding(min(found, key=lambda one: (one.started_on or date.max, one.ref)).ref)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the onboarding is over or gone, or has neither steps nor request items."""
    engagement = snapshot.engagement_of_ref(about(occasion))
    if engagement is None or not _is_onboarding(engagement):
        raise Invalid(f"{about(occasion)} is no open onboarding any more")
    steps = [one for one in snapshot.tasks if one.engagement_id == engagement.id]
    items = sources.open_items(snapshot, engagement)
    if not steps and not snapshot.requests_of(engagement):
        raise Invalid(
            f"the onboarding {engagement.ref} has no checklist: enter its steps (tasks) or what to ask for (requests)"
        )
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    covered = list(_covered(support, snapshot))
    variables = {
        **support.letter_to(contact),
        "personal": support.is_client(contact),
        "engagement": support.words(engagement.title, engagement.evidence("title")),
        "work": [
            support.words(one.title, one.evidence("title"))
            for one in snapshot.engagements
            if one.is_open and one.id != engagement.id
        ],
        "done": [_step(support, one) for one in steps if not one.is_open],
        "steps": [_step(support, one) for one in steps if one.is_open],
        "letters": list(_letters(support, snapshot)),
        "covered": covered,
        "items": [
            {"name": support.words(one.item, one.evidence("item")), "due": support.day(one.due, one.evidence("due"))}
            for one in items
        ],
        "team": list(_team(support, snapshot, engagement)),
        "reply_by": support.reply_by(today),
    }
    return Gathered(
        title=f"Onboarding pack: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=CHECKS,
        unseen=(
            *support.unseen_of_contact(contact),
            "Whether a consent under IRC §7216 has been signed on paper",
            *(() if covered else ("A power of attorney on file: none could be read",)),
            *(
                ()
                if items or snapshot.requests_of(engagement)
                else ("What to ask for: the onboarding has no request list",)
            ),
        ),
        engagement_id=engagement.id,
    )


def _is_onboarding(one: Engagement) -> bool:
    return one.template == "onboarding" and one.is_open


def _step(support: Support, one: Task) -> dict[str, object]:
    return {
        "title": support.words(one.title, one.evidence("title")),
        "due": support.day(one.due, one.evidence("due")),
        "done_on": support.day(one.done_on, one.evidence("done_on")),
    }


def _letters(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    """Engagement letters that wait for a signature."""
    for one in snapshot.engagements:
        if one.is_open and one.letter_sent_on is not None and one.letter_signed_on is None:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "sent_on": support.day(one.letter_sent_on, one.evidence("letter_sent_on")),
            }


def _covered(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    """Powers of attorney on file, with what could be read of each."""
    for one in snapshot.of_kind("authorization"):
        form = one.fact("form")
        if form is None:
            continue
        yield {
            "form": support.words(worded("form", form.value), form.evidence),
            "years": _said(support, one, "years"),
            "signed_on": _day(support, one, "signed_on"),
            "expires_on": _day(support, one, "expires_on"),
        }


def _said(support: Support, one: Document, name: str) -> object:
    fact = one.fact(name)
    return support.words(fact.value, fact.evidence) if fact else None


def _day(support: Support, one: Document, name: str) -> object:
    fact = one.fact(name)
    return support.day(fact.day, fact.evidence) if fact else None


def _team(support: Support, snapshot: Snapshot, engagement: Engagement) -> Iterator[dict[str, object]]:
    """The client's partner and manager and who runs the onboarding, each once."""
    client = snapshot.client
    for person_id in dict.fromkeys((client.partner_id, client.manager_id, engagement.owner_id)):
        found = snapshot.people.get(person_id or "")
        if found is not None:
            yield {
                "name": worth.person(support, found.id),
                "role": support.plain(found.role),
                "email": support.words(found.email, sources.person_evidence(found, "email"), name=True),
            }
