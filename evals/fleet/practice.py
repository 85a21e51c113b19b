"""The practice that the nights are run over: a loaded sample firm, grown by copies, its rows in PostgreSQL and its files in the store."""

import shutil
from pathlib import Path

from sqlalchemy import func, select, update

from api.output import Meter, tell
from api.settings import Settings, load_settings
from api.wiring import Services, build
from evals.bench.copies import grow
from evals.fleet.records import put
from evals.fleet.servers import BUCKET, S3_PORT, Shared
from evals.ground import sample_home
from evals.homes import PASSWORD, PEOPLE, SEED, Wish
from ingestion.facts import READER_VERSION
from store.blobs import FileBlobs
from store.errors import Invalid
from store.fence import Job
from store.tables import DocumentVersion, Scan
from workspace.sign_in import set_password

READ = 20  # clients whose papers are really read; the others are copies of their records
DOCUMENTS = 50
WHO = PEOPLE[0][1]


def loaded(clients: int) -> Path:
    """The loaded sample home that a practice of that size begins with; made when it is not there."""
    return sample_home(Path(".tickmark/evals"), Wish(min(clients, READ), SEED), Meter(), until="loaded", reuse=True)


def practice(source: Path, clients: int, folder: Path) -> tuple[Path, Settings]:
    """A copy of that home with so many clients, in which a partner can sign in; and its settings, without what the hosts share."""
    home = shutil.copytree(source, folder / "home")
    with build(_alone(home), own_index=True, purpose="bench") as services:
        _refuse_scanned(services, source)
        if clients > READ:
            grow(services, clients, DOCUMENTS, Meter())
        with services.database.writing() as session:
            set_password(session, WHO, PASSWORD, services.clock.now())
            # else the server would read them again beside the night, by the rules of today
            session.execute(update(DocumentVersion).values(readers=READER_VERSION))
        services.seal.newest()
    return home, _alone(home).model_copy(update={"seal_key_file": home / "seal.key"})


def shared_out(home: Path, settings: Settings, shared: Shared) -> None:
    """Its files to the store, its rows to the database of which every night gets a copy."""
    import httpx

    tell("Putting the practice where the hosts find it …")
    httpx.put(f"http://{shared.store.address}:{S3_PORT}/{BUCKET}").raise_for_status()
    here, there = FileBlobs(str(home / "blobs")), FileBlobs(shared.environment["TICKMARK_BLOB_URL"])
    for name in here.names():
        there.put(here.get(name))
    put(home, settings, shared.postgres.url("postgres"))


def _refuse_scanned(services: Services, source: Path) -> None:
    """A night over clients that were scanned before would be another one."""
    with services.database.reading(Job.TEST) as session:
        if session.scalar(select(func.count()).select_from(Scan)):
            raise Invalid(f"{source} was scanned already; name a home that is only loaded, or remove that folder")


def _alone(home: Path) -> Settings:
    return load_settings(home).model_copy(update={"chroma_url": None, "blob_url": None, "database_url": None})
