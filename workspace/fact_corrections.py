"""What a person says about the facts of a document: corrects a value, says that there is none, adds one that was missed, corrects the kind.

Each act keeps who, when and why beside what was read before, is put on the trail, and can be taken back. Laying corrections over what
readers read is store/corrections.py's; listing facts is facts.py's. Reads no file: a corrected kind waits for the pipeline to read anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from store import audit
from store.audit import AuditTag
from store.corrections import FINDING, Place, fact_id, fact_row, find_words, lay_over, reading_of
from store.errors import Conflict, Invalid, NotFound
from store.fact_names import FACTS, KINDS, LISTED, MANY, type_of
from store.figures import settle_figures
from store.ids import stable_id
from store.tables import Document, DocumentPage, DocumentVersion, FactCorrection, FactRow, IntakeFinding
from workspace.fact_values import covered_value, place_of, plain_name, typed
from workspace.notices import refresh_notice
from workspace.scope import Right, Scope, access_document

_READ = ("facts", "indexed")


@dataclass(frozen=True)
class Meant:
    """Which fact: its name, and where several were read the value `was` or the line `row` of the list. `add`: none of those, one more."""

    name: str
    was: str | None = None
    row: int | None = None
    add: bool = False


@dataclass(frozen=True)
class Words:
    """Where the value stands, as a person points at it: words of a page. Empty: found by the value, else the words that were misread."""

    quote: str = ""
    page: int | None = None


@dataclass
class _Desk:
    """A document open for correction: its current version, the text of its pages, what was read of it, what people said before."""

    scope: Scope
    document: Document
    version: DocumentVersion
    pages: dict[int, str] = field(default_factory=dict[int, str])
    rows: Sequence[FactRow] = ()
    said: Sequence[FactCorrection] = ()

    def own(self, row: FactRow | None) -> FactCorrection | None:
        """The correction that put this fact there."""
        return next((c for c in self.said if row is not None and fact_id(self.version.id, c.id) == row.id), None)


def correct_fact(
    scope: Scope, document_id: str, meant: Meant, value: str, words: Words | None = None, note: str = ""
) -> str:
    """Say what a fact is; returns the id of the correction. Raises NotFound, Forbidden without fact:correct, Invalid for a value or
    words that cannot be, Conflict for a document that was not read."""
    desk, words = _desk(scope, document_id), words or Words()
    target = _target(desk, meant)
    kind = target.type if target else type_of(desk.document.kind, meant.name, meant.row)
    if kind is None:
        raise Invalid(_no_such_name(desk.document.kind, meant))
    canonical = typed(kind, meant.name, value)
    place = _place(desk, target, kind, canonical, words)
    said = desk.own(target) or _said(desk, meant, target, canonical)
    said.action, said.type, said.value, said.page, said.quote = "value", kind, canonical, place.page, place.quote
    return _keep(desk, said, note)


def deny_fact(scope: Scope, document_id: str, meant: Meant, note: str = "") -> str:
    """Say that the document states no such thing. Raises as `correct_fact`, and NotFound when no such fact was read."""
    desk = _desk(scope, document_id)
    target = _target(desk, meant)
    if target is None:
        raise NotFound(f"no {plain_name(meant.name)} was read in {desk.document.path}")
    own = desk.own(target)
    if own is not None and not own.read:
        return take_back(scope, own.id)  # a person had added it: nothing was read
    said = own or _said(desk, meant, target, "")
    said.action, said.value, said.type = "absent", "", target.type
    said.page, said.quote = target.page, target.quote
    return _keep(desk, said, note)


def correct_kind(scope: Scope, document_id: str, kind: str, note: str = "") -> str:
    """Say what kind of document it is; its facts are read anew with the next run of the pipeline. Raises Invalid for an unknown kind."""
    if kind not in KINDS:
        raise Invalid(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
    desk = _desk(scope, document_id)
    said = next((c for c in desk.said if c.action == "kind"), None)
    if said is None:
        was = desk.document.kind or "other"
        if was == kind:
            raise Conflict(f"{desk.document.path} is taken for {kind} already")
        said = _new(desk, stable_id("corr", desk.document.id, "kind"), "kind", None, was)
    said.action, said.type, said.value = "kind", "text", kind
    desk.version.stage, desk.document.kind = "split", kind
    return _keep(desk, said, note)


def take_back(scope: Scope, correction_id: str) -> str:
    """Undo a correction: what was read stands again. Returns the document's id. Raises NotFound outside the scope."""
    said = scope.session.scalars(
        select(FactCorrection).where(FactCorrection.id == correction_id, FactCorrection.client_id.in_(scope.clients()))
    ).one_or_none()
    if said is None:
        raise NotFound(f"there is no correction {correction_id}")
    desk = _desk(scope, said.document_id)
    if said.action == "kind":
        desk.version.stage = "split"
        desk.document.kind = said.was
    else:
        scope.session.execute(delete(FactRow).where(FactRow.id == fact_id(desk.version.id, said.id)))
        if said.state == "stands":
            kept = enumerate(said.read)
            scope.session.add_all(fact_row(desk.version, said.name, one, f"{said.id}/{n}") for n, one in kept)
    scope.session.execute(
        delete(IntakeFinding).where(IntakeFinding.id == stable_id("find", desk.version.id, FINDING, said.id))
    )
    scope.session.delete(said)
    settle_figures(scope.session, [desk.version.id])
    _note(desk, AuditTag.FACT_TAKEN_BACK, said, "")
    scope.session.flush()
    refresh_notice(scope, desk.document.id)
    return desk.document.id


