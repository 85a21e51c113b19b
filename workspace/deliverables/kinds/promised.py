"""Open promises of either side as the kinds inside the firm print them: the words, when they were written, and for which day.

Only promises that name a day and were not kept (workspace/promises). Never for a letter to the client: a promise is read by rules.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.promises import Said, how_kept, promises_of

_BACK = timedelta(days=180)  # how old an open promise may be
_MOST = 12


def rows(support: Support, today: date, owes: str) -> Iterator[dict[str, object]]:
    """Open promises of one side ("us", "client") that name a day, the oldest first."""
    found = [
        one
        for one in promises_of(support.snapshot)
        if one.kind == "promise"
        and one.owes == owes
        and one.due is not None
        and today - _BACK <= one.written <= today
        and how_kept(support.snapshot, one) is None
    ]
    for one in sorted(found, key=lambda one: (one.due or date.max, one.source, one.start))[-_MOST:]:
        yield _row(support, one, today)


def _row(support: Support, one: Said, today: date) -> dict[str, object]:
    kind = "note" if one.of_note else "message"
    field = "date" if one.of_note else "sent_at"
    return {
        "late": one.due is not None and one.due < today,
        "what": support.words(one.quote.rstrip(". "), one.evidence),
        "due": support.day(one.due, one.evidence),
        "written": support.day(one.written, RecordEvidence(f"{kind}:{one.source}", field, one.written.isoformat())),
    }
