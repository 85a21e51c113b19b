"""A draft from the queue to its release over HTTP, and every way in which that is refused."""

import io
import re
import zipfile

import pytest

from api.wiring import Services
from tests.web.conftest import Visitor, Visits, ids

Own = tuple[Services, Visits]


def draft_of(services: Services, slug: str, ref: str = "C001") -> str:
    inside = f"(SELECT id FROM clients WHERE ref = '{ref}')"
    return ids(services, f"SELECT id FROM deliverables WHERE slug = '{slug}' AND client_id = {inside} ORDER BY id")[0]


def hash_on(visitor: Visitor, draft: str) -> str:
    found = re.search(r'name="hash" value="([0-9a-f]{64})"', visitor.get(f"/review/{draft}").text)
    assert found is not None
    return found[1]


def tags(services: Services, draft: str) -> list[str]:
    """What the trail holds about a draft, oldest first."""
    return ids(
        services,
        f"SELECT tag FROM audit WHERE subject = 'deliverable:{draft}' OR CAST(detail AS TEXT) LIKE '%{draft}%' ORDER BY seq",
    )


def state(services: Services, draft: str) -> str:
    return ids(services, f"SELECT state FROM deliverables WHERE id = '{draft}'")[0]


def test_from_the_queue_to_the_release(own: Own) -> None:
    services, visit = own
    draft = draft_of(services, "notice-explanation")
    mia, ana = visit("mia"), visit("ana")
    assert f'href="/review/{draft}"' in mia.get("/review").text
    page = mia.get(f"/review/{draft}").text
    assert page.count('class="fig ') >= 8 and "Approve" in page and ">Release<" not in page
    approved = mia.post(f"/review/{draft}/approve", hash=hash_on(mia, draft), seconds="41")
    assert approved.headers["location"] == f"/review/{draft}?said=approved"
    assert "It leaves the firm when a partner releases it." in mia.follow(approved).text
    assert ids(services, "SELECT seconds FROM reviews") == [41]
    assert "A partner releases it." in mia.get(f"/review/{draft}").text
    freed = ana.post(f"/review/{draft}/release", hash=hash_on(ana, draft))
    after = ana.follow(freed).text
    assert "This exact version lies in the outbox." in after and "released by Ana Alder" in after
    assert 'name="hash"' not in after, "nothing is left to decide"
    assert len(ids(services, "SELECT id FROM outbox")) == 1
    assert tags(services, draft)[-2:] == ["deliverable:version:approved", "deliverable:version:released"]
    assert "Verified" in ana.get("/audit?verify=true").text


def test_a_checklist_keeps_who_ticked_what(own: Own) -> None:
    services, visit = own
    draft = draft_of(services, "notice-explanation")
    mia, ana, sol = visit("mia"), visit("ana"), visit("sol")
    fields = {"hash": hash_on(mia, draft), "place": "0", "on": "true"}
    assert sol.post(f"/review/{draft}/checks", **fields).status_code == 403
    done = mia.post(f"/review/{draft}/checks", **fields)
    assert done.headers["location"] == f"/review/{draft}?said=ticked#checks"
    page = mia.follow(done).text
    assert 'aria-pressed="true"' in page and re.search(r"1 of \d ticked", page) and "Mia" in page
    mia.post(f"/review/{draft}/approve", hash=hash_on(mia, draft))
    assert re.search(r"\d of the \d checks not ticked", ana.get(f"/review/{draft}").text), "said where she releases"
    ana.post(f"/review/{draft}/release", hash=hash_on(ana, draft))
    after = ana.get(f"/review/{draft}").text
    assert "☑" in after and "not ticked" in after and 'action="/review/' + draft + '/checks"' not in after
    assert ana.post(f"/review/{draft}/checks", **fields).status_code == 409
    assert "deliverable:version:released" in tags(services, draft) and "check:line:ticked" in tags(services, draft)


