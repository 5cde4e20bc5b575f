"""/registry and /peers: services, how they are, what they offer; and the instances that are told of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.control.registry.contracts import MaintenanceIn, PollIn, ServiceIn, is_name
from shared.control.registry.listing import Wanted, page_of_documents, page_of_services, view_of
from shared.control.registry.openapi.polling import poll_openapi
from shared.control.registry.receiving import read_batch, take_batch
from shared.control.registry.registering import Caller, change_service, deregister, register, renew
from shared.control.registry.service import Service
from shared.control.registry.statuses import Status
from shared.control.registry.syncing import known_peers, sync_peers
from shared.control.registry.views import (
    Deregistration,
    OfferHistory,
    OfferView,
    PeerList,
    PeerView,
    Registration,
    Renewal,
    Reply,
    ServiceList,
    ServiceView,
)
from shared.runtime import wiring, wiring_registry
from shared.runtime.auth import Role
from shared.runtime.clock import system_clock
from shared.runtime.errors import ForbiddenError, NotFoundError
from shared.runtime.observability import count, logger
from shared.runtime.request import read_json

router = Router()  # type: ignore[no-untyped-call]

ASKED_FOR: Final = timedelta(seconds=18)  # others, while somebody waits for what they say
_PEOPLE: Final = (Role.OPERATOR, Role.ADMIN)
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=1_024, description="The last page's `next_cursor`")]
Known = Literal["healthy", "unhealthy", "unknown", "maintenance", "expired"]


@router.post(
    "/registry/register",
    summary="Register a service, or say otherwise what is known of it",
    description="The same again changes nothing and renews the lease. A service's key registers its own services.",
    tags=["registry"],
    responses={
        200: {"description": "It was registered", "content": {"application/json": {"model": Registration}}},
        201: {"description": "It is registered now", "content": {"application/json": {"model": Registration}}},
    },
)
def post_registration(wanted: Annotated[ServiceIn, Body()]) -> Response[Registration]:
    ports = wiring_registry.registry()
    service, is_new = register(wanted, _caller(), ports)
    if is_new:
        count("ServicesRegistered")
    logger.info("service registered", service=service.name, version=service.version)
    names = {one.name for one in ports.services.all()} | {service.name}  # the list may be behind
    told = Registration(count=len(names), service=_view(service))
    return Response(status_code=201 if is_new else 200, content_type="application/json", body=told)


@router.get(
    "/registry",
    summary="Services that are registered, newest change first",
    description="Those whose lease is over are shown where they are asked for: `status=expired`.",
    tags=["registry"],
)
def get_services(
    status: Annotated[Known | None, Query()] = None, limit: Limit = 200, cursor: Cursor = None
) -> ServiceList:
    wanted = Wanted(status=Status(status) if status else None, limit=limit, cursor=cursor)
    found, following = page_of_services(
        wanted,
        services=wiring_registry.services(),
        seen=wiring_registry.seen(),
        secret=wiring.cursor_secret,
        at=system_clock(),
    )
    return ServiceList(services=found, next_cursor=following)


@router.get("/registry/<name>", summary="One service", tags=["registry"])
def get_service(name: str) -> ServiceView:
    return _view(_service(name))


@router.post("/registry/<name>/heartbeat", summary="Renew the lease of a service", tags=["registry"])
def post_heartbeat(name: str) -> Renewal:
    """409 where it has to be registered again."""
    seen, until = renew(_checked(name), _caller(), wiring_registry.registry())
    return Renewal(name=name, last_seen=seen, lease_until=until)


@router.delete("/registry/<name>", summary="Take a service out of the registry", tags=["registry"])
def delete_service(name: str) -> Deregistration:
    done = deregister(_checked(name), _caller(), wiring_registry.registry())
    if done:
        count("ServicesDeregistered")
        logger.info("service deregistered", service=name)
    return Deregistration(deregistered=done)


@router.post("/registry/<name>/maintenance", summary="Maintenance of a service begins, or ends", tags=["registry"])
def post_maintenance(name: str, wanted: Annotated[MaintenanceIn, Body()]) -> ServiceView:
    """While it lasts the service is not asked how it is."""
    ports = wiring_registry.registry()
    step = lambda it, at: it.maintained(wanted.on, origin=ports.origin, at=at)  # noqa: E731
    return _view(change_service(_checked(name), step, _caller(), ports))


@router.get("/registry/<name>/openapi", summary="What a service offers, and how that changed", tags=["registry"])
def get_offer(name: str, limit: Limit = 50, cursor: Cursor = None) -> OfferHistory:
    service = _service(name)
    found, following = page_of_documents(
        name, limit, cursor, services=wiring_registry.services(), secret=wiring.cursor_secret
    )
    current = OfferView.of(service, wiring_registry.seen().reading(name))
    return OfferHistory(service=name, current=current, history=found, next_cursor=following)


@router.post("/registry/poll-openapi", summary="Ask services what they offer, and see what changed", tags=["registry"])
def post_poll(wanted: Annotated[PollIn, Body()] = PollIn()) -> dict[str, Any]:  # noqa: B008
    caller = _person()
    until = system_clock() + ASKED_FOR
    return poll_openapi(wiring_registry.registry(), caller.cause, until=until, only=wanted.service)


@router.post("/registry/sync-peers", summary="Tell all peers of all services", tags=["registry"])
def post_sync() -> dict[str, Any]:
    """Those too that are left alone because they were down."""
    caller = _person()
    until = system_clock() + ASKED_FOR
    return sync_peers(wiring_registry.registry(), caller.cause, until=until, insistent=True)


@router.post("/registry/replicate", summary="What a peer says of services, signed", tags=["registry"])
def post_replication() -> Reply:
    """Signed as Standard Webhooks with the secret of peers; nothing is read before that is clear."""
    request, messages = router.context["request"], wiring_registry.peer_messages()
    messages.check(request)
    batch = read_batch(read_json(request.body.decode()))
    cause = replace(router.context["cause"], actor=f"peer:{batch.sender}")
    reply = take_batch(batch, cause, wiring_registry.registry())
    messages.remember(request)
    logger.info("services replicated", peer=batch.sender, taken=reply.taken, refused=len(reply.refused))
    count("ServicesReplicated", reply.taken)
    return reply


@router.get("/peers", summary="Instances that are told of our services", tags=["registry"])
def get_peers() -> PeerList:
    peers = known_peers(wiring_registry.registry())
    return PeerList(peers=[PeerView.of(peer) for peer in peers], count=len(peers))


def _caller() -> Caller:
    """Raises ForbiddenError for who may only look."""
    role, cause = Role(router.context["request"].context["role"]), router.context["cause"]
    if role not in (*_PEOPLE, Role.SERVICE):
        raise ForbiddenError("this is for services and operators")
    return Caller(key_id=cause.actor.removeprefix("key:"), is_person=role in _PEOPLE, cause=cause)


def _person() -> Caller:
    """Raises ForbiddenError."""
    caller = _caller()
    if not caller.is_person:
        raise ForbiddenError("this is for operators")
    return caller


def _service(name: str) -> Service:
    """Raises NotFoundError."""
    service = wiring_registry.services().get(_checked(name))
    if service.is_gone:
        raise NotFoundError(f"there is no service {name}")
    return service


def _checked(name: str) -> str:
    """Raises NotFoundError for what can be no service's name."""
    if not is_name(name):
        raise NotFoundError("there is no service of such a name")
    return name


def _view(service: Service) -> ServiceView:
    return view_of(service, seen=wiring_registry.seen(), at=system_clock())
