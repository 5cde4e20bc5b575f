"""What may go wrong, and who has to act.

DomainError                   the request is wrong: tell the caller, acknowledge the message, never retry
├── UnauthorizedError         401: who is asking is not proven
├── ForbiddenError            403: who is asking may not do that
├── NotFoundError             404
├── MethodNotAllowedError     405
├── IllegalTransitionError    409
├── ContradictionError        409
└── InvalidInputError         422
    └── UnreadableBodyError   400: not even JSON
        ├── BodyTooLargeError         413
        └── UnsupportedMediaTypeError 415
ConflictError                 someone wrote first: read again and retry; 409 to an HTTP caller
DependencyError               a service outside failed: retry later, then the dead-letter queue; 503
└── BadAnswerError            502: it did answer, and not with what it was asked for
"""


class DomainError(Exception):
    """The request is wrong, and will be as wrong the next time."""


class UnauthorizedError(DomainError):
    """A credential is missing, malformed, unknown, expired, revoked or replayed; which, is nobody's business."""

    def __init__(self) -> None:
        super().__init__("a valid API key or signature is needed")


class ForbiddenError(DomainError):
    """The credential is good, and not good enough for this."""


class NotFoundError(DomainError):
    """There is no such thing."""


class MethodNotAllowedError(DomainError):
    """There is such a thing, and this is not how to ask for it. `allowed` are the methods that are."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(f"this path takes {', '.join(allowed)}")
        self.allowed = allowed


class IllegalTransitionError(DomainError):
    """The lifecycle has no such step from here."""


class ContradictionError(DomainError):
    """What is said is not what is known to have happened."""


class InvalidInputError(DomainError):
    """A value is missing, or not one we can use."""


class UnreadableBodyError(InvalidInputError):
    """The body cannot be read as JSON in UTF-8."""


class BodyTooLargeError(UnreadableBodyError):
    """The body is larger than this endpoint reads."""


class UnsupportedMediaTypeError(UnreadableBodyError):
    """The body says it is something other than JSON."""


class ConflictError(Exception):
    """Someone wrote first: what was read is no longer true."""


class ContendedError(ConflictError):
    """Others wrote first each time it was tried. Nothing is known against it: the same may be sent again."""


class DependencyError(Exception):
    """A service we call failed, refused or is too busy; the same call may succeed later."""


class BadAnswerError(DependencyError):
    """A service we call on behalf of somebody did answer: with a refusal, a fault, or what cannot be read."""
