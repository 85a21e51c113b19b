"""Composes a draft: what a kind gathered, worded by a writer, every figure of it tied out section by section.

Owns the order of these three and the header that says who prepared it. A writer is any function from what was gathered to sections; the
template is one, a model behind the one door another (agents/draft.py). Never files and never decides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from store.tables import Client, Deliverable, DeliverableVersion
from workspace.deliverables import templates
from workspace.deliverables.edited import tie_edited
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.model import Draft, Section
from workspace.evidence import to_json
from workspace.scope import Scope
from workspace.tie_out import Fact, fact_from_json, fact_to_json, tickmark_to_json, tie_out
from workspace.tie_out.strangers import Names, Strangers


@dataclass(frozen=True)
class Written:
    """What a writer made. `model` is its name or "template", `version` that of its template and prompt; `allowed` are fixed
    phrases of the firm's wording that need no source. `free`: not every word is the template's, so names are also guessed.
    `note` says what the writer did or could not do. `facts` prove what the writer put in beyond what was gathered; `likes` are the
    firm's preferences in words for a model, `follows` those that changed this text, in words for the reviewer."""

    sections: tuple[Section, ...]
    model: str
    version: str
    allowed: tuple[str, ...] = ()
    free: bool = False
    note: str = ""
    facts: tuple[Fact, ...] = ()
    likes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()

    def said(self) -> str:
        """The note of a version, with the preferences that it follows."""
        followed = f"Follows: {'; '.join(self.follows)}." if self.follows else ""
        return f"{self.note} {followed}".strip()


Writer = Callable[[Gathered], Written]


def template_writer(slug: str, folder: Path | None = None) -> Writer:
    """The writer that fills the firm's wording; `folder` may hold templates of the firm's own."""

    def write(gathered: Gathered) -> Written:
        template = templates.load(slug, folder)
        variables = {**gathered.variables, "short": gathered.short, "warm": gathered.warm}
        return Written(templates.render(template, variables), "template", template.version, template.allowed)

    return write


def compose(gathered: Gathered, written: Written, *, others: Sequence[str] = ()) -> Draft:
    """A draft ready to be filed. `others` are names that must not stand in it, other clients' above all.

    A text that a model or a person worded is also searched for names that nobody told us. The words around a figure are the template's, or
    were held against its label sentence by sentence (agents/sentences.py): here the label is only told."""
    facts = (*gathered.facts, *written.facts)
    marks = _called(
        tick(written.sections, _bare(facts), allowed=written.allowed, others=others, guess=written.free), facts
    )
    return Draft(
        title=gathered.title,
        cls=gathered.cls,
        as_of=gathered.as_of,
        sections=written.sections,
        tickmarks=marks,
        facts=(*map(fact_to_json, facts), *({"phrase": one} for one in written.allowed)),
        recipients=gathered.recipients,
        checks=gathered.checks,
        unseen=gathered.unseen,
        model=written.model,
        prompt_version=written.version,
        note=written.said(),
        engagement_id=gathered.engagement_id,
    )


def _bare(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    return tuple(replace(one, label="") if one.label else one for one in facts)


def _called(marks: Sequence[Mapping[str, Any]], facts: Sequence[Fact]) -> tuple[Mapping[str, Any], ...]:
    """The tickmarks with what the file calls each figure, where the facts say so."""
    labels = {str(to_json(one.evidence)): one.label for one in facts if one.label and one.type != "name"}
    named = ((mark, labels.get(str(mark["evidence"]), "")) for mark in marks)
    return tuple({**mark, "label": label} if label else mark for mark, label in named)


def tick(
    sections: Sequence[Section],
    facts: Sequence[Fact],
    *,
    allowed: Sequence[str] = (),
    others: Sequence[str] = (),
    guess: bool = False,
) -> tuple[Mapping[str, Any], ...]:
    """The tickmarks of all sections as the contract's JSON; `section` is the section's index, counted from 0, and `start` and `end`
    count the characters of its Markdown."""
    found: list[Mapping[str, Any]] = []
    for index, section in enumerate(sections):
        for mark in tie_out(section.markdown, facts, known_names=others, allowed=allowed, guess_names=guess):
            found.append({"section": index, **tickmark_to_json(mark)})
    return tuple(found)


def retied(scope: Scope, row: Deliverable, version: DeliverableVersion, sections: Sequence[Section]) -> Draft:
    """The text of a person in place of a version's, tied out again against the facts that the version was written from, and what else the
    client's file holds."""
    kept, allowed = kept_facts(version)
    marks, facts = tie_edited(scope, row, sections, kept, allowed=allowed, others=names_of_others(scope, row.client_id))
    return Draft(
        title=row.title,
        cls=row.cls,
        as_of=row.as_of,
        sections=tuple(sections),
        tickmarks=marks,
        facts=(*map(fact_to_json, facts), *({"phrase": one} for one in allowed)),
        recipients=tuple(version.recipients),
        checks=tuple(version.checks),
        unseen=tuple(version.unseen),
        model=version.model,
        prompt_version=version.prompt_version,
        engagement_id=row.engagement_id,
    )


def kept_facts(version: DeliverableVersion) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """The facts that a version was written from, and the fixed phrases of its template."""
    facts = tuple(fact_from_json(one) for one in version.facts if "phrase" not in one)
    return facts, tuple(str(one["phrase"]) for one in version.facts if "phrase" in one)


def names_of_others(scope: Scope, client_id: str) -> Sequence[str]:
    """The names of the asker's other clients, which a text about this one must not hold."""
    of = Client.id.in_(scope.clients())
    own = scope.session.scalars(select(Client.name).where(Client.id == client_id, of)).one_or_none()
    clients = scope.session.scalars(select(func.count()).select_from(scope.clients().subquery())).one()
    # a night has one moment, and drafts by the hundred: its names are read once
    moment = (scope.session.get_bind().engine.url, scope.email, scope.now, clients)
    return Strangers(_names_at.of(moment, lambda: scope.session.scalars(select(Client.name).where(of))), own or "")


class _NamesAt:
    """The names of the moment that was asked for last."""

    def __init__(self) -> None:
        self._kept: tuple[object, Names] | None = None

    def of(self, moment: object, read: Callable[[], Iterable[str]]) -> Names:
        kept = self._kept
        if kept is None or kept[0] != moment:
            self._kept = kept = (moment, Names(sorted(read())))
        return kept[1]


_names_at = _NamesAt()


def with_note(draft: Draft, note: str, checks: Sequence[str] = ()) -> Draft:
    """The draft with what it says about itself: the note of its version, and checks that go before the others."""
    return replace(draft, note=note, checks=(*checks, *draft.checks))
