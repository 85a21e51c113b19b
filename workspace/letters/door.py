"""The signer's side: what a link opens, and the signature or the refusal that comes back. Outside every staff session.

Nobody is signed in here: the scope is the software's own (system:sign), and nothing is read or written but what belongs to the one
letter of the one link. A link that is unknown, used up, old or closed opens nothing and says so in the same words. The text is shown and
signed only while its hash is the released version's.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from store import audit
from store.audit import AuditTag
from store.blobs import Blobs
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import (
    Deliverable,
    DeliverableVersion,
    Document,
    Firm,
    Release,
    Signature,
    Signer,
    SignInFailure,
    Signing,
)
from workspace.acting import record
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.render.html import as_html
from workspace.letters import completed
from workspace.letters.acts import text_in
from workspace.letters.paper import HEIGHT, WIDTH
from workspace.letters.signing import end_signing, hashed, holds
from workspace.scope import Scope

FAILURES_ALLOWED, FAILURES_WITHIN = 20, timedelta(minutes=15)
_KEY = "(signing link)"  # how the brake on guessing counts a place; no address has parentheses
NO_LINK = (
    "This link opens nothing: it was used up, replaced or taken back, or it is too old. Ask the firm for a new one."
)
CHANGED = "This letter is not the text that was released, so it cannot be signed. Please tell the firm."
_STROKES, _POINTS = 60, 4000


@dataclass(frozen=True)
class Inside:
    """The way to a letter of somebody who is known already (a contact in the portal). `key` is a secret that only her browser holds.
    Whoever makes this has asked whether the signer is hers."""

    signer_id: str
    key: str = field(repr=False)


Way = str | Inside
"""How a signer comes to her letter: the secret of her link, or from inside the portal."""


class TooMany(Conflict):
    """Too many links that open nothing came from one place."""

    status = 429


@dataclass(frozen=True)
class Opened:
    """What a link shows. `html` is the released text alone; `mark` proves on the way back that this page with this text was read.
    `state`: waiting, signed, declined. `others` are the other signers: name and whether each has signed."""

    firm: str
    title: str
    html: str
    hash: str
    mark: str
    name: str
    state: str
    signed_at: datetime | None
    signed_as: str
    until: datetime
    others: tuple[tuple[str, bool], ...]
    complete: bool


def brake(scope: Scope, address: str) -> None:
    """Raises TooMany for a place that tried too many links that open nothing."""
    tried = scope.session.scalar(
        select(func.count())
        .select_from(SignInFailure)
        .where(
            SignInFailure.email == _KEY,
            SignInFailure.address == address,
            SignInFailure.at > scope.now - FAILURES_WITHIN,
        )
    )
    if tried and tried >= FAILURES_ALLOWED:
        raise TooMany("too many links that open nothing were tried from here; wait fifteen minutes")


def note_failure(scope: Scope, address: str) -> None:
    """Count a link that opened nothing, and put it on the trail."""
    scope.session.add(SignInFailure(id=new_id("fail"), email=_KEY, address=address, at=scope.now))
    audit.record(scope.session, AuditTag.LETTER_REFUSED, actor=scope.email, subject=f"address:{address}", now=scope.now)


def open_link(scope: Scope, secret: Way) -> Opened:
    """What the link shows; notes when it was opened first. Raises NotFound for a link that opens nothing, Conflict where the stored text
    is not the released one."""
    signer, signing = _behind(scope, secret)
    letter, version = _text(scope, signing)
    if signer.opened_at is None:
        signer.opened_at = scope.now
        record(scope, AuditTag.LETTER_OPENED, f"signer:{signer.id}", signing.client_id, hash=signing.content_hash)
    made = scope.session.scalars(select(Signature).where(Signature.signer_id == signer.id)).one_or_none()
    firm = scope.session.scalars(select(Firm.name).limit(1)).one_or_none() or ""
    shown = {"sections": version.sections, "tickmarks": version.tickmarks, "headings": KINDS[letter.slug].headings}
    return Opened(
        firm=firm,
        title=letter.title,
        html=as_html(shown, style="none"),
        hash=signing.content_hash,
        mark=_mark(secret, signing.content_hash),
        name=signer.name,
        state=signer.state,
        signed_at=made.at if made else None,
        signed_as=made.name if made else "",
        until=signer.expires_at,
        others=_others(scope, signer),
        complete=signing.state == "signed",
    )


def sign(
    scope: Scope,
    blobs: Blobs,
    secret: Way,
    *,
    mark: str,
    agreed: bool,
    name: str,
    strokes: str,
    address: str,
    agent: str,
) -> bool:
    """Sign; True when this call did it, False when the link was used to sign before: then nothing happens.

    `strokes` is the drawing as JSON, "" for a typed name. Raises as `open_link`; Invalid without consent, a name, or for a drawing that
    is none; Conflict when the page was not that of this text.
    """
    signer, signing = _behind(scope, secret)
    if signer.state == "signed":
        return False
    _must_be_read(scope, signer, signing, secret, mark)
    if not agreed:
        raise Invalid("tick that you agree to sign electronically; else ask the firm for paper")
    typed, drawn = text_in(name, "your name", 120), strokes_in(strokes)
    scope.session.add(
        Signature(
            id=stable_id("sig", signer.id),
            client_id=signing.client_id,
            signer_id=signer.id,
            method="drawn" if drawn else "typed",
            name=typed,
            strokes=drawn,
            address=_plain(address, 60),
            agent=_plain(agent, 300) or "not told",
            content_hash=signing.content_hash,
            at=scope.now,
        )
    )
    signer.state = "signed"
    scope.session.flush()
    how = "drawn" if drawn else "typed"
    subject = f"signer:{signer.id}"
    told = {"method": how, "name": typed, "hash": signing.content_hash, "address": _plain(address, 60)}
    record(scope, AuditTag.LETTER_SIGNED, subject, signing.client_id, **told)
    completed.finish_if_all_signed(scope, blobs, signing, scope.today)
    return True


def decline(scope: Scope, secret: Way, *, mark: str, reason: str) -> bool:
    """Decline, with a reason; the letter is no longer out for signature. False when she declined before. Raises as `sign`."""
    signer, signing = _behind(scope, secret)
    if signer.state == "declined":
        return False
    _must_be_read(scope, signer, signing, secret, mark)
    signer.state, signer.reason = "declined", text_in(reason, "the reason", 600)
    end_signing(scope, signing, "declined")
    completed.note_declined(scope, signing)
    record(scope, AuditTag.LETTER_DECLINED, f"signer:{signer.id}", signing.client_id, reason=signer.reason)
    return True


def to_read(scope: Scope, secret: Way) -> str | None:
    """The id of the client whose signed letter was filed with this link's signature and is not read yet; None else."""
    wanted = (
        select(Document.client_id)
        .join(Signing, Signing.document_id == Document.id)
        .join(Signer, Signer.signing_id == Signing.id)
        .where(_is(secret), Document.state == "received")
    )
    return scope.session.scalars(wanted).one_or_none()


