"""What callers are let in with: which credentials an operation asks for, and how each is sent, whatever its name."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from shared.control.registry.openapi.document import Document, shown
from shared.control.registry.openapi.rules import Difference
from shared.runtime.errors import InvalidInputError

MOST_WAYS: Final = 100  # to be let in at one operation
_LONGEST: Final = 300  # characters of each name, role and part of how a credential is sent
_OLD_FLOWS: Final = {"application": "clientCredentials", "accessCode": "authorizationCode"}
_FLOW_URLS: Final = ("authorizationUrl", "tokenUrl")


class Needed(NamedTuple):
    """One credential. `role` is the scope it has to be good for, or empty."""

    name: str
    role: str

    def __str__(self) -> str:
        return f"{self.name} ({self.role})" if self.role else self.name


Ways = tuple[frozenset[Needed], ...]  # who has all of one of these is let in; none: everybody is


class Scheme(NamedTuple):
    """How a credential is sent, and where it is got, if that is said. `flows`: ways to get it, any of which does."""

    sent: tuple[str, ...]
    flows: frozenset[tuple[str, ...]] = frozenset()


Schemes = Mapping[str, Scheme]  # by name
_Alike = frozenset[tuple[str | Scheme, str]]  # equal where it is the same, whatever it is called


def ways_in(said: Any) -> Ways:
    """An empty way in among others lets everybody in. Raises InvalidInputError where there are too many."""
    listed = said if isinstance(said, list) else []
    if len(listed) > MOST_WAYS:
        raise InvalidInputError(f"there are more than {MOST_WAYS} ways to be let in")
    ways = [_way(one) for one in listed]
    return () if frozenset() in ways else tuple(ways)


def _way(said: Any) -> frozenset[Needed]:
    return frozenset(
        Needed(name, role)
        for name, roles in ((str(name)[:_LONGEST], roles) for name, roles in _object(said).items())
        for role in ([str(one)[:_LONGEST] for one in roles] if isinstance(roles, list) and roles else [""])
    )


def schemes_of(document: Document) -> Schemes:
    """Those of which it is said what they are. Each is looked at once, however many names refer to it."""
    if document.is_old:
        said = _object(document.tree.get("securityDefinitions"))
    else:
        said = _object(_object(document.tree.get("components")).get("securitySchemes"))
    named = {name[:_LONGEST]: document.at(part) for name, part in said.items()}
    known = {key: _scheme(part) for key, part in {id(part): part for part in named.values()}.items()}
    return {name: scheme for name, part in named.items() if (scheme := known[id(part)])}


def _scheme(said: Mapping[str, Any]) -> Scheme | None:
    """Descriptions, and how a token is made up (`bearerFormat`), are words."""
    match kind := _text(said, "type"):
        case "":
            return None
        case "basic":  # as Swagger 2.0 says it
            return Scheme(("http", "basic"))
        case "http":
            return Scheme((kind, _text(said, "scheme").lower()))
        case "apiKey":
            place, name = _text(said, "in"), _text(said, "name")
            return Scheme((kind, place, name.lower() if place == "header" else name))
        case "oauth2":
            return Scheme((kind,), _flows(said))
        case _:
            return Scheme((kind, _text(said, "openIdConnectUrl")))


def _flows(said: Mapping[str, Any]) -> frozenset[tuple[str, ...]]:
    old = _text(said, "flow")
    named = {_OLD_FLOWS.get(old, old): said} if old else _object(said.get("flows"))
    return frozenset(
        (name[:_LONGEST], *(_text(_object(flow), url) for url in _FLOW_URLS))
        for name, flow in named.items()
        if not name.startswith("x-")
    )


class Credentials:
    """Those of two documents. What is another name for the same is the same, and the same name for another is not."""

    def __init__(self, before: Document, after: Document) -> None:
        self._before, self._after = schemes_of(before), schemes_of(after)
        both = self._before.keys() & self._after.keys()
        self._kept = {name for name in both if _is_still_good(self._before[name], self._after[name])}

    def differences(self, before: Ways, after: Ways) -> Iterator[Difference]:
        """Whoever was let in has to be let in still."""
        one, other = self._alike(before, after)
        if set(one) == set(other):
            return
        is_open = not other or all(any(now <= was for now in other) for was in one or [frozenset()])
        yield Difference(_said(before, after), is_breaking=not is_open)

    def _alike(self, before: Ways, after: Ways) -> tuple[list[_Alike], list[_Alike]]:
        """By their names where these are still good, and where nothing else is known; or else by what they are.

        Of two that are sent the same way each is still itself.
        """
        unknown = {name for name in _names(before) if name not in self._before}
        unknown |= {name for name in _names(after) if name not in self._after}

        def known(one: Needed, schemes: Schemes) -> tuple[str | Scheme, str]:
            return one.name if one.name in self._kept or one.name in unknown else schemes[one.name], one.role

        return (
            [frozenset(known(one, self._before) for one in way) for way in before],
            [frozenset(known(one, self._after) for one in way) for way in after],
        )


def _said(before: Ways, after: Ways) -> str:
    if not after:
        return "needs no credential any more"
    needed = " or ".join(" and ".join(shown(str(one)) for one in sorted(way)) for way in after)
    return f"needs {needed} now" + (", which is not what it was" if set(before) == set(after) else "")


def _names(ways: Ways) -> Iterator[str]:
    return (one.name for way in ways for one in way)


def _is_still_good(before: Scheme, after: Scheme) -> bool:
    """Another way to get it takes nothing from who has it."""
    return before.sent == after.sent and before.flows <= after.flows


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
