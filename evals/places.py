"""From a path in a firm folder to the document that a load makes of it."""

from ingestion.firm_folder import workspace_path
from store.ids import stable_id


def document_id(path: str) -> str:
    """The id of the document at `documents/REF/…` or `books/REF/…` of a firm folder."""
    top, ref, rest = path.split("/", 2)
    return stable_id("doc", ref, f"books/{rest}" if top == "books" else workspace_path(rest))
