"""What follows when a letter goes out and when its last signer has signed: dates on the engagements, work that may begin, the paper filed.

One EngagementLetter is kept for each engagement that the letter covers, all with the same document, so that signals, the brief and the
change order read the agreed scope where they always do: from the letter's document and the engagement's dates.
"""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store.audit import AuditTag
from store.blobs import Blobs
from store.ids import content_hash, stable_id
from store.tables import (
    Client,
    Deliverable,
    Engagement,
    EngagementLetter,
    Firm,
    Person,
    Proposal,
    Release,
    Signature,
    Signer,
    Signing,
)
from workspace.acting import record
from workspace.deadlines import in_words
from workspace.directory.lifecycle import step
from workspace.documents import receive
from workspace.letters.paper import Certificate, Signed, appended
from workspace.letters.work import begin_work, covered
from workspace.nights import time_zone
from workspace.onboarding.steps import settled_by_event
from workspace.scope import Scope


def note_sent(scope: Scope, signing: Signing, letter: Deliverable) -> None:
    """The day on which the letter went out, on each engagement on record that it covers."""
    for one in covered(scope, signing, letter):
        _letter_of(scope, one).sent_on = scope.today
    scope.session.flush()


def note_declined(scope: Scope, signing: Signing) -> None:
    """The proposal behind a letter that a signer declined."""
    if signing.proposal_id:
        scope.session.get_one(Proposal, signing.proposal_id).state = "declined"
    scope.session.flush()


def finish_if_all_signed(scope: Scope, blobs: Blobs, signing: Signing, on: date) -> bool:
    """File the signed letter and let its work begin, once every signer has signed; True when this was the last. `on` is the day of the
    signature that was just made."""
    signers = list(scope.session.scalars(select(Signer).where(Signer.signing_id == signing.id).order_by(Signer.place)))
    if signing.state != "open" or any(one.state != "signed" for one in signers):
        return False
    ids = [one.id for one in signers]
    made = {s.signer_id: s for s in scope.session.scalars(select(Signature).where(Signature.signer_id.in_(ids)))}
    zone = ZoneInfo(time_zone(scope) or "UTC")
    days = [one.at.astimezone(zone).date() for one in made.values() if one.method != "paper"]
    client = scope.session.get_one(Client, signing.client_id)
    letter = scope.session.get_one(Deliverable, signing.deliverable_id)
    signed_on = max([on, *days])
    work = begin_work(scope, signing, letter, client)
    signing.document_id = _filed(scope, blobs, signing, letter, client, [(one, made[one.id]) for one in signers], work)
    for one in work:
        row = _letter_of(scope, one)
        row.sent_on = row.sent_on or signing.created_at.astimezone(zone).date()
        row.signed_on, row.document_id = signed_on, signing.document_id
    signing.state, signing.finished_at = "signed", scope.now
    if signing.proposal_id:
        scope.session.get_one(Proposal, signing.proposal_id).state = "signed"
    if client.status == "prospect":
        step(scope, client, "onboarding", "the engagement letter is signed")
    scope.session.flush()
    settled_by_event(scope, client.id, "letter")
    record(
        scope,
        AuditTag.LETTER_COMPLETED,
        f"signing:{signing.id}",
        signing.client_id,
        hash=signing.content_hash,
        file=signing.signed_paper,
        document=signing.document_id,
        signed_on=signed_on,
    )
    return True


def _letter_of(scope: Scope, engagement: Engagement) -> EngagementLetter:
    wanted = select(EngagementLetter).where(EngagementLetter.engagement_id == engagement.id)
    row = scope.session.scalars(wanted).one_or_none()
    if row is None:
        row = EngagementLetter(
            id=stable_id("let", engagement.ref), client_id=engagement.client_id, engagement_id=engagement.id
        )
        scope.session.add(row)
        scope.session.flush()
    return row


def _filed(
    scope: Scope,
    blobs: Blobs,
    signing: Signing,
    letter: Deliverable,
    client: Client,
    signed: Sequence[tuple[Signer, Signature]],
    work: Sequence[Engagement],
) -> str:
    """The id of the document: the scan where all signed on paper, else the letter with its certificate, new in the client's file."""
    papers = [one.document_id for _, one in signed if one.method == "paper" and one.document_id]
    if len(papers) == len(signed):
        return papers[-1]
    data = appended(blobs.get(signing.paper), _certificate(scope, signing, letter, client, signed, work))
    signing.signed_paper = content_hash(data)
    day = scope.today.isoformat()
    name = f"Engagement letters/Engagement letter signed {day} {signing.id[-6:]}.pdf"
    return receive(scope, blobs, client.ref, name, data, "signed").document_id


def _certificate(
    scope: Scope,
    signing: Signing,
    letter: Deliverable,
    client: Client,
    signed: Sequence[tuple[Signer, Signature]],
    work: Sequence[Engagement],
) -> Certificate:
    zone = ZoneInfo(time_zone(scope) or "UTC")
    freed, by = (
        scope.session.execute(
            select(Release.at, Person.name)
            .join(Person, Person.id == Release.person_id)
            .where(Release.deliverable_id == letter.id)
        )
        .one()
        .tuple()
    )
    firm = scope.session.scalars(select(Firm.name).limit(1)).one_or_none() or ""
    return Certificate(
        firm=firm,
        client=client.name,
        title=letter.title,
        letter_hash=signing.content_hash,
        paper_hash=signing.paper,
        released=f"{in_words(freed.astimezone(zone).date())} by {by}",
        signed=[
            Signed(s.name, who.name, who.email, s.method, s.at.astimezone(zone), s.address, s.agent, s.strokes)
            for who, s in signed
        ],
        work=[(one.ref, one.title) for one in work],
    )
