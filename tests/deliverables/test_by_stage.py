"""What the night drafts because work has come to a stage, without any signal."""

from sqlalchemy import select, update

from agents.scan import scan_client
from api.wiring import Services
from store.tables import Client, Deliverable, Engagement
from tests.signals.builders import engagement
from workspace.deliverables.occasions import DueDraft, due_by_stage


def test_a_return_that_is_ready_to_file_calls_for_its_letter() -> None:
    ready = engagement("E1", "1120-S", stage="ready-to-file")
    others = (engagement("E2", "1065", stage="in-review"), engagement("E3", "payroll", stage="ready-to-file"))
    assert due_by_stage((ready, *others)) == [DueDraft("return-delivery", "delivery:E1", "E1")]


def test_the_night_drafts_it_once(services: Services) -> None:
    with services.database.writing() as session:
        work = session.scalars(select(Engagement).where(Engagement.template.in_(("1065", "1120-S", "1040")))).first()
        assert work is not None
        session.execute(update(Engagement).where(Engagement.id == work.id).values(stage="ready-to-file"))
        client_id, engagement_id = work.client_id, work.id
    with services.database.reading() as session:
        ref = session.scalars(select(Client.ref).where(Client.id == client_id)).one()
    for _ in range(2):
        scan_client(services, ref, as_of=services.clock.today(), now=services.clock.now())
    with services.database.reading() as session:
        drafted = session.scalars(
            select(Deliverable).where(Deliverable.engagement_id == engagement_id, Deliverable.slug == "return-delivery")
        ).all()
    assert [one.state for one in drafted] == ["in_review"]