def paper_of(scope: Scope, blobs: Blobs, secret: Way) -> tuple[str, bytes]:
    """A name for the file, and the letter as PDF: with its certificate once all have signed, before that as it is to be signed."""
    _, signing = _behind(scope, secret)
    _text(scope, signing)
    done = signing.signed_paper
    return (
        ("engagement-letter-signed.pdf", blobs.get(done))
        if done
        else ("engagement-letter.pdf", blobs.get(signing.paper))
    )


def _is(way: Way) -> ColumnElement[bool]:
    return Signer.id == way.signer_id if isinstance(way, Inside) else Signer.token_hash == hashed(way[:200])


def _behind(scope: Scope, secret: Way) -> tuple[Signer, Signing]:
    """The signer whose link this is, held until the transaction ends."""
    wanted = select(Signer).where(_is(secret), Signer.client_id.in_(scope.clients()))
    row = scope.session.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(NO_LINK)
    signing = scope.session.scalars(select(Signing).where(Signing.id == row.signing_id).with_for_update()).one()
    if row.state == "closed" or signing.state == "closed" or row.expires_at <= scope.now:
        raise NotFound(NO_LINK)
    return row, signing


def _text(scope: Scope, signing: Signing) -> tuple[Deliverable, DeliverableVersion]:
    """The letter and the released version. Raises Conflict where the two, the release and the signing do not agree on every word."""
    letter = scope.session.get_one(Deliverable, signing.deliverable_id)
    version = scope.session.get_one(DeliverableVersion, signing.version_id)
    freed = scope.session.scalars(select(Release).where(Release.deliverable_id == letter.id)).one_or_none()
    released = freed is not None and (freed.version_id, freed.content_hash) == (version.id, signing.content_hash)
    if not released or letter.current_version_id != version.id or not holds(version, letter, signing.content_hash):
        raise Conflict(CHANGED)
    return letter, version


def _must_be_read(scope: Scope, signer: Signer, signing: Signing, secret: Way, mark: str) -> None:
    _text(scope, signing)
    if signer.state != "waiting" or signing.state != "open":
        raise Conflict("this letter is decided already: nothing was changed")
    if not hmac.compare_digest(mark.encode(), _mark(secret, signing.content_hash).encode()):
        raise Conflict("this page is not the letter as it stands: open the link again and read it")


def _mark(way: Way, text_hash: str) -> str:
    key = f"{way.signer_id} {way.key}" if isinstance(way, Inside) else way
    return hmac.new(key.encode(), f"sign {text_hash}".encode(), "sha256").hexdigest()


def _others(scope: Scope, signer: Signer) -> tuple[tuple[str, bool], ...]:
    wanted = select(Signer).where(Signer.signing_id == signer.signing_id, Signer.id != signer.id).order_by(Signer.place)
    return tuple((one.name, one.state == "signed") for one in scope.session.scalars(wanted))


def strokes_in(text: str) -> list[list[int]]:
    """A drawing as lists of whole numbers inside its field; empty for none. Raises Invalid for what is no drawing."""
    if not text.strip():
        return []
    try:
        given: Any = json.loads(text)
        found = [_stroke(one) for one in given]
    except (TypeError, ValueError, RecursionError):
        raise Invalid("the drawing cannot be read: draw it again, or type your name") from None
    many = sum(map(len, found))
    if len(found) > _STROKES or many > 2 * _POINTS:
        raise Invalid("the drawing is too long: draw it again, or type your name")
    if many < 8:
        raise Invalid("the drawing is only a dot: draw your signature, or clear the field")
    return found


def _stroke(points: Sequence[Any]) -> list[int]:
    numbers = [round(float(one)) for one in points]
    if (
        len(numbers) % 2
        or any(not 0 <= x <= WIDTH for x in numbers[::2])
        or any(not 0 <= y <= HEIGHT for y in numbers[1::2])
    ):
        raise ValueError("outside the field")
    return numbers


def _plain(text: str, most: int) -> str:
    return "".join(one for one in text if one.isprintable())[:most]
