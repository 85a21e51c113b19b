"""Which function answers which topic, and in what order."""

from collections.abc import Callable

from agents.asking import money, people, records
from agents.asking.claims import Claim
from agents.asking.records import Desk
from agents.asking.topics import Topic

TOPICS: dict[Topic, Callable[[Desk], tuple[Claim, ...]]] = {
    Topic.BILLED: money.billed,
    Topic.CONTACTS: people.contacts,
    Topic.DEADLINES: records.deadlines,
    Topic.DOCUMENTS: people.documents,
    Topic.FEES: records.fees,
    Topic.HOURS: records.hours,
    Topic.INVOICE: money.invoice,
    Topic.KNOWN: people.known,
    Topic.LAST_MESSAGE: people.last_message,
    Topic.LETTERS: records.letters,
    Topic.NOTICES: people.notices,
    Topic.OWNERS: people.owners,
    Topic.PAID: money.paid,
    Topic.PROFILE: people.profile,
    Topic.PROMISES: money.promises,
    Topic.REALIZATION: money.realization,
    Topic.RECEIVABLE: records.receivable,
    Topic.REQUESTS: records.requests,
    Topic.SIGNALS: people.signals,
    Topic.STAGE: records.stage,
    Topic.TAX_ID: people.tax_id,
    Topic.TEAM: records.team,
    Topic.UNBILLED: money.unbilled,
}

ALONE = (Topic.INVOICE, Topic.PAID)
"""What is so plainly meant that no other topic is, where the records hold it."""


def from_records(desk: Desk) -> tuple[Claim, ...]:
    """The sentences of all topics that the question has, in the order of topics.py; empty when the records hold none of it."""
    for topic in ALONE:
        if topic in desk.asked.topics and (claims := TOPICS[topic](desk)):
            return claims
    return tuple(claim for topic in desk.asked.topics for claim in TOPICS[topic](desk))
