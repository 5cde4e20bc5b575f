"""URLs that a caller chose: called through the guard, and never where it says no."""

from shared.control.proxies.asking import refusal_of
from shared.runtime.errors import InvalidInputError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Address, Answer, Call, Service, ServiceError


def check_url(name: str, url: str, guard: UrlGuard) -> None:
    """Raises InvalidInputError, saying for which field; DependencyError where nobody can tell."""
    try:
        guard.check(url)
    except InvalidInputError as error:
        raise InvalidInputError(f"{name}: {error}") from None


def service_at(name: str, url: str, guard: UrlGuard) -> Service:
    """It is asked with an empty path. It has no circuit: whose it is is not known."""

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url)

    return Service(name, locate, send=guard.send_guarded)


def at_url(name: str, url: str, call: Call, guard: UrlGuard) -> Answer:
    """A 2xx. Raises InvalidInputError, BadAnswerError, DependencyError."""
    check_url(name, url, guard)
    try:
        return service_at(name, url, guard).ask(call)
    except ServiceError as error:
        raise refusal_of(error) from None
