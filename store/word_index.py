"""The words of every passage in the database itself: FTS5 on SQLite, an index over tsvector on PostgreSQL, behind one function.

Triggers keep it on SQLite, PostgreSQL keeps its own: what is committed is findable, what is rolled back never was. It finds passages,
it does not rank: a rank over the whole firm would tell of clients whom the asker may not see. Knows no rights: `clients` says whose.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, column, func, select, table, text
from sqlalchemy.orm import Session

from store import fence
from store.tables import Document, DocumentVersion, Passage

# Names of what this module makes; the shadow tables of FTS5 begin with the first.
_WORDS, _ROWS, _POSTGRES = "passage_words", "passage_word_rows", "ix_passages_words"
_ENGLISH = "english"
# Over so many clients a passage's own client is looked up; under it, the index is asked for these clients' passages alone.
_FEW_CLIENTS = 60

_SQLITE = f"""
CREATE TABLE {_ROWS} (number INTEGER PRIMARY KEY, passage_id VARCHAR(40) NOT NULL UNIQUE);
CREATE VIRTUAL TABLE {_WORDS} USING fts5(words, client, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER {_WORDS}_added AFTER INSERT ON passages BEGIN
  INSERT INTO {_ROWS} (passage_id) VALUES (NEW.id);
  INSERT INTO {_WORDS} (rowid, words, client) SELECT number, {{new}} FROM {_ROWS} WHERE passage_id = NEW.id;
END;
CREATE TRIGGER {_WORDS}_removed AFTER DELETE ON passages BEGIN
  INSERT INTO {_WORDS} ({_WORDS}, rowid, words, client) SELECT 'delete', number, {{old}} FROM {_ROWS} WHERE passage_id = OLD.id;
  DELETE FROM {_ROWS} WHERE passage_id = OLD.id;
END;
CREATE TRIGGER {_WORDS}_changed AFTER UPDATE OF text, context ON passages BEGIN
  INSERT INTO {_WORDS} ({_WORDS}, rowid, words, client) SELECT 'delete', number, {{old}} FROM {_ROWS} WHERE passage_id = OLD.id;
  INSERT INTO {_WORDS} (rowid, words, client) SELECT number, {{new}} FROM {_ROWS} WHERE passage_id = NEW.id;
END;
INSERT INTO {_ROWS} (passage_id) SELECT id FROM passages ORDER BY id;
INSERT INTO {_WORDS} (rowid, words, client)
  SELECT r.number, {{row}} FROM {_ROWS} r JOIN passages p ON p.id = r.passage_id
"""  # noqa: S608 - constants of this file only


def _values(row: str) -> str:
    return f"{row}.context || char(10) || {row}.text, replace({row}.client_id, '_', '')"


def install(connection: Connection) -> None:
    """Make the index over the passages that there are; the migrations do this."""
    if connection.dialect.name == "sqlite":
        script = _SQLITE.format(new=_values("NEW"), old=_values("OLD"), row=_values("p"))
        for statement in _statements(script):
            connection.exec_driver_sql(statement)
    else:
        words = f"to_tsvector('{_ENGLISH}', context || ' ' || text)"
        connection.execute(text(f"CREATE INDEX {_POSTGRES} ON passages USING gin ({words})"))


def forget_removed(connection: Connection) -> None:
    """Merge the index so that nothing of removed passages is left in its files; PostgreSQL does that by itself when it vacuums."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {_WORDS} ({_WORDS}) VALUES ('optimize')")  # noqa: S608


def remove(connection: Connection) -> None:
    """Take the index away again; only a migration down does this."""
    if connection.dialect.name == "sqlite":
        for name in ("added", "removed", "changed"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_WORDS}_{name}")
        for name in (_WORDS, _ROWS):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    else:
        connection.execute(text(f"DROP INDEX IF EXISTS {_POSTGRES}"))


def is_made_here(name: str | None, kind: str, parents: object = None) -> bool:
    """Whether a table or index of the database is this module's and so stands in no table of store/tables."""
    return bool(name) and (str(name).startswith((_WORDS, _ROWS)) or name == _POSTGRES)


def passages_with(
    session: Session, words: Sequence[str], clients: Select[str], few: Sequence[str], limit: int
) -> list[str]:
    """The ids of passages of current versions that hold all of these words in any of their forms, of `clients` only; the newest first
    where the database knows, at most `limit`. `few`: the ids of these clients when they are few, else empty."""
    query = (
        select(Passage.id)
        .join(Document, and_(Document.id == Passage.document_id, Document.current_version_id == Passage.version_id))
        .join(DocumentVersion, DocumentVersion.id == Passage.version_id)
        .where(Passage.client_id.in_(clients), DocumentVersion.stage == "indexed", Document.superseded_by.is_(None))
        .limit(limit)
    )
    if session.get_bind().dialect.name != "sqlite":
        wanted = [func.phraseto_tsquery(_ENGLISH, word) for word in words]
        held: ColumnElement[bool] = and_(*(_tsvector().op("@@")(one) for one in wanted))
        with fence.lifted(session, fence.Job.WORDS):
            ids = session.scalars(query.where(held).order_by(Passage.id)).all()
        return list(session.scalars(select(Passage.id).where(Passage.id.in_(ids)).order_by(Passage.id))) if ids else []
    found = table(_WORDS, column(_WORDS), column("rowid", Integer))
    rows = table(_ROWS, column("number", Integer), column("passage_id"))
    query = query.join(rows, rows.c.passage_id == Passage.id).join(found, found.c.rowid == rows.c.number)
    query = query.where(found.c[_WORDS].op("MATCH")(_matching(words, few))).order_by(found.c.rowid.desc())
    return list(session.scalars(query))


def _tsvector() -> ColumnElement[str]:
    return func.to_tsvector(text(f"'{_ENGLISH}'"), Passage.context + text("' '") + Passage.text)


def _matching(words: Sequence[str], few: Sequence[str]) -> str:
    wanted = " AND ".join(_quoted(word) for word in words)
    if not few or len(few) > _FEW_CLIENTS:
        return f"words : ({wanted})"
    return f"words : ({wanted}) AND client : ({' OR '.join(_quoted(one.replace('_', '')) for one in few)})"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _statements(script: str) -> list[str]:
    """A script's statements; those of a trigger belong to it."""
    found, begun = list[str](), ""
    for line in script.strip().splitlines():
        begun += line + "\n"
        ends = line.rstrip().endswith("END;") if "CREATE TRIGGER" in begun else line.rstrip().endswith(";")
        if ends:
            found.append(begun)
            begun = ""
    return [*found, begun] if begun.strip() else found
