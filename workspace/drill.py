"""Drills: a copy of a draft with one wrong figure, put before a reviewer who chose to be tested; afterwards she is told.

Owns who is tested, when, what is planted and what counts as caught. The copy is a row of its own and no deliverable: it cannot be
approved, become a version or be released, and the database refuses it too (store/triggers.py). The draft itself is never touched.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden
from store.ids import stable_id
from store.tables import Deliverable, DeliverableVersion, Drill, DrillChoice, Engagement, Firm
from workspace.deliverables.model import Section, content_hash
from workspace.deliverables.quotes import place_of, spans
from workspace.planted import Plant, plant
from workspace.scope import Right, Scope

NEAR = timedelta(days=3)  # no drill on what is due so soon
ONE_IN = 10  # drafts opened for one drill, unless the firm says otherwise


@dataclass(frozen=True)
class Told:
    """What a reviewer is told after a drill: what stood in the copy, what is right, and what became of it."""

    planted: str
    was: str
    outcome: str
    note: str

    def in_words(self) -> str:
        where = f"The copy that was before you said {self.planted}; the source says {self.was}."
        became = {
            "caught": "You caught it.",
            "missed": "You let it pass.",
            "unclear": "You sent it back for something else, so it counts neither way.",
            "lifted": "You took a copy on paper before deciding, so it does not count.",
        }[self.outcome]
        return f"This was a drill. {where} {became} Below is the draft itself, as yet undecided."


def is_tested(scope: Scope) -> bool:
    """Whether the asker gets drills: her own choice, else the firm's `[settings.drill] on = true`; off without either. One query."""
    return _tested(scope)[0]


def _tested(scope: Scope) -> tuple[bool, Mapping[str, Any]]:
    """The same, with the firm's settings of drills."""
    if scope.person_id is None or not scope.has(Right.DELIVERABLE_REVIEW):
        return False, {}
    choice = select(DrillChoice.chosen).where(DrillChoice.person_id == scope.person_id).scalar_subquery()
    firm = select(Firm.settings).limit(1).scalar_subquery()
    own, settings = scope.session.execute(select(choice, firm)).one().tuple()
    found = (settings or {}).get("drill")
    of_firm: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    return (own if own is not None else of_firm.get("on") is True), of_firm


def choose(scope: Scope, *, wanted: bool) -> None:
    """The asker's own choice to be tested or not. Raises Forbidden without deliverable:review."""
    scope.require(Right.DELIVERABLE_REVIEW)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a person reviews")
    row = scope.session.scalars(select(DrillChoice).where(DrillChoice.person_id == scope.person_id)).one_or_none()
    if row is None:
        row = DrillChoice(id=stable_id("drc", scope.person_id), person_id=scope.person_id, chosen=wanted, at=scope.now)
        scope.session.add(row)
    row.chosen, row.at = wanted, scope.now
    scope.session.flush()
    audit.record(
        scope.session,
        AuditTag.DRILL_CHOSEN,
        actor=scope.email,
        subject=f"person:{scope.person_id}",
        now=scope.now,
        detail={"chosen": wanted},
    )


def begin(scope: Scope, row: Deliverable, version: DeliverableVersion) -> Drill | None:
    """Put a drill in place of a version that the asker opens for the first time, or None: not tested, not this one, not today.

    The choice follows from the firm's seed, the day, the person and the version, so it can be repeated. Never on what was decided, has
    an untied figure, or is due within NEAR."""
    if row.state != "in_review" or version.untied:
        return None
    tested, settings = _tested(scope)
    if not tested or _due_soon(scope, row, version):
        return None
    seed = f"{settings.get('seed', '')}|{scope.today}|{scope.person_id}|{version.content_hash}"
    if _number(seed) % max(1, _whole(settings.get("one_in"), ONE_IN)):
        return None
    planted = plant(version.sections, version.tickmarks, _number(seed + "|figure"))
    if planted is None:
        return None
    sections, tickmarks = _copy(version, planted)
    drill = Drill(
        id=stable_id("drl", version.id, scope.person_id),
        client_id=row.client_id,
        deliverable_id=row.id,
        version_id=version.id,
        person_id=scope.person_id,
        content_hash=content_hash(row.slug, row.client_id, sections, tickmarks, version.recipients),
        fault=planted.fault,
        section=planted.section,
        start=planted.start,
        end=planted.end,
        was=planted.was,
        planted=planted.planted,
        remarks=[],
        opened_at=scope.now,
    )
    scope.session.add(drill)
    scope.session.flush()
    return drill


