"""What stands around an event when it is looked at: its client, its work, tags, people; read once for many events. Judges conditions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import literal, select, union_all

from store.tables import Client, ClientTag, Engagement, Person, Tag, TeamMember, Wall
from workspace.automations.happened import FINISHED, Event, fits
from workspace.automations.rules import Action, Rule
from workspace.scope import Right, Scope, rights_of
from workspace.workflow.periods import step_on

_ORDER = {"preparer": (), "manager": ("manager", "partner"), "partner": ("partner", "manager")}


@dataclass(frozen=True)
class Case:
    """A rule that an event sets off: for this client and, where there is one, this work."""

    rule: Rule
    event: Event
    client: Client
    work: Engagement | None


@dataclass(frozen=True)
class Around:
    """Clients by id, engagements by id and by client, tags by client, active people by id, who is walled from whom, who of the partners and
    managers is in whose team, and who does no client work."""

    clients: dict[str, Client]
    works: dict[str, Engagement]
    open_works: dict[str, list[Engagement]]
    tags: dict[str, set[str]]
    people: dict[str, Person]
    walls: set[tuple[str, str]]
    teams: frozenset[tuple[str, str]] = frozenset()
    idle: frozenset[str] = frozenset()

    def case(self, rule: Rule, event: Event) -> Case | None:
        """The rule's case of this event, None where a condition does not hold."""
        client = self.clients.get(event.client_id)
        if client is None or not fits(rule.trigger, event):
            return None
        wanted = rule.conditions
        if wanted.entity_types and client.entity_type not in wanted.entity_types:
            return None
        if wanted.partner and wanted.partner != self._address(client.partner_id):
            return None
        if wanted.tag and wanted.tag not in self.tags.get(client.id, set()):
            return None
        if event.engagement_id is not None:
            work = self.works.get(event.engagement_id)
            return Case(rule, event, client, work) if work is None or _work_fits(rule, work) else None
        if not rule.needs_work:
            return Case(rule, event, client, None)
        work = next((one for one in self.open_works.get(client.id, ()) if _work_fits(rule, one)), None)
        return Case(rule, event, client, work) if work is not None else None

    def owner(self, who: str, case: Case) -> Person | None:
        """Who a task or a word is for: the first of the work's preparer, the client's manager and partner (or in the order of the role)
        who works here, does client work and may see the client; of an address that person. None: there is nobody."""
        ids: list[str | None] = []
        if who == "preparer" and case.work is not None:
            ids.append(case.work.owner_id)
        if "@" in who:
            ids = [one.id for one in self.people.values() if one.email == who]
        else:
            leads = {"manager": case.client.manager_id, "partner": case.client.partner_id}
            ids += [leads[role] for role in _ORDER[who] or _ORDER["manager"]]
        found = (self.people.get(one) for one in ids if one)
        return next((one for one in found if one is not None and self._may(one, case.client)), None)

    def _may(self, person: Person, client: Client) -> bool:
        leads = person.role in ("partner", "manager") and person.id not in (client.partner_id, client.manager_id)
        away = leads and (client.id, person.id) not in self.teams
        return person.id not in self.idle and not away and (client.id, person.id) not in self.walls

    def _address(self, person_id: str | None) -> str:
        person = self.people.get(person_id or "")
        return person.email if person else ""


def _work_fits(rule: Rule, work: Engagement) -> bool:
    wanted = rule.conditions
    return (not wanted.templates or work.template in wanted.templates) and (
        not wanted.stages or work.stage in wanted.stages
    )


def look_around(
    scope: Scope, rules: Collection[Rule], events: Iterable[Event], people: Sequence[Person] | None = None
) -> Around:
    """What the rules need to know about these events, as it stands now; seven queries at most. `people` are the active ones where they were
    read already."""
    events = list(events)
    if not events:
        return Around({}, {}, {}, {}, {}, set())
    ids = {one.client_id for one in events}
    session = scope.session
    clients = {
        one.id: one for one in session.scalars(select(Client).where(Client.id.in_(ids), Client.id.in_(scope.clients())))
    }
    named = {one.engagement_id for one in events if one.engagement_id}
    works = (
        {one.id: one for one in session.scalars(select(Engagement).where(Engagement.id.in_(named)))} if named else {}
    )
    open_works: dict[str, list[Engagement]] = {}
    if any(one.engagement_id is None for one in events) and any(rule.needs_work for rule in rules):
        query = select(Engagement).where(Engagement.client_id.in_(clients), Engagement.stage.not_in(FINISHED))
        found = sorted(session.scalars(query), key=lambda one: (one.due or date.max, one.ref))
        for one in found:
            open_works.setdefault(one.client_id, []).append(one)
    tags: dict[str, set[str]] = {}
    if any(rule.conditions.tag for rule in rules):
        pairs = select(ClientTag.client_id, Tag.name).join(Tag, Tag.id == ClientTag.tag_id)
        for client_id, tag in session.execute(pairs.where(ClientTag.client_id.in_(clients))).tuples():
            tags.setdefault(client_id, set()).add(tag)
    if people is None:
        people = session.scalars(select(Person).where(Person.active)).all()
    known = {one.id: one for one in people}
    walled = select(literal(True), Wall.client_id, Wall.person_id).where(Wall.client_id.in_(clients))
    member = select(literal(False), TeamMember.client_id, TeamMember.person_id).where(TeamMember.client_id.in_(clients))
    sides = session.execute(union_all(walled, member)).tuples().all()
    return Around(
        clients,
        works,
        open_works,
        tags,
        known,
        {(client, person) for wall, client, person in sides if wall},
        frozenset((client, person) for wall, client, person in sides if not wall),
        frozenset(one.id for one in people if Right.TASK_WRITE not in rights_of(session, one)),
    )


def due_of(action: Action, case: Case, today: date) -> date | None:
    """When a task of this action is due, on a business day and never before today; None without a date to count from."""
    if action.days is None:
        return None
    base = {
        "today": today,
        "due": (case.work.extended_to or case.work.due) if case.work else None,
        "date": case.event.base or case.event.day,
    }[action.since]
    if base is None:
        return None
    return max(step_on(action.days, base) or base + timedelta(days=action.days), today)


def worded(text: str, case: Case) -> str:
    """A title or a text with {client} and {work} filled in."""
    return text.replace("{client}", case.client.name).replace("{work}", case.work.title if case.work else "the work")
