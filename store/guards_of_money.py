"""What the database refuses about bills and write-offs: nothing of what was issued changes, but that it follows a client that is merged.

Part of triggers.py, which installs it.
"""

from store.guard import EVERY, Guard, frozen


def _apart_from_a_merge(*columns: str) -> str:
    """Whether a row changes in one of these columns, or goes to a client that is not the one its own was merged into (or back)."""
    changed = " OR ".join(
        f"COALESCE(CAST(NEW.{one} AS TEXT), '') <> COALESCE(CAST(OLD.{one} AS TEXT), '')" for one in columns
    )
    return f"""({changed} OR NOT EXISTS (SELECT 1 FROM merged_clients m
      WHERE (m.client_id = NEW.client_id AND m.merged_id = OLD.client_id)
         OR (m.client_id = OLD.client_id AND m.merged_id = NEW.client_id)))"""  # noqa: S608 - constants of this file only


_OF_BILLS = (
    *("id", "engagement_id", "kind", "state", "text", "through", "terms", "percent", "invoice_id", "credits_id"),
    *("voids", "recurring_id", "created_by", "created_at", "issued_by", "issued_at", "revision"),
)
_OF_LINES = (*("id", "bill_id", "place", "kind", "text", "hours", "amount", "standard", "time_entry_id", "expense_id"),)
_OF_ADJUSTMENTS = (
    *("id", "engagement_id", "time_entry_id", "expense_id", "invoice_id", "kind", "amount", "reason", "person_id"),
    *('"on"', "at"),
)

OF_MONEY: tuple[Guard, ...] = (
    Guard(
        "bills_locked",
        "bills",
        "UPDATE",
        f"OLD.state <> 'draft' AND {_apart_from_a_merge(*_OF_BILLS)}",
        "an invoice that was issued cannot be changed; credit it",
        "0038",
    ),
    Guard("bills_no_delete", "bills", "DELETE", "1 = 1", "a bill cannot be removed", "0014"),
    *(
        Guard(
            f"bill_lines_{on.lower()}",
            "bill_lines",
            on,
            f"EXISTS (SELECT 1 FROM bills b WHERE b.id = {row}.bill_id AND b.state <> 'draft')",  # noqa: S608
            "an invoice that was issued cannot be changed; credit it",
            "0014",
        )
        for on, row in EVERY
        if on != "UPDATE"
    ),
    Guard(
        "bill_lines_update",
        "bill_lines",
        "UPDATE",
        f"""EXISTS (SELECT 1 FROM bills b WHERE b.id = OLD.bill_id AND b.state <> 'draft')
            AND {_apart_from_a_merge(*_OF_LINES)}""",  # noqa: S608
        "an invoice that was issued cannot be changed; credit it",
        "0038",
    ),
    Guard(
        "wip_adjustments_no_update",
        "wip_adjustments",
        "UPDATE",
        _apart_from_a_merge(*_OF_ADJUSTMENTS),
        "a write-off, write-down or write-up cannot be changed",
        "0038",
    ),
    *(
        Guard(one.name, one.table, one.on, one.refuse_when, one.message, "0014")
        for one in frozen("wip_adjustments", "a write-off, write-down or write-up")
        if one.on == "DELETE"
    ),
)
