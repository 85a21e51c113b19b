"""Everything of a packet, read from the records as who makes it may see them. Writes nothing but its entry on the trail."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.tables import (
    Client,
    Consent,
    EndedWall,
    Erasure,
    Firm,
    Glass,
    Person,
    SignIn,
    TeamMember,
    Wall,
)
from workspace import backups, trail
from workspace.acting import record
from workspace.billing.tables import Table
from workspace.evidence_packet.disclosed import disclosed
from workspace.evidence_packet.model import Machine, Packet, Section
from workspace.people.roles import roles_in
from workspace.retention.holds import holds
from workspace.retention.schedule import schedule
from workspace.scope import Right, Scope
from workspace.sign_in import SESSION_LIFE
from workspace.sign_in.second_factor import factors_of, needs_factor, policy_of

WISP = "16 CFR 314.4"


def packet(scope: Scope, machine: Machine) -> Packet:
    """The packet as of now, on the trail. Raises Forbidden without evidence:write."""
    scope.require(Right.EVIDENCE_WRITE)
    firm = scope.session.scalar(select(Firm.name).limit(1)) or ""
    seen = select(func.count()).select_from(Client).where(Client.id.in_(scope.clients()))
    hidden = scope.session.scalar(select(func.count()).select_from(Client)) or 0
    hidden -= scope.session.scalar(seen) or 0
    made = Packet(firm, scope.email, scope.now, hidden, tuple(_sections(scope, machine)))
    record(scope, AuditTag.EVIDENCE_WRITTEN, "evidence:packet", None, hidden=hidden)
    return made


def _sections(scope: Scope, machine: Machine) -> Iterator[Section]:
    yield _access(scope)
    yield _people(scope)
    yield _vendors(scope, machine)
    yield Section(
        "disclosure",
        "What left the firm, by client",
        "IRC §7216, §6713; ABA Formal Opinion 512",
        "releases, the outbox, posts, portal links, the ledger of model calls, the trail",
        (
            "Calls of models are those that left the firm's machines or stayed on them, as the ledger names the recipient. Social "
            "security, account and card numbers are masked before a call; `endpoint` says who received it.",
        ),
        (disclosed(scope),),
    )
    yield _consents(scope)
    yield _backups(scope)
    yield _trail(scope)
    yield _retention(scope)
    yield _software(machine)


def _access(scope: Scope) -> Section:
    roles = roles_in(scope)
    rows = tuple(
        (right.value, *("yes" if right in role.rights else "" for role in roles))
        for right in sorted(Right, key=lambda one: one.value)
    )
    held = tuple((role.name, role.base, "own" if role.own else "the product's", role.people) for role in roles)
    return Section(
        "access",
        "Who may do what",
        f"{WISP}(c)(1): access controls",
        "roles and rights of this release (workspace/scope.py) and the firm's own roles",
        (),
        (
            Table("roles", ("role", "base", "whose", "active_people"), held),
            Table("access-matrix", ("right", *(role.slug for role in roles)), rows),
        ),
    )


def _people(scope: Scope) -> Section:
    session, policy = scope.session, policy_of(scope.session)
    people = session.scalars(select(Person).where(Person.active).order_by(Person.email)).all()
    rows: list[tuple[Any, ...]] = []
    covered = 0
    for one in people:
        has = factors_of(session, one.id)
        covered += has.any
        rows.append(
            (
                *(one.email, one.role, "generator" if has.generator else "", has.passkeys),
                "needed" if needs_factor(policy, one.role) else "optional",
            )
        )
    open_now = (
        select(func.count()).select_from(SignIn).where(SignIn.revoked_at.is_(None), SignIn.expires_at > scope.now)
    )
    sessions, tokens = (session.scalar(open_now.where(SignIn.kind == kind)) for kind in ("session", "token"))
    count = session.scalar
    members = count(select(func.count()).select_from(TeamMember)) or 0
    walls = count(select(func.count()).select_from(Wall)) or 0
    ended = count(select(func.count()).select_from(EndedWall)) or 0
    glass = count(select(func.count()).select_from(Glass)) or 0
    hours = SESSION_LIFE.total_seconds() / 3600
    return Section(
        "people",
        "People, second factors, sessions, walls",
        f"{WISP}(c)(5): multi-factor authentication; {WISP}(c)(8): monitoring",
        "people, second factors, passkeys, sign-ins, teams, walls",
        (
            f"{covered} of {len(people)} active people have a second factor; the firm's rule is “{policy}”.",
            f"A session ends after {hours:g} hours; {sessions or 0} sessions and {tokens or 0} personal tokens are open.",
            f"{members} people stand in clients' teams; {walls} walls stand, {ended} were lifted; glass was broken {glass} times.",
        ),
        (Table("people", ("person", "role", "generator", "passkeys", "second_factor"), tuple(rows)),),
    )


def _vendors(scope: Scope, machine: Machine) -> Section:
    rows = tuple(
        (one.name, one.kind, one.address, one.model, "the firm's machines" if one.inside else "outside the firm")
        for one in machine.vendors
    )
    policies = scope.session.execute(
        select(Client.ai_policy, func.count()).where(Client.id.in_(scope.clients())).group_by(Client.ai_policy)
    )
    said = [f"Clients with the AI policy “{policy}”: {number}." for policy, number in sorted(policies.tuples())]
    if not rows:
        said.insert(0, "No model and no other outside service is configured.")
    return Section(
        "vendors",
        "Vendors and models",
        f"{WISP}(f): service providers; ABA Formal Opinion 512",
        "the settings of this installation; clients' AI policy",
        tuple(said),
        (
            Table("vendors", ("name", "kind", "address", "model", "where"), rows),
            Table("settings", ("setting", "value", "source"), tuple(machine.settings)),
        ),
    )


def _consents(scope: Scope) -> Section:
    query = select(Client.ref, Client.name, Consent).join(Client, Client.id == Consent.client_id)
    rows = tuple(
        (
            *(ref, name, one.recipient, one.purpose, one.signed_on, one.expires_on),
            "expired" if one.expires_on is not None and one.expires_on < scope.today else "stands",
        )
        for ref, name, one in scope.session.execute(
            query.where(Client.id.in_(scope.clients())).order_by(Client.ref, Consent.id)
        )
    )
    return Section(
        "consents",
        "Consents to disclose or use return information",
        "IRC §7216(a), Treas. Reg. §301.7216-3",
        "consents",
        () if rows else ("No consent is on record.",),
        (Table("consents", ("ref", "client", "recipient", "purpose", "signed_on", "expires_on", "state"), rows),),
    )


def _backups(scope: Scope) -> Section:
    rows = tuple(
        (one.kind, one.at, one.name, one.size, round(one.seconds, 1), "succeeded" if one.ok else one.error or "failed")
        for one in backups.runs(scope)
    )
    return Section(
        "backups",
        "Backups and tested restores",
        f"{WISP}(h): incident response and recovery",
        "the record of backups, the newest 100",
        () if rows else ("No backup is on record.",),
        (Table("backups", ("kind", "at", "name", "bytes", "seconds", "outcome"), rows),),
    )


def _trail(scope: Scope) -> Section:
    from store import audit, fence
    from store.tables import AuditEntry

    count, digest = trail.head(scope)
    with fence.lifted(scope.session, fence.Job.TRAIL):
        faults = audit.verify(scope.session)
    refused = [tag.value for tag in AuditTag if tag.value.endswith(":refused")]
    tally: Counter[str] = Counter()
    for tag, detail in scope.session.execute(
        select(AuditEntry.tag, AuditEntry.detail).where(AuditEntry.tag.in_(refused))
    ).tuples():
        number = detail.get("count", 1)
        tally[tag] += number if isinstance(number, int) else 1
    said = [f"{count} entries; the head is {digest}."]
    said.append(
        "It was verified when this packet was made, and holds."
        if not faults
        else f"It does not hold: {len(faults)} faults."
    )
    said += [one.message for one in faults[:20]]
    return Section(
        "trail",
        "The audit trail, and what was refused",
        f"{WISP}(c)(8): logs of authorized users' activity; {WISP}(h)",
        "the trail and its verification",
        tuple(said),
        (Table("refused", ("what", "times"), tuple(sorted(tally.items()))),),
    )


def _retention(scope: Scope) -> Section:
    terms = tuple(
        (
            one.kind.label,
            one.months,
            one.kind.runs_from,
            "the firm's" if one.own else "the product's proposal",
            one.authority,
        )
        for one in schedule(scope)
    )
    standing = tuple(
        (client.ref, client.name, hold.set_at, hold.set_by, hold.reason)
        for hold, client in holds(scope)
        if hold.ended_at is None
    )
    gone = select(Erasure).where(Erasure.client_id.in_(scope.clients())).order_by(Erasure.at)
    erased = tuple((one.at, one.by, "wholly" if one.whole else "in part") for one in scope.session.scalars(gone))
    return Section(
        "retention",
        "How long records are kept, holds, erasures",
        f"{WISP}(c)(6): disposal of customer information",
        "the schedule, legal holds, erasures",
        (),
        (
            Table("retention", ("kind", "months", "runs_from", "whose", "authority"), terms),
            Table("holds", ("ref", "client", "since", "by", "reason"), standing),
            Table("erasures", ("at", "by", "how"), erased),
        ),
    )


def _software(machine: Machine) -> Section:
    rows = tuple((one.name, one.version, one.licence) for one in machine.software)
    return Section(
        "software",
        "What the program is made of",
        f"{WISP}(d)(2): vulnerability assessments; ASVS 1.14",
        "the packages that are installed",
        (f"{len(rows)} packages are needed to run it.",),
        (Table("software", ("name", "version", "licence"), rows),),
    )