def standing(scope: Scope, deliverable_id: str) -> tuple[Drill | None, "Told | None"]:
    """The drill that stands before the asker in place of the current version, and what she is told of one that is over until the draft
    itself is decided. One query."""
    if scope.person_id is None:
        return None, None
    query = (
        select(Drill)
        .join(Deliverable, Deliverable.current_version_id == Drill.version_id)
        .where(
            Deliverable.id == deliverable_id,
            Deliverable.state == "in_review",
            Deliverable.client_id.in_(scope.clients()),
            Drill.person_id == scope.person_id,
        )
    )
    return told_of(scope.session.scalars(query).one_or_none())


def told_of(drill: Drill | None) -> tuple[Drill | None, "Told | None"]:
    """A drill while it is open; what is told of it once it is over."""
    if drill is None or drill.outcome is None:
        return drill, None
    return None, Told(drill.planted, drill.was, drill.outcome, drill.note)


def settle(scope: Scope, deliverable_id: str, expected: str, decision: str, note: str = "") -> bool:
    """Whether the decision was about a copy: then the drill is over, and nothing is decided about the draft."""
    drill, _ = standing(scope, deliverable_id)
    if drill is None or drill.content_hash != expected:
        return False
    decide(scope, drill, decision, note)
    return True


def own_text(
    scope: Scope, deliverable_id: str, sections: Sequence[Section], expected: str, current: str
) -> tuple[Sequence[Section], str]:
    """A person's text and the hash it was begun from. Where that is a copy, the drill is over: what she wrote goes into the draft itself,
    with the right figure."""
    drill, _ = standing(scope, deliverable_id)
    if drill is None or drill.content_hash != expected:
        return sections, expected
    right, taken_out = _restored(drill, sections)
    decide(scope, drill, "caught" if taken_out else "changes")
    return right, current


def figure_in(drill: Drill, section: int, start: int) -> str | None:
    """The wrong figure, where the mark that begins there in the draft is the one it was planted in."""
    return drill.planted if (section, start) == (drill.section, drill.start) else None


def lift(scope: Scope, deliverable_id: str) -> None:
    """End a drill uncounted: the asker takes the draft itself out of the house, on paper, before she has decided."""
    drill, _ = standing(scope, deliverable_id)
    if drill is not None:
        decide(scope, drill, "lifted")


