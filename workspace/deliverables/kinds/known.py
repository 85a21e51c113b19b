"""What people know of a client, as the kinds inside the firm print it: accepted entries that still hold, each with whose words and when.

Only entries that a person accepted (workspace/knowledge.py). Never for a letter to the client.
"""

from datetime import date

from workspace.deliverables.support import Support

Row = dict[str, object]


def rows(support: Support, today: date, topics: tuple[str, ...] = ()) -> list[Row]:
    """`text`, `by` and `on` of each entry; `topics` empty: of all."""
    return [
        {
            "text": support.words(one.text, one.source),
            "by": support.words(one.said_by, one.evidence("said_by"), name=True),
            "on": support.day(one.said_on, one.evidence("said_on")),
        }
        for one in support.snapshot.known(today)
        if not topics or one.topic in topics
    ]
