"""What an agent is told that it is to do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from shared.blackboard.artefact import Artefact
from shared.blackboard.views import ArtefactView
from shared.blackboard.working import Work, fits_in, in_order


class WorkItem(BaseModel):
    kind: Literal["bid", "grant"]
    claim_id: UUID
    until: datetime
    lease_until: datetime | None = None
    claim_type: Literal["review", "claim", "exclusive"] | None = None
    rework: bool = False
    times: int | None = None
    target_artefact: ArtefactView
    context_chain: list[ArtefactView]

    @classmethod
    def of(cls, work: Work, times: int | None, fits: Mapping[str, bool]) -> "WorkItem":
        def view(artefact: Artefact) -> ArtefactView:
            return ArtefactView.of(artefact, with_payload=fits[artefact.id])

        is_grant = work.kind == "grant"
        return cls(
            kind=work.kind,
            claim_id=UUID(work.claim.id),
            until=work.until,
            lease_until=work.until if is_grant else None,
            claim_type=work.grant_type if is_grant else None,
            rework=work.claim.is_rework,
            times=times,
            target_artefact=view(work.target),
            context_chain=[view(one) for one in work.context],
        )


class WorkList(BaseModel):
    work: list[WorkItem]

    @classmethod
    def of(cls, work: Sequence[Work], agent: str) -> "WorkList":
        """Payloads are there as far as the answer has room for them."""
        fits = fits_in(in_order(work))
        items = []
        for one in work:
            mine = [grant.times for grant in one.claim.active if grant.agent == agent]
            items.append(WorkItem.of(one, mine[0] if mine else None, fits))
        return cls(work=items)
