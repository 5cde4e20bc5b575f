"""What two descriptions of an API say differently of what callers can do, and whether it breaks them.

Breaking: an operation, a good answer, a media type, a field of an answer or a parameter is gone; something has to be
sent that did not have to be; what is sent or said is of another type; another credential is needed.
"""

from collections.abc import Iterator, Mapping

from shared.control.registry.openapi.credentials import Credentials
from shared.control.registry.openapi.differences import Comparison, Key
from shared.control.registry.openapi.document import Document, shown
from shared.control.registry.openapi.drift import GONE, Change, Drift
from shared.control.registry.openapi.operations import Body, Content, Operation, Parameter, operations_of
from shared.control.registry.openapi.rules import Difference, Way


def compare(before: Document, after: Document) -> Drift:
    """The documents have been checked. Raises InvalidInputError where there is too much to compare."""
    one, other = operations_of(before), operations_of(after)
    both = _Both(Comparison(before, after), Credentials(before, after))
    asked = {key: both.changes(one[key], other[key]) for key in one.keys() & other.keys()}
    told = _Told(both.comparison)
    found = [Change(operation=shown_name(other[key]), differences=told.of(noted)) for key, noted in asked.items()]
    return Drift(
        added=tuple(sorted(shown_name(other[key]) for key in other.keys() - one.keys())),
        removed=tuple(sorted(shown_name(one[key]) for key in one.keys() - other.keys())),
        changed=tuple(sorted((change for change in found if change.differences), key=lambda change: change.operation)),
    )


def shown_name(operation: Operation) -> str:
    return shown(operation.name)


# What is found at once, and what is asked of the comparison when all schemas are in it: where, and which.
Noted = list[Difference | tuple[str, Key]]


class _Told:
    """What is told of operations: made once for all of whom the same was noted, since most share what they answer."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._known: dict[tuple[Difference | tuple[str, Key], ...], tuple[Difference, ...]] = {}

    def of(self, noted: Noted) -> tuple[Difference, ...]:
        """Raises InvalidInputError where it is too much."""
        known = tuple(noted)
        if known not in self._known:
            self._known[known] = tuple(dict.fromkeys(self._differences(noted)))
        return self._known[known]

    def _differences(self, noted: Noted) -> Iterator[Difference]:
        for one in noted:
            if isinstance(one, Difference):
                yield one
            else:
                where, key = one
                inner = self._comparison.differences(key)
                self._comparison.count_searched(len(inner))
                yield from (_at(where, each) for each in inner)


def _at(where: str, inner: Difference) -> Difference:
    return Difference(f"{where}: {inner.at} {inner.said}" if inner.at else f"{where} {inner.said}", inner.is_breaking)


class _Both:
    """An operation before and after."""

    def __init__(self, comparison: Comparison, credentials: Credentials) -> None:
        self.comparison = comparison
        self._credentials = credentials

    def changes(self, before: Operation, after: Operation) -> Noted:
        return [
            *self._parameters(before.parameters, after.parameters),
            *self._bodies(before.body, after.body),
            *self._answers(before.answers, after.answers),
            *self._credentials.differences(before.security, after.security),
            *_deprecation(before, after),
        ]

    def _parameters(
        self, before: Mapping[tuple[str, str], Parameter], after: Mapping[tuple[str, str], Parameter]
    ) -> Noted:
        gone = [before[key] for key in sorted(before.keys() - after.keys())]
        new = [after[key] for key in sorted(after.keys() - before.keys())]
        noted: Noted = [Difference(f"{_named(one)} {GONE}", is_breaking=True) for one in gone]
        for one in new:
            said = "is new, and has to be there" if one.is_required else "is new"
            noted.append(Difference(f"{_named(one)} {said}", is_breaking=one.is_required))
        for key in sorted(before.keys() & after.keys()):
            noted += self._parameter(before[key], after[key])
        return noted

    def _parameter(self, before: Parameter, after: Parameter) -> Noted:
        where = _named(after)
        noted: Noted = []
        if after.is_required and not before.is_required:
            noted.append(Difference(f"{where} has to be there now", is_breaking=True))
        if before.is_required and not after.is_required:
            noted.append(Difference(f"{where} may be left out now", is_breaking=False))
        return [*noted, (where, self.comparison.add(before.schema, after.schema, Way.SENT))]

    def _bodies(self, before: Body | None, after: Body | None) -> Noted:
        if before is None or after is None:
            return list(_body_itself(before, after))
        noted: Noted = []
        if after.is_required and not before.is_required:
            noted.append(Difference("the body has to be there now", is_breaking=True))
        if before.is_required and not after.is_required:
            noted.append(Difference("the body may be left out now", is_breaking=False))
        return [*noted, *self._contents("the body", before.content, after.content, Way.SENT)]

    def _answers(self, before: Mapping[str, Content], after: Mapping[str, Content]) -> Noted:
        noted: Noted = [
            Difference(f"the answer {one} {GONE}", is_breaking=_is_good(one))
            for one in sorted(before.keys() - after.keys())
        ]
        noted += [
            Difference(f"the answer {one} is new", is_breaking=False) for one in sorted(after.keys() - before.keys())
        ]
        for one in sorted(before.keys() & after.keys()):
            noted += self._contents(f"the answer {one}", before[one], after[one], Way.READ)
        return noted

    def _contents(self, where: str, before: Content, after: Content, way: Way) -> Noted:
        gone, new = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
        noted: Noted = [Difference(f"{where} is not {shown(one)} any more", is_breaking=True) for one in gone]
        noted += [Difference(f"{where} may be {shown(one)}", is_breaking=False) for one in new]
        both = sorted(before.keys() & after.keys())
        return [*noted, *((where, self.comparison.add(before[one], after[one], way)) for one in both)]


def _body_itself(before: Body | None, after: Body | None) -> Iterator[Difference]:
    if before:
        yield Difference("there is no body any more", is_breaking=True)
    if after:
        said = "a body is new, and has to be there" if after.is_required else "a body is new"
        yield Difference(said, is_breaking=after.is_required)


def _deprecation(before: Operation, after: Operation) -> Iterator[Difference]:
    if after.is_deprecated and not before.is_deprecated:
        yield Difference("is deprecated", is_breaking=False)


def _is_good(status: str) -> bool:
    return status.startswith("2") or status == "default"


def _named(one: Parameter) -> str:
    return f"the {shown(one.place)} parameter {shown(one.name)}"
