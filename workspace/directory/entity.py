"""A client's entity data: made, changed field by field, and the taxpayer id, which is shown on demand only and never told in clear.

What a document can feed keeps its history (workspace/records/history.py), so that a load does not take back in silence what a person wrote.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from store import fence
from store.audit import AuditTag
from store.errors import Broken, Conflict, Invalid, NotFound
from store.ids import stable_id
from store.rows import ENTITY_TYPES
from store.sealed import Unopened
from store.tables import Client, ClientGroup, FilingState, Person
from workspace.billing.amounts import money_in
from workspace.directory.fields import with_values
from workspace.directory.lifecycle import STAGES
from workspace.directory.tags import put_tags
from workspace.directory.words import day_in, given, line, month_day_in, note
from workspace.money_sight import without_amounts
from workspace.pages.words import covered
from workspace.records.history import SECRET, Source, note_change, note_first
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, undoable

AI_POLICIES = ("allowed", "local-only", "none")
STATES = (
    *(
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "DC",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
    ),
    *(
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "PR",
        "RI",
        "SC",
        "SD",
        "TN",
    ),
    *("TX", "UT", "VT", "VA", "VI", "WA", "WV", "WI", "WY", "GU", "AS", "MP"),
)
Reader = Callable[[Scope, Any], Any]


def _one_of(words: tuple[str, ...], what: str) -> Reader:
    def read(scope: Scope, value: Any) -> str:
        if value not in words:
            raise Invalid(f"{what} is one of {', '.join(words)}, not {value!r}")
        return str(value)

    return read


def _text(most: int, what: str, *, needed: bool = False) -> Reader:
    return lambda scope, value: line(value, most, what, needed=needed)


def state_in(value: str | None) -> str | None:
    """Two letters of a state or territory, None for none. Raises Invalid."""
    kept = (value or "").strip().upper()
    if kept and kept not in STATES:
        raise Invalid(f"{value!r} is no state; write its two letters")
    return kept or None


def _person(scope: Scope, value: Any) -> str | None:
    if not value:
        return None
    query = select(Person.id).where(Person.email == str(value).strip().lower(), Person.active)
    found = scope.session.scalars(query).one_or_none()
    if found is None:
        raise Invalid(f"nobody who works here has the address {value}")
    return found


def group_named(scope: Scope, value: Any) -> str | None:
    """The id of the group of that name, made when there is none; None for an empty name."""
    name = line(value, 120, "the name of the group")
    if name is None:
        return None
    known = scope.session.scalars(select(ClientGroup.id).where(ClientGroup.name == name)).one_or_none()
    if known is None:
        row = ClientGroup(id=stable_id("grp", name), name=name)
        if scope.session.get(ClientGroup, row.id) is not None:  # a group that was made so and renamed since
            row.id = stable_id("grp", name, scope.now.isoformat())
        scope.session.add(row)
        scope.session.flush()
        note(scope, AuditTag.GROUP_SET, f"group:{row.id}", name=name)
        known = row.id
    return known


# What can be set of a client: the column, and how what a person typed becomes its value.
FIELDS: dict[str, tuple[str, Reader]] = {
    "name": ("name", _text(200, "the name", needed=True)),
    "entity_type": ("entity_type", _one_of(ENTITY_TYPES, "the entity type")),
    "group": ("group_id", group_named),
    "partner": ("partner_id", _person),
    "manager": ("manager_id", _person),
    "state": ("state", lambda scope, value: state_in(value)),
    "fiscal_year_end": ("fiscal_year_end", lambda scope, value: month_day_in(value)),
    "industry": ("industry", _text(120, "the industry")),
    "since": ("since", lambda scope, value: day_in(value, "client since")),
    "annual_fee": ("annual_fee", lambda scope, value: money_in(value, "the fee") if value not in (None, "") else None),
    "address": ("address", _text(200, "the address")),
    "city": ("city", _text(100, "the city")),
    "zip": ("zip", _text(12, "the zip code")),
    "ai_policy": ("ai_policy", _one_of(AI_POLICIES, "the AI policy")),
}


def create_client(scope: Scope, values: Mapping[str, Any]) -> tuple[str, str]:
    """A new client: (its ref, the act that undo takes back). `values` as FIELDS, `ref` (the next free number without one), `status`
    (prospect without one), `tax_id`, `tags`, `custom`. Where nobody is named, a partner or manager who creates it serves it;
    anybody else names one.

    With a taxpayer id the act is "": undo keeps values, and a taxpayer id is kept in one place only. Raises Invalid, Conflict,
    Forbidden."""
    scope.require(Right.CLIENT_WRITE)
    given(values, {**FIELDS, "ref": None, "status": None, "tax_id": None, "tags": None, "custom": None})
    ref = line(values.get("ref"), 40, "the ref") or _next_ref(scope)
    if any(c in ref for c in "/?#% "):
        raise Invalid(f"the ref {ref!r} stands in addresses: letters, digits, dots and dashes only")
    if scope.session.scalars(select(Client.id).where(Client.ref == ref)).first() is not None:
        raise Conflict(f"the ref {ref} is taken; choose another")  # refs are the firm's numbers, not a client's facts
    status = str(values.get("status") or "prospect")
    if status not in STAGES:
        raise Invalid(f"{status!r} is no stage of a client: {', '.join(STAGES)}")
    tax_id = tax_id_in(values.get("tax_id"))
    if tax_id is not None:
        row = _added(scope, ref, status, values)
        row.tax_id = tax_id
        note_first(scope, row, {name: getattr(row, name) for name in ("name", "entity_type", "tax_id")})
        return ref, ""
    with undoable(scope, f"New client {values.get('name')}") as act:
        _added(scope, ref, status, values)
    return ref, act.id


def _added(scope: Scope, ref: str, status: str, values: Mapping[str, Any]) -> Client:
    wanted = {"entity_type": "other", "fiscal_year_end": "12-31", "ai_policy": "allowed", "name": "", **values}
    read = {column: reader(scope, wanted[name]) for name, (column, reader) in FIELDS.items() if name in wanted}
    if read.get("partner_id") is None and read.get("manager_id") is None and scope.role in ("partner", "manager"):
        read["partner_id" if scope.role == "partner" else "manager_id"] = scope.person_id
    if read.get("partner_id") is None and read.get("manager_id") is None and scope.role in ("senior", "staff"):
        raise Invalid("name the partner or the manager who serves the client: else nobody sees it")
    custom = with_values(scope, "client", {}, values.get("custom") or {})
    row = Client(id=stable_id("cl", ref), ref=ref, status=status, custom=custom, **read)
    scope.session.add(row)
    scope.session.flush()
    put_tags(scope, row, values.get("tags") or ())
    note(scope, AuditTag.CLIENT_CREATED, f"client:{row.id}", row.id, client=ref, name=row.name, status=status)
    return row


def _next_ref(scope: Scope) -> str:
    """The number after the highest of the form C001, as wide as that one."""
    refs = scope.session.scalars(select(Client.ref).where(Client.ref.like("C%")))
    numbers = [(int(ref[1:]), len(ref) - 1) for ref in refs if ref[1:].isdecimal() and len(ref) < 10]
    highest, width = max(numbers, default=(0, 3))
    return f"C{highest + 1:0{width}}"


def change_client(scope: Scope, client_ref: str, values: Mapping[str, Any], *, mark: str | None = None) -> str:
    """Set fields of a client, what is not given stays; `custom`, `states` and `tags` too. Answers with the act, "" where nothing changed.

    Raises NotFound, Forbidden, Invalid, Conflict where somebody changed the client since `mark` was made."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    given(values, {**FIELDS, "custom": None, "states": None, "tags": None})
    expect(client, mark, f"the record of {client.name}")
    with undoable(scope, f"{client.name}: record changed") as act:
        set_fields(scope, client, values)
    return act.id


