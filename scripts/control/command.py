"""What all areas of the control plane have in common: where and as who they ask, and how they end."""

import argparse
from collections.abc import Callable
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.place import CalledWronglyError, Place, place_of
from scripts.api.shown import note
from scripts.control.codes import CALLED_WRONGLY, NO_ANSWER, REFUSED, STOPPED, WORDS, code_of
from scripts.control.reading import UnexpectedAnswerError
from scripts.control.telling import told
from shared.runtime.errors import NotFoundError
from shared.runtime.http import ServiceError

Does = Callable[[Api, argparse.Namespace], int]
Asks = Callable[[argparse.Namespace], bool]

_ABOUT: Final = """\
Where: --api or SWITCHYARD_API, else the stack that --stack names, else the local one of `make up`.
Whose key: SWITCHYARD_KEY, else the operator of the local stack. A viewer's key is enough to look.

"""


def _always(_: argparse.Namespace) -> bool:
    return True


def add_area(areas: Any, name: str, about: str) -> Any:
    """An area with actions: what they are added to."""
    return _add(areas, name, about).add_subparsers(required=True, metavar="ACTION")


def add_action(
    actions: Any, name: str, does: Does, about: str, *, role: str = "operator", needs_key: Asks = _always
) -> argparse.ArgumentParser:
    """`role`: whose key of the local stack is used where none is said."""
    parser = _add(actions, name, about)
    parser.add_argument("--api", metavar="URL", help="instead of SWITCHYARD_API")
    parser.add_argument("--json", action="store_true", help="what the API answers, as it is, for programs")
    parser.set_defaults(run=lambda options: _run(does, options, role=role, needs_key=needs_key(options)))
    return parser


def _run(does: Does, options: argparse.Namespace, *, role: str, needs_key: bool) -> int:
    """The code it ends with."""
    try:
        place = place_of(options, with_role=role, needs_key=needs_key)
        return _asked(does, place, options)
    except CalledWronglyError as error:
        note(f"switchyard: {error}")
        return CALLED_WRONGLY
    except KeyboardInterrupt:
        note("switchyard: stopped")
        return STOPPED


def _asked(does: Does, place: Place, options: argparse.Namespace) -> int:
    try:
        return does(Api(place), options)
    except ServiceError as error:
        note(f"switchyard: {told(error, key=place.key)}")
        return code_of(error)
    except NotFoundError as error:
        note(f"switchyard: {error}")
        return REFUSED
    except UnexpectedAnswerError as error:
        note(f"switchyard: {error}")
        return NO_ANSWER


def _add(actions: Any, name: str, about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=_ABOUT + WORDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser
