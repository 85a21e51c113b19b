"""Mail, mailboxes, text, HTML and Markdown."""

from email.message import EmailMessage

import pytest

from ingestion.parse import parse
from ingestion.parse.mail import read_mbox


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    usual = {"From": "Ann Doe <Ann@Client.com>", "To": "cpa@firm.com", "Subject": "K-1"}
    for name, value in (usual | headers).items():
        message[name] = value
    return message


def test_headers_body_and_attachments() -> None:
    message = mail(
        Cc="Bob <bob@client.com>",
        Date="Mon, 02 Mar 2026 09:30:00 -0500",
        **{"Message-ID": "<1@client.com>", "In-Reply-To": "<0@firm.com>", "References": "<a@x> <0@firm.com>"},
    )
    message.set_content("The K-1 is attached.\n\nPlease call me by March 10.")
    message.add_alternative("<p>The K-1 is <b>attached</b>.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../K-1.pdf")
    parsed = parse("m.eml", message.as_bytes())
    assert parsed.pages[0].text == "The K-1 is attached.\n\nPlease call me by March 10."
    assert parsed.title == "K-1"
    assert parsed.mail is not None
    assert parsed.mail.sender == "ann@client.com"
    assert parsed.mail.recipients == ("cpa@firm.com",)
    assert parsed.mail.copied == ("bob@client.com",)
    assert parsed.mail.sent_at == "2026-03-02T09:30:00-05:00"
    assert (parsed.mail.message_id, parsed.mail.in_reply_to) == ("<1@client.com>", "<0@firm.com>")
    assert parsed.mail.references == ("<a@x>", "<0@firm.com>")
    assert [(a.name, a.data) for a in parsed.attachments] == [("K-1.pdf", b"%PDF-1.4")]


def test_a_mail_in_html_only_is_read_without_its_scripts() -> None:
    message = mail()
    message.set_content("<script>x()</script><h1>Notice</h1><p>Pay <b>$500</b></p>", subtype="html")
    assert parse("m.eml", message.as_bytes()).pages[0].text == "Notice\n\nPay $500"


def test_a_mail_within_a_mail_is_an_attachment() -> None:
    inner = mail(Subject="Lease renewal")
    inner.set_content("inner words")
    outer = mail()
    outer.set_content("see attached")
    outer.add_attachment(inner)
    parsed = parse("m.eml", outer.as_bytes())
    assert parsed.pages[0].text == "see attached"
    (attached,) = parsed.attachments
    assert attached.name == "Lease renewal.eml"
    assert parse(attached.name, attached.data).pages[0].text == "inner words"


def test_an_encoded_name_with_a_comma_is_one_sender() -> None:
    data = b"From: =?utf-8?q?Doe=2C_Ann?= <ann@x.com>\nTo: =?utf-8?q?B=C3=B6b?= <bob@x.com>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nHi"
    headers = parse("m.eml", data).mail
    assert headers is not None
    assert (headers.sender, headers.recipients, headers.subject) == ("ann@x.com", ("bob@x.com",), "Grüße")


def test_a_mail_without_words_says_so() -> None:
    message = mail()
    message.add_attachment(b"x", maintype="image", subtype="png", filename="a.png")
    assert "no text beside its attachments" in parse("m.eml", message.as_bytes()).findings[0].message


def test_a_broken_date_and_charset_do_not_stop_a_mail() -> None:
    data = b"From: a@b.com\nDate: yesterday\nSubject: x\nContent-Type: text/plain; charset=klingon\n\nna\xefve"
    parsed = parse("m.eml", data)
    assert parsed.pages[0].text == "naïve"
    assert parsed.mail is not None
    assert parsed.mail.sent_at is None


def test_a_mailbox_gives_its_messages() -> None:
    box = b"From a Mon\nSubject: 1\n\none\n>From here on\n\nFrom b Tue\nSubject: 2\n\ntwo\nFrom me to you\n"
    assert list(read_mbox(box)) == [b"Subject: 1\n\none\nFrom here on\n", b"Subject: 2\n\ntwo\nFrom me to you\n"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Grüße – “ok”".encode("cp1252"), "Grüße – “ok”"),
        ("Grüße".encode() + b" caf\xe9", "Grüße café"),
        ("Grüße".encode("utf-16"), "Grüße"),
        (b"\xef\xbb\xbfplain", "plain"),
        ("Cafe\u0301\u00a0\u200bx".encode(), "Café x"),
        (b"a\x1b\x07b\r\nc", "ab\nc"),
    ],
)
def test_text_in_any_encoding_becomes_clean_nfc(data: bytes, text: str) -> None:
    assert parse("t.txt", data).pages[0].text == text


def test_paragraphs_and_form_feeds() -> None:
    parsed = parse("t.txt", b"LEASE AGREEMENT\n\nFirst line\nsecond line\n\n- item\x0cPage two")
    assert [(e.type, e.page, e.text) for e in parsed.elements] == [
        ("Title", 1, "LEASE AGREEMENT"),
        ("Text", 1, "First line\nsecond line"),
        ("ListItem", 1, "- item"),
        ("Text", 2, "Page two"),
    ]
    assert all(parsed.pages[e.page - 1].text[e.start : e.end] == e.text for e in parsed.elements)


def test_markdown_and_html_tables() -> None:
    markdown = parse("n.md", b"# Fees\n\n| Service | Fee |\n|---|---|\n| Audit | 9 |\n")
    assert [e.type for e in markdown.elements] == ["Title", "Table"]
    assert markdown.elements[1].rows == (("Service", "Fee"), ("Audit", "9"))
    page = b"<html><head><title>Rates</title></head><body><table><tr><td>A</td><td>B</td></tr></table></body></html>"
    html = parse("r.html", page)
    assert html.title == "Rates"
    assert html.elements[0].rows == (("A", "B"),)


def test_a_file_without_words_says_so() -> None:
    assert "no words found" in parse("t.txt", b"  \n \n").findings[0].message
