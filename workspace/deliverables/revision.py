"""What a version that was sent back is to become: gathered again or begun from a person's words, changed as far as rules can.

Reads the row, its reviews and the client's file; files nothing. What the rules could not do is said, never guessed. Everything stands
in rows, so a revision can be made in any process, at any time after the review.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from store.errors import Conflict, Invalid
from store.tables import Client, Deliverable, DeliverableVersion, Review
from workspace.deliverables.compose import Writer, Written, kept_facts, template_writer
from workspace.deliverables.filing import current_version
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.manner import in_manner
from workspace.deliverables.model import Section
from workspace.deliverables.support import with_reply_by
from workspace.deliverables.wishes import Wishes, leave_out, read_notes, replace_day
from workspace.evidence import RecordEvidence
from workspace.preferences import Liked, in_force
from workspace.scope import Right, Scope, access_deliverable
from workspace.snapshot import take_snapshot
from workspace.tie_out import Fact, from_record, worded


@dataclass(frozen=True)
class Revision:
    """The next version, worded by rules. `revises` is the id of the version that was sent back, `note` what the reviewer wrote;
    `done` and `unmet` say what became of it; `likes` are the preferences that it follows, none over a person's words. `gone` is why the
    client's file no longer calls for the deliverable, "" while it does."""

    client_ref: str
    slug: str
    occasion: str
    revises: str
    note: str
    gathered: Gathered
    written: Written
    done: tuple[str, ...]
    unmet: tuple[str, ...]
    likes: tuple[Liked, ...] = ()
    gone: str = ""

    def said(self, model: str = "") -> str:
        """The note of the next version. `model` names the one that was given what rules could not do."""
        parts = [f"Asked for: “{self.note}”."]
        if self.done:
            parts.append(f"Done: {'; '.join(self.done)}.")
        if self.unmet and model:
            parts.append(f"Put to {model}, see what it made of it: {_quoted(self.unmet)}.")
        elif self.unmet:
            parts.append(f"Not done, for a person to edit: {_quoted(self.unmet)}.")
        return " ".join(parts)

    def checks(self) -> tuple[str, ...]:
        """What the reviewer has to look at before everything else."""
        gone = (f"The client's file no longer calls for this: {self.gone}",) if self.gone else ()
        asked = (f"Asked for by the reviewer: {_quoted(self.unmet)}",) if self.unmet else ()
        return (*gone, *asked)


def revision_of(scope: Scope, deliverable_id: str, folder: Path | None = None) -> Revision:
    """The revision that the newest review asks for. `folder` may hold templates of the firm's own.

    A text of the software's is gathered and worded anew, all notes so far kept in mind; where a person has worded any version, or the
    file no longer calls for the deliverable, the text itself is changed. Raises NotFound, Forbidden without deliverable:edit,
    Conflict when no changes are asked for.
    """
    row = access_deliverable(scope, deliverable_id, Right.DELIVERABLE_EDIT)
    if row.state != "changes":
        raise Conflict(f"no changes are asked for: the deliverable is {row.state.replace('_', ' ')}")
    version, reviews = current_version(scope, row), _asked(scope, row)
    ref = scope.session.scalars(
        select(Client.ref).where(Client.id == row.client_id, Client.id.in_(scope.clients()))
    ).one()
    gone = ""
    if not _worded_by_a_person(scope, row):
        try:
            gathered = KINDS[row.slug].gather(take_snapshot(scope, ref), scope.today, row.occasion)
        except Invalid as reason:
            gone = str(reason)
        else:
            likes, kind = in_force(scope, ref), KINDS[row.slug]
            write = in_manner(template_writer(row.slug, folder), likes, row.slug, kind.fixed)
            made = _anew(gathered, write, reviews)
            return Revision(ref, row.slug, row.occasion, version.id, reviews[-1].note, *made, likes)
    made = _in_place(_as_it_was(row, version), _as_it_stands(version), reviews[-1])
    return Revision(ref, row.slug, row.occasion, version.id, reviews[-1].note, *made, gone=gone)


def _asked(scope: Scope, row: Deliverable) -> list[Review]:
    """The reviews that asked for changes, oldest first."""
    wanted = select(Review).where(Review.deliverable_id == row.id, Review.decision == "changes").order_by(Review.number)
    return list(scope.session.scalars(wanted))


def _worded_by_a_person(scope: Scope, row: Deliverable) -> bool:
    """Whether any version so far holds a person's words: those are never worded over."""
    wanted = select(func.count()).where(
        DeliverableVersion.deliverable_id == row.id, DeliverableVersion.author_id.is_not(None)
    )
    return bool(scope.session.scalar(wanted))


