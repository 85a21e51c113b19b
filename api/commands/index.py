"""`tickmark index`: Chroma held against the records, made anew from them; another model, and better rules, for what is there."""

from dataclasses import asdict

from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from ingestion import embedding_again, indexing, reading_again
from ingestion.facts import READER_VERSION


def verify(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every client whose index differs from its records; fails when there is one. And how far the firm is with the model that is set."""
    faults = list(indexing.verify(services.database, services.index))
    standing = embedding_again.standing(services.database, services.embedder.name)
    unread = reading_again.behind(services.database)
    data = {
        "unread": unread,
        "faults": [asdict(fault) for fault in faults],
        "model": services.embedder.name,
        **asdict(standing),
    }
    lines = [f"  {fault.client_ref}: {fault.message}" for fault in faults]
    told = (
        "The index differs (tickmark index rebuild repairs it):" if faults else "The index holds what the records say."
    )
    behind = [in_words(standing, services.embedder.name)] if standing.behind else []
    if unread:
        behind.append(rules_in_words(unread))
    return Result(data, "\n".join([told, *lines, *behind]), failed=bool(faults))


def in_words(standing: embedding_again.Standing, wanted: str) -> str:
    """How far the firm is with a model, for a person."""
    return (
        f"{standing.behind} of {standing.clients} clients are still searched with {', '.join(standing.models)}; "
        f"{standing.waiting} passages wait for {wanted}. `tickmark serve` embeds them again meanwhile; "
        "`tickmark index rebuild --embed` does it now"
    )


def rebuild(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Make the index anew from the vectors in the records. `embed`: and give every client the model that is set."""
    count = indexing.rebuild(services.database, services.index, services.embedder)
    told = f"The index was made anew: {count} passages."
    again = 0
    if arguments.get("embed"):
        again = embedding_again.embed_again(services.database, services.index, services.embedder, progress=progress)
        told += f" {again} clients were embedded again with {services.embedder.name}."
    return Result({"passages": count, "clients_embedded_again": again}, told)


def rules_in_words(unread: int) -> str:
    """How many documents earlier rules read, for a person."""
    return (
        f"The facts of {unread} documents were read by earlier rules than {READER_VERSION}. `tickmark serve` reads them again "
        "meanwhile; `tickmark index reread` does it now"
    )


def reread(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Read kinds and facts again where earlier rules read them; what people corrected stays."""
    from api.reading_again import read_all_again

    read, changed = read_all_again(services, progress)
    told = f"{read} documents were read again by the rules {READER_VERSION}; {changed} of them say something else now."
    return Result({"documents": read, "changed": changed, "readers": READER_VERSION}, told)
