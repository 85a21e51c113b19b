"""How many of what, in the words of the practice: rows that a merge moves, leaves or meets, named by their tables. Reads nothing."""

from collections.abc import Mapping

_SAID: Mapping[str, tuple[str, str]] = {
    "brief_items": ("line of a brief", "lines of briefs"),
    "client_contacts": ("contact", "contacts"),
    "client_requests": ("request list", "request lists"),
    "client_scans": ("scan", "scans"),
    "client_summaries": ("summary of a night", "summaries of nights"),
    "client_tags": ("tag", "tags"),
    "conflict_hits": ("match of a conflict search", "matches of conflict searches"),
    "conflict_searches": ("conflict search", "conflict searches"),
    "deliverable_versions": ("version of a draft", "versions of drafts"),
    "deliverables": ("draft or deliverable", "drafts and deliverables"),
    "item_matches": ("document proposed for an item", "documents proposed for items"),
    "kept_passwords": ("kept password of a file", "kept passwords of files"),
    "loose_files": ("file of the tray", "files of the tray"),
    "mail_sortings": ("sorting of mail", "sortings of mail"),
    "messages": ("mail", "mails"),
    "model_calls": ("call of a model", "calls of models"),
    "ownership_shares": ("share of an owner", "shares of owners"),
    "portal_accesses": ("way into the portal", "ways into the portal"),
    "record_changes": ("change of the record", "changes of the record"),
    "request_items": ("requested item", "requested items"),
    "signal_decisions": ("decision on a signal", "decisions on signals"),
    "signings": ("letter that was out for signature", "letters that were out for signature"),
    "team_members": ("place in the team", "places in the team"),
    "timeline_notes": ("note", "notes"),
    "wip_adjustments": ("write-off or -down", "write-offs and -downs"),
}


def in_words(number: int, table: str) -> str:
    """`8 documents`, `1 request list`."""
    one, many = _words(table)
    return f"{number} {one if number == 1 else many}"


def all_in_words(counts: Mapping[str, int]) -> str:
    """Every table in its order, those of one word together; "nothing" without any."""
    summed: dict[tuple[str, str], int] = {}
    for table, number in counts.items():
        summed[_words(table)] = summed.get(_words(table), 0) + number
    told = (f"{number} {one if number == 1 else many}" for (one, many), number in summed.items())
    return ", ".join(told) or "nothing"


def _words(table: str) -> tuple[str, str]:
    words = table.replace("_", " ")
    single = f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")
    return _SAID.get(table, (single, words))
