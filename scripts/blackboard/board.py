"""The blackboard as it is asked over HTTP."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from scripts.api.api import Api
from scripts.blackboard.place import Place
from shared.runtime.http import Send, ServiceError, send

PAGE: Final = 100  # of what is listed, at a time
NOT_FOUND: Final = 404


class Board:
    """One instance. What is refused, or cannot be asked, is a ServiceError with the reason."""

    def __init__(self, place: Place, *, send: Send = send) -> None:
        self.instance = place.instance
        self._api = Api(place, name="blackboard", send=send)

    def get(self, *path: str, **query: Any) -> Any:
        return self._ask("GET", path, query)

    def find(self, *path: str) -> Any:
        """None where there is no such thing."""
        try:
            return self.get(*path)
        except ServiceError as error:
            if status_of(error) == NOT_FOUND:
                return None
            raise

    def post(self, *path: str, body: Mapping[str, Any]) -> Any:
        """Every post here has its id in it, or finds done what was done: sent again it does the same."""
        return self._ask("POST", path, {}, body)

    def put(self, *path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("PUT", path, {}, body)

    def delete(self, *path: str) -> Any:
        return self._ask("DELETE", path, {})

    def all(self, name: str, *path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """What is listed under that name, there or at the path of that name, page after page, as it is wanted."""
        cursor: str | None = None
        while True:
            page = self.get(*(path or (name,)), limit=PAGE, cursor=cursor, **query)
            yield from page[name]
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def _ask(self, method: str, path: tuple[str, ...], query: Mapping[str, Any], body: Any = None) -> Any:
        said = {"instance": self.instance} | dict(query)
        return self._api.ask(method, "blackboard", *path, query=said, body=body, repeatable=True).body


def status_of(error: ServiceError) -> int | None:
    """Of the answer; None where there was none."""
    return error.answer.status if error.answer else None