def _desk(scope: Scope, document_id: str) -> _Desk:
    document = access_document(scope, document_id, Right.FACT_CORRECT)
    if document.duplicate_of is not None:
        first = scope.session.get_one(Document, document.duplicate_of)
        raise Conflict(f"{document.path} is the same file as {first.path}; correct it there ({first.id})")
    version = scope.session.get(DocumentVersion, document.current_version_id) if document.current_version_id else None
    if version is None or version.stage not in _READ:
        raise Conflict(f"{document.path} has not been read; there is nothing to correct yet")
    session = scope.session
    texts = select(DocumentPage.number, DocumentPage.text).where(DocumentPage.version_id == version.id)
    rows = select(FactRow).where(FactRow.version_id == version.id).order_by(FactRow.page, FactRow.start, FactRow.id)
    said = select(FactCorrection).where(FactCorrection.document_id == document.id).order_by(FactCorrection.at)
    pages = dict(session.execute(texts).tuples().all())
    return _Desk(scope, document, version, pages, session.scalars(rows).all(), session.scalars(said).all())


def _target(desk: _Desk, meant: Meant) -> FactRow | None:
    """The reading that is meant, None for a fact to be added. Raises Invalid when several could be, NotFound when the named one is gone."""
    same = [r for r in desk.rows if r.name == meant.name]
    if meant.row is not None:
        same = [r for r in same if r.row == meant.row]
    if meant.add:
        return None
    if meant.was is not None:
        same = [r for r in same if r.value == meant.was]
        if not same:
            raise NotFound(f"no {plain_name(meant.name)} “{meant.was}” was read in {desk.document.path}")
    if len({(r.row, r.value) for r in same}) > 1:
        values = ", ".join(f"“{r.value}”" + (f" (row {r.row})" if r.row is not None else "") for r in same[:6])
        raise Invalid(
            f"{plain_name(meant.name)} was read several times here ({values}); say which one, by its value or row"
        )
    return next(iter(same), None)