def set_fields(scope: Scope, client: Client, values: Mapping[str, Any]) -> None:
    """The change itself, inside an act of somebody else's. Raises Invalid, Forbidden for a fee by who sees no money."""
    values = without_amounts(scope, values, "annual_fee")
    read = {FIELDS[name][0]: FIELDS[name][1](scope, value) for name, value in values.items() if name in FIELDS}
    if values.get("custom"):
        read["custom"] = with_values(scope, "client", client.custom, values["custom"])
    before = {column: getattr(client, column) for column in read}
    changed = {column: value for column, value in read.items() if value != before[column]}
    for column, value in changed.items():
        setattr(client, column, value)
    if changed:
        source = Source("edit", scope.person_id)
        note_change(scope, client, {c: before[c] for c in changed}, changed, source)
        names = [name for name in values if name == "custom" or FIELDS.get(name, ("",))[0] in changed]
        note(scope, AuditTag.CLIENT_UPDATED, f"client:{client.id}", client.id, client=client.ref, fields=names)
    if "states" in values:
        _put_states(scope, client, values["states"] or ())
    if "tags" in values:
        put_tags(scope, client, values["tags"] or ())


def _put_states(scope: Scope, client: Client, states: Any) -> None:
    """Make the states that a client files in these."""
    wanted = {kept for one in states if (kept := state_in(one))}
    rows = {
        row.state: row for row in scope.session.scalars(select(FilingState).where(FilingState.client_id == client.id))
    }
    for state in sorted(wanted - set(rows)):
        scope.session.add(FilingState(id=stable_id("fst", client.id, state), client_id=client.id, state=state))
    for state in sorted(set(rows) - wanted):
        scope.session.delete(rows[state])
    if wanted != set(rows):
        detail = {"client": client.ref, "states": sorted(wanted)}
        note(scope, AuditTag.CLIENT_UPDATED, f"client:{client.id}", client.id, **detail)