def as_copy(drill: Drill, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What reading.show() gives, with the copy's text, marks and hash in place of the version's."""
    sections, tickmarks = _changed(shown["sections"], shown["tickmarks"], _plant_of(drill))
    remarks = [_remark(drill, sections, n) for n in range(len(drill.remarks))]
    comments = [*remarks, *shown["comments"]]
    return {**shown, "sections": sections, "tickmarks": tickmarks, "hash": drill.content_hash, "comments": comments}


def _remark(drill: Drill, sections: Sequence[Mapping[str, Any]], n: int) -> dict[str, Any]:
    """A comment on the wrong figure as comments.py writes one, so that the copy looks like any draft; it cannot be resolved."""
    said = drill.remarks[n]
    place = place_of(sections, said["quote"], near=(drill.section, drill.start))
    return {
        "number": f"d{n + 1}",
        "version": None,
        "quote": said["quote"],
        "note": said["note"],
        "by": "you",
        "at": said["at"],
        "stands": dict(zip(("section", "start", "end"), place, strict=True)) if place else None,
        "resolved_by": None,
        "resolved_at": None,
    }


def decide(scope: Scope, drill: Drill, decision: str, note: str = "") -> str:
    """Settle the drill by what she did to the copy (approve, changes, reject, lifted, or caught for an edit that took the figure out);
    returns the outcome. Sending it back counts as caught when her note or a comment speaks of the figure."""
    outcome = _outcome(drill, decision, note)
    drill.outcome, drill.note, drill.decided_at = outcome, note.strip(), scope.now
    scope.session.flush()
    audit.record(
        scope.session,
        AuditTag.DRILL_DECIDED,
        actor=scope.email,
        subject=f"drill:{drill.id}",
        now=scope.now,
        client_id=drill.client_id,
        detail={
            "deliverable": drill.deliverable_id,
            "decision": decision,
            "outcome": outcome,
            "was": drill.was,
            "planted": drill.planted,
        },
    )
    return outcome


def _outcome(drill: Drill, decision: str, note: str) -> str:
    if decision in ("caught", "lifted"):
        return decision
    if decision == "approve":
        return "missed"
    named = any(spans(note, figure) for figure in (drill.planted, drill.was))
    return "caught" if drill.remarks or named else "unclear"


def remark(scope: Scope, drill: Drill, quote: str, note: str, tick: int | None = None) -> bool:
    """Keep a comment that is about the wrong figure itself with the drill; False when it is about other words of the copy, which are those
    of the draft."""
    if tick is not None:
        version = scope.session.get_one(DeliverableVersion, drill.version_id)
        mark = version.tickmarks[tick] if 0 <= tick < len(version.tickmarks) else {}
        about = figure_in(drill, mark.get("section", -1), mark.get("start", -1)) is not None
    else:
        about = bool(spans(quote, drill.planted) or spans(drill.planted, quote))
    if not about:
        return False
    drill.remarks = [
        *drill.remarks,
        {"quote": quote.strip() or drill.planted, "note": note.strip(), "at": scope.now.isoformat()},
    ]
    scope.session.flush()
    return True


def _restored(drill: Drill, sections: Sequence[Section]) -> tuple[tuple[Section, ...], bool]:
    """A text begun from the copy with the right figure wherever the wrong one is left; and whether it had been taken out."""
    left = any(drill.planted in one.markdown for one in sections)
    return tuple(Section(one.title, one.markdown.replace(drill.planted, drill.was)) for one in sections), not left


def _copy(version: DeliverableVersion, planted: Plant) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return _changed(version.sections, version.tickmarks, planted)


def _changed(
    sections: Sequence[Mapping[str, Any]], tickmarks: Sequence[Mapping[str, Any]], planted: Plant
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Sections and marks with the figure replaced; marks behind it in the same section move with the text."""
    texts = [dict(one) for one in sections]
    words = str(texts[planted.section]["markdown"])
    texts[planted.section]["markdown"] = words[: planted.start] + planted.planted + words[planted.end :]
    by = len(planted.planted) - (planted.end - planted.start)
    marks = []
    for mark in map(dict, tickmarks):
        if mark["section"] == planted.section and mark["start"] == planted.start:
            mark |= {"text": planted.planted, "end": mark["end"] + by}
        elif mark["section"] == planted.section and mark["start"] > planted.start:
            mark |= {"start": mark["start"] + by, "end": mark["end"] + by}
        marks.append(mark)
    return texts, marks


def _plant_of(drill: Drill) -> Plant:
    return Plant(drill.section, drill.start, drill.end, drill.was, drill.planted, drill.fault)


def _due_soon(scope: Scope, row: Deliverable, version: DeliverableVersion) -> bool:
    """Whether its engagement is due, or a date in its own text falls, within NEAR; what is overdue is due."""
    last = scope.today + NEAR
    if row.engagement_id is not None:
        due = scope.session.scalars(select(Engagement.due).where(Engagement.id == row.engagement_id)).one_or_none()
        if due is not None and due <= last:
            return True
    days = (_day(fact.get("value")) for fact in version.facts if fact.get("type") == "date")
    return any(scope.today <= day <= last for day in days if day is not None)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