def _place(desk: _Desk, target: FactRow | None, kind: str, value: str, words: Words) -> Place:
    """The words that carry the value. Raises Invalid when no page has them."""
    page = words.page if words.page is not None else target.page if target else None
    if words.page is not None and words.page not in desk.pages:
        raise Invalid(f"{desk.document.path} has no page {words.page}")
    if words.quote.strip():
        found = find_words(desk.pages, words.quote, page)
        if found is None or (words.page is not None and found.page != words.page):
            where = f"page {words.page} of " if words.page is not None else ""
            raise Invalid(
                f"the words “{' '.join(words.quote.split())}” do not stand on {where}{desk.document.path}; copy them as read"
            )
        return found
    found = place_of(kind, value, desk.pages, page)
    if found is not None:
        return found
    if target is None:
        raise Invalid(f"no page of {desk.document.path} says “{value}”; give the words it is read from as the quote")
    return Place(target.page, target.start, target.end, target.quote)


def _said(desk: _Desk, meant: Meant, target: FactRow | None, value: str) -> FactCorrection:
    """The correction of this fact, the one made before or a new one."""
    was = target.value if target else ""
    row = target.row if target else meant.row
    several = value if not was and (meant.add or meant.name in MANY) else ""
    identity = stable_id("corr", desk.document.id, "fact", meant.name, was, "" if row is None else row, several)
    known = next((c for c in desk.said if c.id == identity), None) or _restated(desk, meant, target)
    if known is not None:
        return known
    said = _new(desk, identity, meant.name, row, was)
    said.read = [reading_of(target)] if target else []
    return said


def _restated(desk: _Desk, meant: Meant, target: FactRow | None) -> FactCorrection | None:
    """An earlier correction of the same name that has to be confirmed again, or that denied what is now entered: this one renews it."""
    if meant.add or meant.name in MANY or meant.row is not None or (target and target.row is not None):
        return None
    waits = [c for c in desk.said if c.name == meant.name and c.row is None and c.action != "kind"]
    return next((c for c in waits if c.state == "confirm" or (target is None and c.action == "absent")), None)


def _new(desk: _Desk, identity: str, name: str, row: int | None, was: str) -> FactCorrection:
    return FactCorrection(
        id=identity,
        client_id=desk.document.client_id,
        document_id=desk.document.id,
        name=name,
        row=row,
        was=was,
        page=None,
        quote="",
        read=[],
        state="stands",
    )


def _keep(desk: _Desk, said: FactCorrection, note: str) -> str:
    """Write the correction down, lay it over the readings, put it on the trail."""
    scope = desk.scope
    if scope.person_id is None:
        raise Invalid("a correction is a person's; say whose")
    said.version_id, said.person_id, said.at = desk.version.id, scope.person_id, scope.now
    said.note, said.state = " ".join(note.split()), "stands"
    scope.session.add(said)
    scope.session.flush()
    if said.action != "kind":
        lay_over(scope.session, [desk.version.id])
        settle_figures(scope.session, [desk.version.id])
    _note(desk, AuditTag.FACT_CORRECTED, said, said.note)
    scope.session.flush()
    refresh_notice(scope, desk.document.id)
    return said.id


def _note(desk: _Desk, tag: AuditTag, said: FactCorrection, note: str) -> None:
    detail = {
        "path": desk.document.path,
        "fact": said.name if said.action != "kind" else "the kind of document",
        "said": said.action,
        "was": covered_value(said.name, said.was),
        "value": covered_value(said.name, said.value),
        "page": said.page,
        "note": note,
    }
    audit.record(
        desk.scope.session,
        tag,
        actor=desk.scope.email,
        subject=f"document:{desk.document.id}",
        now=desk.scope.now,
        client_id=desk.document.client_id,
        detail=detail,
    )


def _no_such_name(kind: str | None, meant: Meant) -> str:
    table = FACTS if meant.row is None else LISTED
    names = ", ".join(table.get(kind or "other", {})) or "none of its own, only those of its lines"
    return f"a document of the kind {kind or 'other'} has no fact {meant.name!r}; it has {names}"
