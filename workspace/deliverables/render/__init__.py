"""A deliverable on paper: the page's HTML, DOCX, PDF and plain text of one version, with its tickmarks or, for the client, without.

A client's copy exists only of what was released; every other copy is an internal one and says "DRAFT" on each page.
Reads through `reading.show` and `proof.resolve`; decides nothing.
"""

from workspace.deliverables.render.html import as_html
from workspace.deliverables.render.paper import as_docx, as_pdf, as_text

__all__ = ["as_docx", "as_html", "as_pdf", "as_text"]
