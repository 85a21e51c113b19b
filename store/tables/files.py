"""What the client's file holds: notes, mail, documents with versions and pages, passages, facts, notices, intake findings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import Guarded, GuardedJson
from store.tables.base import Base, Key, Long, OfClient, Scanned


class Note(Scanned, Base):
    """What somebody of the firm wrote down about a client."""

    __tablename__ = "notes"
    id: Mapped[Key]
    date: Mapped[date]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[Long]
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("notes.custom"), default=dict)


class Message(Scanned, Base):
    """A mail on a client's timeline. `direction`: in (from the client's side) or out (from the firm).

    `thread` is the root Message-ID; `document_id` is the message's own file, whose page text holds the body.
    """

    __tablename__ = "messages"
    # the second holds all that the inbox asks of tens of thousands of mails, so that none of their bodies is read for it
    __table_args__ = (
        UniqueConstraint("client_id", "message_id"),
        Index("ix_messages_direction_sent_at_client_id_thread", "direction", "sent_at", "client_id", "thread", "id"),
    )
    id: Mapped[Key]
    message_id: Mapped[str]
    thread: Mapped[str] = mapped_column(index=True)
    direction: Mapped[str] = mapped_column(String(3))
    sender: Mapped[str]
    recipients: Mapped[list[Any]] = mapped_column(JSON, default=list)
    subject: Mapped[str]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    body: Mapped[Long]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))


class PromiseReading(OfClient, Base):
    """That a model read a mail or a note whose words the rules leave open. `source` is the mail's or the note's id, `digest` the SHA-256 of
    the text that was read, `reader` the model with the prompt. `promises` [{owes, what, due, start, end, quote}], empty where it found none
    or gave no usable answer."""

    __tablename__ = "promise_readings"
    __table_args__ = (UniqueConstraint("client_id", "source"),)
    id: Mapped[Key]
    source: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    reader: Mapped[str]
    promises: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Document(Scanned, Base):
    """A file of a client, in one folder place (`path`, as the client keeps it). Its bytes are those of its current version.

    `kind` is one of facts.md's kinds, None until recognised. `state`: received, read, refused. `duplicate_of` names the
    document of this client with the same bytes that was first. `gone_since`: it is no longer in the watched folder, and is kept.
    `superseded_by` names the document that is its later version: search and facts go by that one.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("client_id", "path"),
        # of those alone that are: nearly none is, and SQLite would take "is not" for as rare and read every document of the firm
        Index(
            "ix_documents_superseded_by",
            "superseded_by",
            sqlite_where=text("superseded_by IS NOT NULL"),
            postgresql_where=text("superseded_by IS NOT NULL"),
        ),
    )
    id: Mapped[Key]
    path: Mapped[str]
    name: Mapped[str]
    source: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(10), default="received", index=True)
    current_version_id: Mapped[str | None] = mapped_column(String(40))
    duplicate_of: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    received_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    gone_since: Mapped[datetime | None]
    superseded_by: Mapped[str | None] = mapped_column(String(40))


class DocumentVersion(OfClient, Base):
    """The bytes of a document at one time. `blob` is their SHA-256; `stage` is the last step of the pipeline that is done:
    received, parsed, split, facts, indexed, refused. `opened_with` says what opened a locked file ("a kept password"), None for one
    that was open. `filled` tells of the reading by a model: {"reader", "filled", "thrown"}, None before there was one. `readers` names the
    rules that its kind and facts were read by, None before they were."""

    __tablename__ = "document_versions"
    __table_args__ = (UniqueConstraint("document_id", "blob"),)
    id: Mapped[Key]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    number: Mapped[int]
    blob: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str | None]
    title: Mapped[str | None]
    stage: Mapped[str] = mapped_column(String(10), default="received", index=True)
    received_at: Mapped[datetime]
    opened_with: Mapped[str | None] = mapped_column(String(60))
    filled: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    readers: Mapped[str | None] = mapped_column(String(20), index=True)


