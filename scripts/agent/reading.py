"""What work is about, whole: payloads that had no room in the API's answer are read one by one."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from scripts.agent.api import Api, UnreachableError
from scripts.agent.patience import Patience

_TRIES: Final = 12  # answers like 500, after which it is left: who never can begin must not hold on to the work

Rest = Callable[[float], bool]  # for so many seconds; whether to give up


def whole(item: Mapping[str, Any], api: Api, rest: Rest) -> dict[str, Any]:
    """Raises RefusedError; UnreachableError where it is given up."""
    target = _with_payload(item["target_artefact"], api, rest)
    context = [_with_payload(one, api, rest) for one in item.get("context_chain", ())]
    return {**item, "target_artefact": target, "context_chain": context}


def _with_payload(artefact: Mapping[str, Any], api: Api, rest: Rest) -> Mapping[str, Any]:
    patience, unwell = Patience(), 0
    while artefact.get("payload") is None:
        try:
            return api.artefact(artefact["id"])
        except UnreachableError as error:
            unwell += error.status is not None
            if unwell >= _TRIES or rest(patience.after(error.retry_after)):
                raise
    return artefact
