"""What this installation is, for the packet of evidence: vendors, packages and settings, without a secret among them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from api.inventory import packages
from api.models import endpoints
from api.settings import Settings
from workspace.evidence_packet.model import Machine, Software, Vendor


def machine_of(settings: Settings) -> Machine:
    """Read from the settings and from what is installed; asks nobody."""
    software = [Software(one.name, one.version, one.licence) for one in packages() if one.needed]
    return Machine(tuple(_vendors(settings)), tuple(software), tuple(_lines(settings)))


def _vendors(settings: Settings) -> Iterator[Vendor]:
    for name, at in endpoints(settings).items():
        yield Vendor(name, "model", at.host, at.model, at.stays_here)
    if settings.embedding_model:
        address, _, model = settings.embedding_model.partition("#")
        host = urlsplit(address).hostname or address
        yield Vendor("embeddings", "model", host, model, settings.embedding_local)
    if settings.smtp_url is not None:
        yield Vendor("mail", "mail server", urlsplit(settings.smtp_url.get_secret_value()).hostname or "", "", False)
    if settings.chroma_url:
        yield Vendor("vectors", "vector index", urlsplit(settings.chroma_url).hostname or "", "", False)
    if settings.blob_url and "://" in settings.blob_url:
        yield Vendor("files", "object store", settings.blob_url.partition("://")[2].partition("/")[0], "", False)


def _lines(settings: Settings) -> Iterator[tuple[str, str, str]]:
    kind = settings.database.split(":", 1)[0].split("+", 1)[0]
    yield "database", kind, "TICKMARK_DATABASE_URL"
    yield "briefs by mail", "yes" if settings.brief_by_mail else "no", "TICKMARK_BRIEF_BY_MAIL"
    yield "requests a minute from an address", str(settings.rate_address), "TICKMARK_RATE_ADDRESS"
    yield "requests a minute of a person", str(settings.rate_person), "TICKMARK_RATE_PERSON"
    yield "largest upload, MB", str(settings.max_upload_mb), "TICKMARK_MAX_UPLOAD_MB"