def tax_id_in(text: str | None) -> str | None:
    """A taxpayer id as it was written, None for none. Raises Invalid for what has not nine digits; never repeats what was typed."""
    kept = (text or "").strip()
    if kept and (sum(c.isdigit() for c in kept) != 9 or any(not c.isdigit() and c not in "- " for c in kept)):
        raise Invalid("a taxpayer id has nine digits, as 12-3456789 or 123-45-6789")
    return kept or None


def see_tax_id(scope: Scope, client_ref: str) -> str | None:
    """The whole taxpayer id. Every showing stands on the trail. Raises NotFound, Forbidden without tax-id:see."""
    client = access_client(scope, client_ref, Right.TAX_ID_SEE)
    note(scope, AuditTag.CLIENT_TAX_ID_SEEN, f"client:{client.id}", client.id, client=client.ref)
    if isinstance(client.tax_id, Unopened):
        raise Broken(
            f"the taxpayer id of {client.name} is sealed with a key that is not here; bring the key back, or enter it again"
        )
    return client.tax_id


def set_tax_id(scope: Scope, client_ref: str, text: str | None, *, was: str = "") -> str:
    """Set or empty the taxpayer id; answers with how it is shown. It is kept nowhere else, so undo cannot bring back what it was.

    `was` is how it was shown when the asker looked. Raises NotFound, Forbidden without client:write and tax-id:see, Invalid, Conflict."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    scope.require(Right.TAX_ID_SEE)
    if was and was != covered(client.tax_id):
        raise Conflict(f"the taxpayer id of {client.name} was changed by somebody meanwhile; it now ends as shown")
    kept = tax_id_in(text)
    if kept == client.tax_id:
        return covered(kept)
    before, client.tax_id = client.tax_id, kept
    note_change(scope, client, {SECRET[0]: before}, {SECRET[0]: kept}, Source("edit", scope.person_id))
    told = {"client": client.ref, "before": covered(before), "after": covered(kept)}
    note(scope, AuditTag.CLIENT_TAX_ID_SET, f"client:{client.id}", client.id, **told)
    return covered(kept)


@fence.beyond(fence.Job.ABSENCE)
def find_group(scope: Scope, group_id: str) -> ClientGroup:
    """The group of that id, when one of its clients is the asker's or nobody's client is in it. Raises NotFound."""
    row = scope.session.get(ClientGroup, group_id)
    if row is not None:
        members = select(Client.id).where(Client.group_id == group_id)
        seen = scope.session.scalars(members.where(Client.id.in_(scope.clients())).limit(1)).first()
        if seen is not None or scope.session.scalars(members.limit(1)).first() is None:
            return row
    raise NotFound("there is no such group")
