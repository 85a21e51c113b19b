"""The morning brief of one person: one scan, three readings (brief.md). From the stored scans alone; no snapshot, no model, no clock.

Front door: `compose_brief(scope)` makes it, `keep_brief(scope, payload)` stores it, `read_brief(scope, as_of=None)` shows the stored one
with what was decided since. Never raises a signal, never ranks one, never writes but the brief itself.

The JSON. Days are ISO dates, amounts and hours decimal texts, ages whole calendar days. Lists are sorted; nothing in it is a moment.

    as_of, for, name, role    the day; the reader's address, name and role
    reading                   "partner" | "manager" | "own" (senior, staff): which of the three readings
    order                     names of the sections below in the order in which this reader reads them
    verdict                   one line: what needs you, what waits, what was scanned
    scanned                   {clients, quiet, failed, missing}: clients read that day; those of them of which nothing open is raised;
                              those that could not be scanned; those that nobody scanned that day
    needs_you                 [Card] at most seven
    worth_a_look              [Card] at most fifteen; `more` is how many cards follow that are not in the JSON, and `needs_more` how many
                              of all these would stand in needs_you if it had more than seven places
    Card                      the contract's, and: keys, nominal_due, missed (a deadline of ours has passed: the red state), date_is ("due":
                              until when; "since": since when it is so), terms {urgency, consequence, exposure, confidence}, slack_days,
                              dollars, rule, cause (what the lines have in common, or None), engagement_ref, state, delegate (a name or
                              None), first_seen, stale_since (the day of the scan it comes from where the client was not read that day,
                              else None), lines [{key, slug, class, headline, due, date_is, missed, score, state, evidence_hash}].
                              A decision about a card is one about each of its `keys`.
    release_queue             [{deliverable_id, slug, kind, title, client_ref, client, class, state, version, untied, as_of, age_days}]
                              what waits for this reader: approved first for who may release, then in review; [] for senior and staff
    release_summary           {count, approved, in_review, oldest_days (None when empty), by_class: {"A": n, ...}}
    horizon                   [{kind: "engagement" | "entered" | "notice", client_ref, client, ref, title, stage, owner (a name or None),
                              due, nominal_due, within: 7 | 14 | 30, missed, slack_days, how: [sentence], authority, confirm}]
                              by slack, then date; at most a hundred; `horizon_more` is how many follow; `horizon_counts`
                              {"7": n, "14": n, "30": n} counts all of them
    changed                   [{kind: "contradiction" | "notice" | "document" | "mail" | "payment" | "raised" | "gone", client_ref, client,
                              what, day (None for raised and gone), count, document_id (None but for one notice or document), key (None
                              but for a signal)}] contradictions first; at most forty; `changed_more` is how many follow;
                              `changed_since` is the first day of it: that of the previous scan, else the business day before
    waiting                   {on_us: [{kind: "message" | "review" | "file" (work in review, work ready to file), client_ref, client,
                              what, since and days (of work: since it came to its stage, None where nobody moved it here), who: [name],
                              key (None but for a message)}], on_us_more,
                              on_clients: [{client_ref, client, engagement_ref (None, and the id of its list as list, where it is about
                              none), title, owner, items: [text], count, oldest_due, since, days (past the oldest date; None before it or
                              without one), chases (follow-ups released)}], on_clients_more}: the oldest first
    money                     {since, until (the day before as_of), billed, billed_count, collected, collected_count, ar_60, ar_60_clients,
                              ar_90, ar_90_clients (60+ holds the 90+), over_budget, over_budget_value, not_billed, not_billed_value};
                              {} for senior and staff, who do not bill
    team                      [{name, email, role, planned_hours (due within seven days or overdue, on the reader's clients),
                              weekly_hours, percent (None without weekly hours), overloaded, blocked (engagements that wait for the
                              client), oldest_message: {client_ref, client, what, days} or None}]; [] for senior and staff
    tasks                     [{client_ref, client, engagement_ref, title, due, hours, late}] the reader's own open tasks of the next
                              fourteen days and the late ones, the earliest first; [] for partners and managers
    blind_spots               [{client_ref, client, what, why, kind: "scan" | "document" | "setting" | "judgement" | "model"}];
                              client_ref "" for a setting of the whole firm
    trail                     {seq, hash}: the entry of the audit trail that recorded a partner's brief, added when it is shown; else None
    yesterday                 {as_of, shown, acted_on, open, dismissed: [{client_ref, client, headline, reason, by}],
                              unraised: [{client_ref, client, key, headline, due, arrived}]} of the brief before; {} when there was none
"""

from workspace.brief.compose import compose_brief
from workspace.brief.keep import keep_brief
from workspace.brief.stored import read_brief

__all__ = ["compose_brief", "keep_brief", "read_brief"]
