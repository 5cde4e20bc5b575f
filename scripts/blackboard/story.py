"""An event of the blackboard, in one line for people."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from scripts.blackboard.ids import short
from shared.runtime.text import one_line

Data = Mapping[str, Any]

_LONGEST: Final = 100  # of what somebody wrote


def line_of(event: Mapping[str, Any]) -> str:
    time = event["time"][11:19]
    return f"{time}  {event['type']:24} {told(event)}".rstrip()


def told(event: Mapping[str, Any]) -> str:
    """What happened. An event there are no words for is told by what stands in it."""
    data = event["data"]
    words = _WORDS.get(event["type"])
    try:
        return one_line(words(data) if words else _plainly(data), 400)
    except (KeyError, TypeError):  # of another version of the blackboard
        return one_line(_plainly(data), 400)


def _plainly(data: Data) -> str:
    said = {name: value for name, value in data.items() if value not in (None, "", []) and name != "instance"}
    return " ".join(f"{name}={value}" for name, value in said.items())


def _quoted(text: str | None) -> str:
    return f' "{one_line(text, _LONGEST)}"' if text else ""


def _artefact(data: Data) -> str:
    version = f" version {data['version']}" if data["version"] > 1 else ""
    kind = "" if data["structural_type"] == "Standard" else f" ({data['structural_type']})"
    made = f"{data['produced_by_role']} made {data['artefact_type']} {short(data['artefact_id'])}{kind}{version}"
    return made + _quoted(data.get("summary"))


def _claim(data: Data) -> str:
    about = f"{data['artefact_type']} {short(data['artefact_id'])}"
    asked = f", asks {', '.join(data['invited'])}" if data.get("invited") else ""
    return f"{short(data['claim_id'])} for {about}{asked}"


def _bid(data: Data) -> str:
    why = " (it said nothing)" if data.get("silent") else " (its strategy)" if data.get("by_strategy") else ""
    return f"{short(data['claim_id'])} {data['agent_name']} bids {data['bid_type']}{why}"


def _phase(data: Data) -> str:
    return f"{short(data['claim_id'])} goes on to {data.get('phase') or data['to_status']}"


def _granted(data: Data) -> str:
    again = f", time {data['times']}" if data.get("times", 1) > 1 else ""
    queued = ", waits for a free hand" if data.get("queued") else ""
    return f"{short(data['claim_id'])} to {data['agent_name']} as {data['grant_type']}{again}{queued}"


def _lost(data: Data) -> str:
    return f"{short(data['claim_id'])} {data['agent_name']}: {data['why']}"


def _result(data: Data) -> str:
    return f"{short(data['claim_id'])} {data['structural_type']} {short(data['artefact_id'])} of {data['agent_name']}"


def _approved(data: Data) -> str:
    return f"{short(data['claim_id'])} {data['reviewer_role']} approves {short(data['original_artefact_id'])}"


def _rejected(data: Data) -> str:
    rejects = f"{data['reviewer_role']} rejects {short(data['original_artefact_id'])}"
    return f"{short(data['claim_id'])} {rejects}{_quoted(data.get('feedback'))}"


def _rework(data: Data) -> str:
    new = short(data["feedback_claim_id"])
    return f"{short(data['claim_id'])} goes back to {data['target_agent_role']} as {new}, time {data['iteration']}"


def _reworked(data: Data) -> str:
    made = f"{data['artefact_type']} {short(data['new_artefact_id'])} version {data['new_version']}"
    return f"{short(data['claim_id'])} {data['produced_by_role']} made {made}"


def _asked(data: Data) -> str:
    asked = data.get("question") or data.get("question_text")
    what = f" {data['asks_for']}" if data.get("asks_for") else ""
    return f"{short(data['claim_id'])} waits for a person's{what or ' word'}{_quoted(asked)}"


def _ended(data: Data) -> str:
    return f"{short(data['claim_id'])}{_quoted(data.get('reason'))}"


def _agent(data: Data) -> str:
    return str(data["agent_name"])


def _engaged(data: Data) -> str:
    how = "has it waiting" if data.get("queued") else "has it in hand"
    return f"{short(data['claim_id'])} {data['agent_name']} {how}"


def _released(data: Data) -> str:
    return f"{short(data['claim_id'])} {data['agent_name']} has it no more"


def _lease(data: Data) -> str:
    return f"{short(data['claim_id'])} {data['agent_name']} is at it, until {data['lease_until'][11:19]}"


def _settings(_: Data) -> str:
    return "claims are treated in another way from now on"


def _members(data: Data) -> str:
    return f"{', '.join(data['members']) or 'nobody'} take{'s' if len(data['members']) < 2 else ''} part"


_WORDS: Final[Mapping[str, Callable[[Data], str]]] = {
    "artefact.created": _artefact,
    "claim.created": _claim,
    "claim.bid_submitted": _bid,
    "claim.phase_changed": _phase,
    "claim.dormant": _ended,
    "claim.reopened": _ended,
    "claim.granted": _granted,
    "claim.lease_extended": _lease,
    "claim.grant_lost": _lost,
    "claim.result_received": _result,
    "claim.review_approved": _approved,
    "claim.review_rejected": _rejected,
    "claim.rework_requested": _rework,
    "claim.artefact_reworked": _reworked,
    "claim.input_required": _asked,
    "claim.completed": _ended,
    "claim.terminated": _ended,
    "agent.registered": _agent,
    "agent.removed": _agent,
    "agent.engaged": _engaged,
    "agent.released": _released,
    "instance.changed": _settings,
    "instance.crew_changed": _members,
}