def test_only_who_has_the_right_decides_and_a_refusal_is_kept(own: Own) -> None:
    services, visit = own
    draft = draft_of(services, "notice-explanation")
    sol, mia = visit("sol"), visit("mia")
    page = sol.get(f"/review/{draft}").text
    assert "A manager or partner reviews this." in page and ">Approve<" not in page
    known = hash_on(mia, draft)
    for action, fields in (("approve", {}), ("changes", {"note": "shorter"}), ("reject", {"note": "no"})):
        refused = sol.post(f"/review/{draft}/{action}", hash=known, **fields)
        assert refused.status_code == 403 and "lacks the right deliverable:review" in refused.text
    assert mia.post(f"/review/{draft}/approve", hash=known).status_code == 303
    refused = mia.post(f"/review/{draft}/release", hash=known)
    assert refused.status_code == 403 and "lacks the right deliverable:release" in refused.text
    assert state(services, draft) == "approved"
    told = "SELECT count(*) FROM audit WHERE tag = 'access:place:refused' AND actor IN ('sol@alder.example', 'mia@alder.example')"
    assert ids(services, told) == [4]
    assert visit("ben").post(f"/review/{draft}/release", hash=known).status_code == 404, "another partner's client"


def test_changes_come_back_as_the_next_version(own: Own) -> None:
    services, visit = own
    draft, mia = draft_of(services, "notice-explanation"), visit("mia")
    empty = mia.post(f"/review/{draft}/changes", hash=hash_on(mia, draft), note="  ")
    assert empty.status_code == 422 and "Say what should change." in empty.text
    sent = mia.post(f"/review/{draft}/changes", hash=hash_on(mia, draft), note="shorter, please")
    page = mia.follow(sent).text
    assert "this is the next version" in page and "version 2" in page
    assert "Asked for: “shorter, please”" in page
    assert state(services, draft) == "in_review"


def test_a_stale_page_decides_nothing(own: Own) -> None:
    services, visit = own
    draft, mia = draft_of(services, "notice-explanation"), visit("mia")
    seen = hash_on(mia, draft)
    texts = re.findall(r'name="markdown"[^>]*>([^<]*)<', mia.get(f"/review/{draft}/edit").text)
    titles = re.findall(r'name="title" value="([^"]*)"', mia.get(f"/review/{draft}/edit").text)
    assert texts and len(texts) == len(titles)
    same = mia.http.post(
        f"/review/{draft}/edit",
        data={"csrf": mia.csrf(), "hash": seen, "title": titles, "markdown": [unescaped(text) for text in texts]},
    )
    assert same.headers["location"] == f"/review/{draft}?said=same"
    changed = mia.post(
        f"/review/{draft}/edit", hash=seen, title="Opening", markdown="You owe $9,999.99 by June 1, 2026."
    )
    assert "Saved as a new version" in mia.follow(changed).text
    late = mia.post(f"/review/{draft}/approve", hash=seen)
    assert late.status_code == 409 and "The text has changed since you opened it" in late.text
    again = mia.post(f"/review/{draft}/edit", hash=seen, title="Opening", markdown="A text that must not be lost.")
    assert again.status_code == 409 and "A text that must not be lost." in again.text


def unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def test_an_untied_figure_needs_a_reason(own: Own) -> None:
    services, visit = own
    draft, mia = draft_of(services, "notice-explanation"), visit("mia")
    mia.post(f"/review/{draft}/edit", hash=hash_on(mia, draft), title="Opening", markdown="You owe $9,999.99.")
    page = mia.get(f"/review/{draft}").text
    assert 'class="fig untied"' in page and "1 figure has no source" in page
    refused = mia.post(f"/review/{draft}/approve", hash=hash_on(mia, draft))
    assert refused.status_code == 422 and "1 figure has no source" in refused.text
    accepted = mia.post(f"/review/{draft}/approve", hash=hash_on(mia, draft), override="The agent said so by phone")
    assert "Approved with untied figures: The agent said so by phone" in mia.follow(accepted).text
    assert tags(services, draft)[-1] == "deliverable:version:approved-with-untied"