class DocumentPage(OfClient, Base):
    """The text of one page and where it came from (text, ocr, none). `words` holds OCR boxes: [start, end, l, t, r, b].

    `elements` is the parser's reading: [type, start, end, rows]."""

    __tablename__ = "document_pages"
    __table_args__ = (UniqueConstraint("version_id", "number"),)
    id: Mapped[Key]
    version_id: Mapped[str] = mapped_column(ForeignKey("document_versions.id"), index=True)
    number: Mapped[int]
    text: Mapped[Long]
    source: Mapped[str] = mapped_column(String(4))
    label: Mapped[str | None]
    width: Mapped[float | None]
    height: Mapped[float | None]
    words: Mapped[list[Any]] = mapped_column(JSON, default=list)
    elements: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Passage(OfClient, Base):
    """A piece of one page that search can return: characters `start` to `end` of the page's text, which `text` repeats.

    `vector` is float32 little-endian, `embedder` the model's id and hash: the index is rebuilt from these."""

    __tablename__ = "passages"
    __table_args__ = (Index("ix_passages_client_version", "client_id", "version_id"),)
    id: Mapped[Key]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("document_versions.id"), index=True)
    ordinal: Mapped[int]
    page: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[Long]
    context: Mapped[Long]
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    embedder: Mapped[str | None]


class NewVector(OfClient, Base):
    """A passage's vector of another model than its client is searched with. They wait here until all passages of the client have one;
    then they move to the passages, all at once (ingestion/embedding_again.py)."""

    __tablename__ = "new_vectors"
    passage_id: Mapped[Key]
    embedder: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class FactRow(OfClient, Base):
    """A typed value read from a page, with the words it was read from. `row` groups facts of one line of a list."""

    __tablename__ = "facts"
    id: Mapped[Key]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("document_versions.id"), index=True)
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(Guarded("facts.value"))
    row: Mapped[int | None]
    page: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Guarded("facts.quote"))
    confidence: Mapped[float]
    reader: Mapped[str]
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class FactCorrection(Scanned, Base):
    """What a person said about a fact of a document; reading the document again never overwrites it (store/corrections.py).

    `action`: value (it is this, in the words `quote`), absent (the document says no such thing), kind (what the document is; `value`).
    `was` is the value that was read before, "" where nothing was. `read` keeps the readings that the correction stands in for.
    `state`: stands, or confirm: a newer version of the document no longer bears it out, and a person must look again."""

    __tablename__ = "fact_corrections"
    id: Mapped[Key]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("document_versions.id"))
    action: Mapped[str] = mapped_column(String(8))
    name: Mapped[str]
    row: Mapped[int | None]
    type: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(Guarded("fact_corrections.value"))
    was: Mapped[str] = mapped_column(Guarded("fact_corrections.was"))
    page: Mapped[int | None]
    quote: Mapped[str] = mapped_column(Guarded("fact_corrections.quote"))
    note: Mapped[Long]
    read: Mapped[list[Any]] = mapped_column(GuardedJson("fact_corrections.read"), default=list)
    state: Mapped[str] = mapped_column(String(8), default="stands")
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class KeptPassword(OfClient, Base):
    """A password that opens locked files of a client, sealed with the home's key (store/seal.py). Never exported, never shown."""

    __tablename__ = "kept_passwords"
    id: Mapped[Key]
    sealed: Mapped[Long]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Notice(Scanned, Base):
    """A letter from a tax agency that software read from its document. `confirmed_by` None: the dates are "read from the page".

    `state`: open, answered, closed. `answered_on` is the day our response was mailed."""

    __tablename__ = "notices"
    id: Mapped[Key]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), unique=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("document_versions.id"))
    agency: Mapped[str | None]
    number: Mapped[str | None]
    notice_date: Mapped[date | None]
    respond_by: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="open")
    answered_on: Mapped[date | None]
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class IntakeFinding(OfClient, Base):
    """What intake could not read, refused or doubted, and what to do about it. Shown to people, and a blind spot of the brief."""

    __tablename__ = "intake_findings"
    id: Mapped[Key]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), index=True)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("document_versions.id"))
    source: Mapped[str]
    message: Mapped[Long]
    severity: Mapped[str] = mapped_column(String(8))


class RejectedRow(Base):
    """A row of an import that could not be read, with its reason; nothing is dropped in silence."""

    __tablename__ = "rejected_rows"
    id: Mapped[Key]
    batch_id: Mapped[str] = mapped_column(ForeignKey("import_batches.id"), index=True)
    file: Mapped[str]
    line: Mapped[int]
    reason: Mapped[str] = mapped_column(Guarded("rejected_rows.reason"))
    row: Mapped[dict[str, Any]] = mapped_column(GuardedJson("rejected_rows.row"))


class ImportBatch(Base):
    """One load or import: what came, what it made, what it refused."""

    __tablename__ = "import_batches"
    id: Mapped[Key]
    source: Mapped[str]
    started_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