Made = tuple[Gathered, Written, tuple[str, ...], tuple[str, ...]]


def _anew(gathered: Gathered, write: Writer, reviews: Sequence[Review]) -> Made:
    """Worded again from the facts; of the earlier notes nothing is forgotten, the newest is reported on."""
    notes = [one.note for one in reviews]
    before, newest = read_notes(notes[:-1]), read_notes(notes[-1:])
    gathered = replace(_with(gathered, reviews), notes=tuple(notes))
    written = write(gathered)
    done: list[str] = []
    unmet = list(newest.unmet)
    for name, said in (("short", "used the short form"), ("warm", "used the warmer form")):
        if getattr(newest, name):
            other = write(replace(gathered, short=False) if name == "short" else replace(gathered, warm=False))
            changed = not getattr(before, name) and other.sections != written.sections
            (done if changed else unmet).append(said if changed else _no_such_form(name))
    sections = written.sections
    sections = _left_out(sections, before, [], [])
    sections = _left_out(sections, newest, done, unmet)
    if newest.reply_by is not None:
        _date_said(sections, newest.reply_by, done, unmet)
    return gathered, replace(written, sections=sections), tuple(done), tuple(unmet)


def _with(gathered: Gathered, reviews: Sequence[Review]) -> Gathered:
    facts, variables = gathered.facts, gathered.variables
    for review in reviews:
        asked = read_notes([review.note]).reply_by
        if asked is not None:
            facts, variables = with_reply_by(facts, variables, _asked_day(asked, review))
    wishes = read_notes([one.note for one in reviews])
    return replace(gathered, facts=facts, variables=variables, short=wishes.short, warm=wishes.warm)


def _asked_day(day: date, review: Review) -> Fact:
    return from_record("reply_by", "date", day, RecordEvidence(f"review:{review.id}", "note", day.isoformat()))


def _as_it_was(row: Deliverable, version: DeliverableVersion) -> Gathered:
    """What the version was written from, as its row keeps it."""
    facts, _ = kept_facts(version)
    return Gathered(
        title=row.title,
        cls=row.cls,
        as_of=row.as_of,
        facts=facts,
        variables={},
        recipients=tuple(version.recipients),
        checks=tuple(version.checks),
        unseen=tuple(version.unseen),
        engagement_id=row.engagement_id,
    )


def _as_it_stands(version: DeliverableVersion) -> Written:
    _, phrases = kept_facts(version)
    sections = tuple(Section(one["title"], one["markdown"]) for one in version.sections)
    return Written(sections, version.model, version.prompt_version, phrases, free=True)


def _in_place(gathered: Gathered, written: Written, review: Review) -> Made:
    """The text itself changed: what stands in it can be left out and its date replaced, nothing can be said shorter or warmer."""
    wishes = read_notes([review.note])
    done: list[str] = []
    unmet = list(wishes.unmet)
    unmet += [word for asked, word in ((wishes.short, "shorter"), (wishes.warm, "warmer")) if asked]
    sections = _left_out(written.sections, wishes, done, unmet)
    if wishes.reply_by is not None:
        day = _asked_day(wishes.reply_by, review)
        old = next((fact.text for fact in gathered.facts if fact.name == "reply_by"), "")
        sections, _ = replace_day(sections, old, day.text) if old else (sections, False)
        facts = (*(fact for fact in gathered.facts if fact.name != "reply_by"), day)
        gathered = replace(gathered, facts=facts)
        _date_said(sections, wishes.reply_by, done, unmet)
    return replace(gathered, notes=(review.note,)), replace(written, sections=sections), tuple(done), tuple(unmet)


def _left_out(sections: tuple[Section, ...], wishes: Wishes, done: list[str], unmet: list[str]) -> tuple[Section, ...]:
    for phrase in wishes.leave_out:
        left, said = leave_out(sections, phrase)
        if left:
            sections = left
        (done if said and left else unmet).append(said if said and left else f"leave out {phrase}")
    return sections


def _date_said(sections: Sequence[Section], day: date, done: list[str], unmet: list[str]) -> None:
    words = worded("date", day.isoformat())
    if any(words in section.markdown for section in sections):
        done.append(f"asked for an answer by {words}")
    else:
        unmet.append(f"an answer by {words}: this text asks for no date")


def _no_such_form(name: str) -> str:
    return "shorter: the text is in its shortest form" if name == "short" else "warmer: there is no warmer form"


def _quoted(clauses: Sequence[str]) -> str:
    return ", ".join(f"“{clause}”" for clause in clauses)