def test_an_edited_text_shows_why_a_figure_is_untied_and_what_the_file_calls_a_tied_one(own: Own) -> None:
    services, visit = own
    draft, mia = draft_of(services, "notice-explanation", "C002"), visit("mia")
    words = "The amount due is $2,170.49. The IRS owes you a refund of $2,170.49."
    mia.post(f"/review/{draft}/edit", hash=hash_on(mia, draft), title="Opening", markdown=words)
    page, tied, untied = (mia.get(f"/review/{draft}{path}").text for path in ("", "/proof/0", "/proof/1"))
    assert "On file as amount due" in tied and "CP504.pdf" in tied
    why = "The file has $2,170.49 as amount due"
    assert why in untied and "the sentence says “refund”" in untied and "On file as" not in untied
    assert page.count(why) == 2  # among the sentences to read first, and in the table of figures
    said = mia.get(f"/api/v1/deliverables/{draft}").json()["tickmarks"]
    assert said[0]["label"].startswith("amount due") and said[0]["source"]["where"].startswith("page 1")
    assert said[1]["source"] == {"title": "No source", "where": "", "quote": said[1]["reason"]}


def test_rejected_is_closed(own: Own) -> None:
    services, visit = own
    draft, mia = draft_of(services, "notice-explanation"), visit("mia")
    known = hash_on(mia, draft)
    assert mia.post(f"/review/{draft}/reject", hash=known, note="").status_code == 422
    assert mia.post(f"/review/{draft}/reject", hash=known, note="Not for this client").status_code == 303
    again = mia.post(f"/review/{draft}/approve", hash=known)
    assert again.status_code == 409 and "no decision is left to make" in again.text


def test_the_source_of_a_figure_is_shown_with_its_page(shared: Own) -> None:
    services, look = shared
    draft = draft_of(services, "notice-explanation", "C002")
    ana = look("ana")
    page = ana.get(f"/review/{draft}").text
    figures = re.findall(r'class="fig (\w+)" data-tick="(\d+)">(.*?)</span>', page)
    amount = next(number for status, number, text in figures if "2,170.49" in text and status == "tied")
    panel = ana.get(f"/review/{draft}/proof/{amount}").text
    assert "CP504.pdf" in panel and "page 1" in panel
    assert re.search(r'<img src="/documents/doc_\w+/picture\?version=ver_\w+&amp;number=1"', panel)
    assert 'class="lit"' in panel
    whole = ana.get(f"/review/{draft}/proof/{amount}?whole=true").text
    assert "Back to the draft" in whole and 'class="lit"' in whole
    assert ana.get(f"/review/{draft}/proof/999").status_code == 404
    for _, number, _ in figures:
        assert ana.get(f"/review/{draft}/proof/{number}").status_code == 200


def test_copies_on_paper(own: Own) -> None:
    services, visit = own
    draft, ana = draft_of(services, "notice-explanation"), visit("ana")
    pdf = ana.get(f"/review/{draft}/copy.pdf")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"].startswith("attachment; filename*=UTF-8''CP2000%20explained")
    docx = ana.get(f"/review/{draft}/copy.docx")
    body = zipfile.ZipFile(io.BytesIO(docx.content)).read("word/document.xml").decode()
    assert "Ngozi" in body or "Harbor Bakery" in body
    assert ana.get(f"/review/{draft}/copy.pdf?internal=false").status_code == 409, "no client's copy before the release"
    assert ana.get(f"/review/{draft}/copy.exe").status_code == 422


@pytest.mark.parametrize("slug", ["meeting-brief", "no-such-kind"])
def test_drafting_now(own: Own, slug: str) -> None:
    services, visit = own
    sol = visit("sol")
    made = sol.post("/clients/C001/drafts", slug=slug)
    if slug == "no-such-kind":
        assert made.status_code == 422 and 'role="alert"' in made.text and "Draft now" in made.text
        return
    page = sol.follow(made)
    assert "Every figure below was traced" in page.text
    assert state(services, made.headers["location"].split("/")[2].split("?")[0]) == "in_review"
