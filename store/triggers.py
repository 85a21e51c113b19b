"""What the database itself refuses, on SQLite and PostgreSQL, whoever asks: laws 5 and 6 of ARCHITECTURE.md.

A guard is a condition that must not hold when a row is inserted, updated or deleted. The migrations install them; the application
checks the same rules first, to say no in better words.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from store.guard import EVERY, Guard, frozen
from store.guards_of_money import OF_MONEY

_APPROVED = """EXISTS (SELECT 1 FROM deliverable_versions v JOIN reviews r ON r.version_id = v.id
  WHERE v.id = {version} AND r.content_hash = v.content_hash AND r.decision = 'approve'
    AND r.number = (SELECT MAX(number) FROM reviews WHERE deliverable_id = v.deliverable_id))"""


# The firm's setting as SQLAlchemy writes JSON, on both databases; firm.toml: [settings.release] with two_partners = true.
TWO_PARTNERS = '%"two_partners": true%'


GUARDS: tuple[Guard, ...] = (
    *frozen("audit", "the audit trail"),
    Guard(
        "audit_follows",
        "audit",
        "INSERT",
        """NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit), 0) + 1
           OR (NEW.seq > 1 AND NEW.previous <> (SELECT hash FROM audit WHERE seq = NEW.seq - 1))""",
        "an audit entry must follow the one before",
    ),
    Guard("audit_head_no_delete", "audit_head", "DELETE", "1 = 1", "the head of the audit trail cannot be removed"),
    *frozen("deliverable_versions", "a version of a deliverable"),
    *frozen("reviews", "a review"),
    *frozen("releases", "a release"),
    Guard(
        "reviews_current",
        "reviews",
        "INSERT",
        """NOT EXISTS (SELECT 1 FROM deliverables d JOIN deliverable_versions v ON v.id = d.current_version_id
             WHERE d.id = NEW.deliverable_id AND v.id = NEW.version_id AND v.content_hash = NEW.content_hash
               AND d.state IN ('in_review', 'changes', 'approved'))""",
        "a review must be of the current version, by its hash, before release",
    ),
    Guard(
        "reviews_person",
        "reviews",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM people p WHERE p.id = NEW.person_id AND p.role IN ('partner', 'manager'))",
        "only a partner or a manager reviews",
    ),
    Guard(
        "reviews_tied",
        "reviews",
        "INSERT",
        """NEW.decision = 'approve' AND COALESCE(NEW.override, '') = ''
           AND EXISTS (SELECT 1 FROM deliverable_versions v WHERE v.id = NEW.version_id AND v.untied > 0)""",
        "a version with an untied figure cannot be approved without an override",
    ),
    Guard(
        "deliverables_born",
        "deliverables",
        "INSERT",
        "NEW.state <> 'in_review'",
        "a deliverable begins in review",
    ),
    Guard("deliverables_no_delete", "deliverables", "DELETE", "1 = 1", "a deliverable cannot be removed"),
    Guard(
        "deliverables_kept",
        "deliverables",
        "UPDATE",
        """NEW.id <> OLD.id OR NEW.client_id <> OLD.client_id OR NEW.slug <> OLD.slug OR NEW.occasion <> OLD.occasion
           OR NEW.class > OLD.class""",
        "whose deliverable it is, of which kind and how grave, cannot be changed",
    ),
    Guard(
        "deliverables_own",
        "deliverables",
        "UPDATE",
        """NEW.current_version_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliverable_versions v
             WHERE v.id = NEW.current_version_id AND v.deliverable_id = NEW.id)""",
        "the current version must be one of its own",
    ),
    Guard(
        "deliverables_approved",
        "deliverables",
        "UPDATE",
        f"""NEW.state IN ('approved', 'released') AND (NEW.state <> OLD.state
              OR COALESCE(NEW.current_version_id, '') <> COALESCE(OLD.current_version_id, ''))
            AND NOT {_APPROVED.format(version="NEW.current_version_id")}""",
        "this version has not been approved",
    ),
    Guard(
        "deliverables_released",
        "deliverables",
        "UPDATE",
        """NEW.state = 'released' AND NOT EXISTS (SELECT 1 FROM releases r
             WHERE r.deliverable_id = NEW.id AND r.version_id = NEW.current_version_id)""",
        "there is no release of this version",
    ),
    Guard(
        "deliverables_final",
        "deliverables",
        "UPDATE",
        """OLD.state IN ('released', 'superseded', 'withdrawn') AND (NEW.state NOT IN ('released', 'superseded', 'withdrawn')
             OR COALESCE(NEW.current_version_id, '') <> COALESCE(OLD.current_version_id, ''))""",
        "what was released stays as it was",
    ),
    Guard(
        "releases_gate",
        "releases",
        "INSERT",
        f"""NOT EXISTS (SELECT 1 FROM deliverables d JOIN deliverable_versions v ON v.id = d.current_version_id
              WHERE d.id = NEW.deliverable_id AND v.id = NEW.version_id AND v.content_hash = NEW.content_hash
                AND d.state = 'approved')
            OR NOT {_APPROVED.format(version="NEW.version_id")}""",  # noqa: S608 - constants of this file only
        "only the approved version can be released",
    ),
    Guard(
        "releases_person",
        "releases",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM people p WHERE p.id = NEW.person_id AND p.role = 'partner')",
        "only a partner releases",
    ),
    Guard(
        "releases_author",
        "releases",
        "INSERT",
        """EXISTS (SELECT 1 FROM deliverables d JOIN deliverable_versions v ON v.deliverable_id = d.id
             WHERE d.id = NEW.deliverable_id AND d.class = 'A' AND v.author_id = NEW.person_id)""",
        "the author of a class-A item cannot release it",
    ),
    Guard(
        "outbox_kept",
        "outbox",
        "UPDATE",
        """NEW.id <> OLD.id OR NEW.release_id <> OLD.release_id OR NEW.subject <> OLD.subject OR NEW.body <> OLD.body
           OR NEW.channel <> OLD.channel OR CAST(NEW.recipients AS TEXT) <> CAST(OLD.recipients AS TEXT)
           OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS NULL)""",
        "what lies in the outbox is what was released",
    ),
    Guard("outbox_no_delete", "outbox", "DELETE", "1 = 1", "the outbox only grows"),
    # a drill's copy is no deliverable: its text can neither become a version nor be released
    Guard(
        "versions_no_drill",
        "deliverable_versions",
        "INSERT",
        "EXISTS (SELECT 1 FROM drills d WHERE d.content_hash = NEW.content_hash)",
        "the copy of a drill cannot become a version",
        "0010",
    ),
    Guard(
        "releases_no_drill",
        "releases",
        "INSERT",
        "EXISTS (SELECT 1 FROM drills d WHERE d.content_hash = NEW.content_hash OR d.id = NEW.deliverable_id)",
        "the copy of a drill cannot be released",
        "0010",
    ),
    Guard(
        "drills_kept",
        "drills",
        "UPDATE",
        """OLD.outcome IS NOT NULL OR NEW.content_hash <> OLD.content_hash OR NEW.person_id <> OLD.person_id
           OR NEW.version_id <> OLD.version_id OR NEW.planted <> OLD.planted OR NEW.was <> OLD.was""",
        "what was planted, and what became of it, cannot be changed",
        "0010",
    ),
    Guard("drills_no_delete", "drills", "DELETE", "1 = 1", "a drill cannot be removed", "0010"),
    Guard(
        "comments_kept",
        "comments",
        "UPDATE",
        """NEW.quote <> OLD.quote OR NEW.note <> OLD.note OR NEW.person_id <> OLD.person_id OR NEW.version_id <> OLD.version_id
           OR OLD.resolved_at IS NOT NULL""",
        "what was said about a passage cannot be changed",
        "0010",
    ),
    Guard("comments_no_delete", "comments", "DELETE", "1 = 1", "a comment cannot be removed", "0010"),
    *(
        Guard(one.name, one.table, one.on, one.refuse_when, one.message, "0010")
        for one in frozen("openings", "who opened what")
    ),
    Guard(
        "releases_two_people",
        "releases",
        "INSERT",
        f"""EXISTS (SELECT 1 FROM firm f WHERE CAST(f.settings AS TEXT) LIKE '{TWO_PARTNERS}')
            AND EXISTS (SELECT 1 FROM deliverables d WHERE d.id = NEW.deliverable_id AND d.class = 'A')
            AND NOT EXISTS (SELECT 1 FROM reviews r JOIN people p ON p.id = r.person_id
              WHERE r.version_id = NEW.version_id AND r.content_hash = NEW.content_hash AND r.decision = 'approve'
                AND p.role = 'partner' AND r.person_id <> NEW.person_id
                AND r.number > COALESCE((SELECT MAX(x.number) FROM reviews x WHERE x.deliverable_id = NEW.deliverable_id
                  AND x.decision <> 'approve'), 0))""",  # noqa: S608
        "a class-A item of this firm is approved by one partner and released by another",
        "0011",
    ),
    *OF_MONEY,
    # a search for conflicts and what was decided on it; `client_id` may follow a merged client
    Guard(
        "conflict_searches_kept",
        "conflict_searches",
        "UPDATE",
        """CAST(NEW.names AS TEXT) <> CAST(OLD.names AS TEXT) OR NEW.at <> OLD.at OR NEW.about <> OLD.about
           OR COALESCE(NEW.person_id, '') <> COALESCE(OLD.person_id, '')""",
        "a conflict search cannot be changed",
        "0022",
    ),
    Guard(
        "conflict_hits_kept",
        "conflict_hits",
        "UPDATE",
        "NEW.search_id <> OLD.search_id OR NEW.asked <> OLD.asked OR NEW.known_as <> OLD.known_as OR NEW.score <> OLD.score",
        "what a conflict search found cannot be changed",
        "0022",
    ),
    Guard(
        "conflict_decisions_kept",
        "conflict_decisions",
        "UPDATE",
        """NEW.search_id <> OLD.search_id OR NEW.number <> OLD.number OR NEW.decision <> OLD.decision OR NEW.reason <> OLD.reason
           OR NEW.person_id <> OLD.person_id OR NEW.at <> OLD.at""",
        "a decision on a conflict cannot be changed",
        "0022",
    ),
    *(
        Guard(f"{table}_no_delete", table, "DELETE", "1 = 1", f"{what} cannot be removed", "0022")
        for table, what in (
            ("conflict_searches", "a conflict search"),
            ("conflict_hits", "what a conflict search found"),
            ("conflict_decisions", "a decision on a conflict"),
            ("trust_entries", "a movement of trust money"),
            ("trust_journal", "a line of the trust journal"),
        )
    ),
    Guard(
        "conflict_decisions_person",
        "conflict_decisions",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM people p WHERE p.id = NEW.person_id AND p.role = 'partner')",
        "only a partner decides on a conflict",
        "0022",
    ),
    *(
        Guard(
            f"entered_deadlines_second_{on.lower()}",
            "entered_deadlines",
            on,
            "NEW.confirmed_by IS NOT NULL AND NEW.confirmed_by = NEW.entered_by",
            "who entered a date does not confirm it",
            "0022",
        )
        for on, row in EVERY[:2]
    ),
    Guard(
        "trust_entries_kept",
        "trust_entries",
        "UPDATE",
        """NEW.ledger_id <> OLD.ledger_id OR NEW."on" <> OLD."on" OR NEW.amount <> OLD.amount OR NEW.memo <> OLD.memo""",
        "a movement of trust money cannot be changed; reverse it",
        "0022",
    ),
    # what another system did is loaded as it was, and a signal tells of it; what is entered here takes no ledger below zero on any day
    Guard(
        "trust_entries_not_below",
        "trust_entries",
        "INSERT",
        """NEW.entered_at IS NOT NULL AND NEW.amount < 0 AND (
             NEW.amount + COALESCE((SELECT SUM(e.amount) FROM trust_entries e
               WHERE e.ledger_id = NEW.ledger_id AND e."on" <= NEW."on"), 0) < 0
             OR EXISTS (SELECT 1 FROM trust_entries d WHERE d.ledger_id = NEW.ledger_id AND d."on" > NEW."on"
               AND NEW.amount + (SELECT SUM(e.amount) FROM trust_entries e
                 WHERE e.ledger_id = NEW.ledger_id AND e."on" <= d."on") < 0))""",
        "a trust ledger is never below zero",
        "0022",
    ),
    *(
        Guard(
            f"{table}_month_open",
            table,
            "INSERT",
            """EXISTS (SELECT 1 FROM trust_reconciliations r WHERE r.state = 'signed' AND r.month >= NEW."on")""",
            "the month was reconciled and signed; nothing is added to it",
            "0022",
        )
        for table in ("trust_entries", "trust_journal")
    ),
    Guard(
        "trust_journal_kept",
        "trust_journal",
        "UPDATE",
        """COALESCE(NEW.entry_id, '') <> COALESCE(OLD.entry_id, '') OR COALESCE(NEW.own, '') <> COALESCE(OLD.own, '')
           OR NEW.kind <> OLD.kind OR NEW."on" <> OLD."on" OR NEW.amount <> OLD.amount OR NEW.memo <> OLD.memo
           OR COALESCE(NEW.payee, '') <> COALESCE(OLD.payee, '') OR COALESCE(NEW.number, '') <> COALESCE(OLD.number, '')
           OR COALESCE(NEW.reverses_id, '') <> COALESCE(OLD.reverses_id, '')""",
        "a line of the trust journal cannot be changed; reverse it",
        "0022",
    ),
    Guard(
        "trust_journal_cleared",
        "trust_journal",
        "UPDATE",
        """COALESCE(CAST(NEW.cleared_on AS TEXT), '') <> COALESCE(CAST(OLD.cleared_on AS TEXT), '')
           AND EXISTS (SELECT 1 FROM trust_reconciliations r
             WHERE r.state = 'signed' AND (r.month >= OLD.cleared_on OR r.month >= NEW.cleared_on))""",
        "the month in which it cleared was reconciled and signed",
        "0022",
    ),
    Guard(
        "trust_journal_own_not_below",
        "trust_journal",
        "INSERT",
        """NEW.own IS NOT NULL AND NEW.amount < 0
           AND NEW.amount + COALESCE((SELECT SUM(j.amount) FROM trust_journal j WHERE j.own = NEW.own), 0) < 0""",
        "no more than is there goes out of the trust account",
        "0022",
    ),
    Guard(
        "trust_reconciliations_signed",
        "trust_reconciliations",
        "UPDATE",
        "OLD.state = 'signed'",
        "a reconciliation that was signed stays as it is",
        "0022",
    ),
    Guard(
        "trust_reconciliations_no_delete",
        "trust_reconciliations",
        "DELETE",
        "OLD.state = 'signed'",
        "a reconciliation that was signed stays as it is",
        "0022",
    ),
    *(
        Guard(
            f"trust_reconciliations_person_{on.lower()}",
            "trust_reconciliations",
            on,
            """NEW.state = 'signed'
               AND NOT EXISTS (SELECT 1 FROM people p WHERE p.id = NEW.signed_by AND p.role = 'partner')""",
            "a reconciliation is signed by a partner",
            "0022",
        )
        for on, row in EVERY[:2]
    ),
    Guard(
        "signatures_kept",
        "signatures",
        "UPDATE",
        """NEW.signer_id <> OLD.signer_id OR NEW.method <> OLD.method OR NEW.name <> OLD.name OR NEW.address <> OLD.address
           OR NEW.agent <> OLD.agent OR NEW.content_hash <> OLD.content_hash OR NEW.at <> OLD.at
           OR CAST(NEW.strokes AS TEXT) <> CAST(OLD.strokes AS TEXT)""",
        "a signature cannot be changed",
        "0021",
    ),
    Guard("signatures_no_delete", "signatures", "DELETE", "1 = 1", "a signature cannot be removed", "0021"),
    Guard(
        "signings_kept",
        "signings",
        "UPDATE",
        """NEW.deliverable_id <> OLD.deliverable_id OR NEW.version_id <> OLD.version_id OR NEW.content_hash <> OLD.content_hash
           OR NEW.paper <> OLD.paper OR (OLD.state = 'signed' AND NEW.state <> 'signed')""",
        "what is out for signature cannot be exchanged for another text",
        "0021",
    ),
)


def install(connection: Connection, since: str = "0001") -> None:
    """Create the guards of one migration on this database."""
    for guard in _of(since):
        _create(connection, guard)


def renew(connection: Connection, since: str) -> None:
    """Create the guards of one migration in the stead of those that stood under their names before it."""
    renew_these(connection, _of(since))


def renew_these(connection: Connection, guards: Collection[Guard]) -> None:
    """Create these in the stead of those of the same names."""
    for guard in guards:
        _drop(connection, guard)
        _create(connection, guard)


def remove(connection: Connection, since: str = "0001") -> None:
    """Drop the guards of one migration; only a migration down does this."""
    for guard in _of(since):
        _drop(connection, guard)


@contextmanager
def lifted(connection: Connection, on: Collection[str] = ("UPDATE", "DELETE")) -> Iterator[None]:
    """Without the guards against changing and removing what stands, inside the transaction that is open; they are back when the block
    ends, and when the transaction is rolled back. For the erasure of a client and for what is destroyed by its term, and with those
    against adding for rows that move into an empty home; nothing else."""
    absent = set(missing(connection))
    held = [guard for guard in GUARDS if guard.on in on and guard.name not in absent]
    for guard in held:
        _drop(connection, guard)
    yield
    for guard in held:
        _create(connection, guard)


def _create(connection: Connection, guard: Guard) -> None:
    for statement in _sqlite(guard) if connection.dialect.name == "sqlite" else _postgresql(guard):
        connection.execute(text(statement))


def _drop(connection: Connection, guard: Guard) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name}"))
    else:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}"))
        connection.execute(text(f"DROP FUNCTION IF EXISTS {guard.name}()"))


def _of(since: str) -> list[Guard]:
    return [guard for guard in GUARDS if guard.since == since]


def missing(connection: Connection) -> list[str]:
    """The names of guards that this database lacks."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name != "sqlite":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    present = set(connection.execute(text(query)).scalars())
    return [guard.name for guard in GUARDS if guard.name not in present]


def _sqlite(guard: Guard) -> list[str]:
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {guard.on} ON {guard.table} WHEN {guard.refuse_when} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    ]


def _postgresql(guard: Guard) -> list[str]:
    row = "OLD" if guard.on == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {guard.refuse_when} "
        f"THEN RAISE EXCEPTION '{guard.message}'; END IF; RETURN {row}; END $$",
        f"CREATE TRIGGER {guard.name} BEFORE {guard.on} ON {guard.table} FOR EACH ROW EXECUTE FUNCTION {guard.name}()",
    ]
