"""What commands may reach, as the environment has it."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from shared.runtime import wiring, wiring_blackboard, wiring_deploys, wiring_listings, wiring_runs, wiring_tracing
from shared.runtime.clock import Clock, system_clock
from shared.runtime.settings import settings
from shared.runtime.wiring_sinks import APPLY

if TYPE_CHECKING:
    from shared.blackboard.store import LedgerBlackboard
    from shared.control.history.store import LedgerMarks
    from shared.control.ingestion.findings import LedgerFindings
    from shared.control.jobs.store import LedgerJobs as LedgerSystemJobs
    from shared.control.registry.seen import Seen
    from shared.control.registry.store import LedgerServices
    from shared.control.runs.store import LedgerRuns
    from shared.control.tracing.store import DynamoTraces
    from shared.deliveries.events import DeliveryEvents
    from shared.deliveries.store import DynamoDeliveries
    from shared.deploys.store import LedgerDeploys
    from shared.files.store import Files
    from shared.ledger.relay_mark import RelayMark
    from shared.ledger.store import DynamoLedger
    from shared.listings.deadlines import Deadlines
    from shared.listings.store import LedgerListings
    from shared.messages.routing import Rules
    from shared.messages.store import LedgerMessages
    from shared.runtime.attempts import Pause
    from shared.runtime.circuit_states import Circuit
    from shared.runtime.http import Service
    from shared.scraping.scraper import Scraper
    from shared.scraping.store import LedgerJobs, LedgerRotation
    from shared.sinks.store import LedgerSinks
    from shared.state.store import StateStore
    from shared.status.taking import Watched


class WiredPorts:
    """`wiring` keeps what it has built."""

    clock: Clock = staticmethod(system_clock)
    pause: "Pause" = staticmethod(time.sleep)

    @property
    def ledger(self) -> "DynamoLedger":
        return wiring.ledger()

    @property
    def state(self) -> "StateStore":
        return wiring.state()

    @property
    def listings(self) -> "LedgerListings":
        return wiring_listings.listings()

    @property
    def deadlines(self) -> "Deadlines":
        return wiring_listings.deadlines()

    @property
    def files(self) -> "Files":
        return wiring.files()

    @property
    def jobs(self) -> "LedgerJobs":
        return wiring_listings.scrape_jobs()

    @property
    def rotation(self) -> "LedgerRotation":
        return wiring_listings.rotation()

    @property
    def scraper(self) -> "Scraper | None":
        return wiring_listings.scraper()

    @property
    def messages(self) -> "LedgerMessages":
        return wiring.messages()

    @property
    def rules(self) -> "Callable[[], Rules]":
        return wiring.current_rules()

    @property
    def deliveries(self) -> "DynamoDeliveries":
        return wiring.deliveries()

    @property
    def delivery_events(self) -> "DeliveryEvents":
        return wiring.delivery_events()

    @property
    def sinks(self) -> "LedgerSinks":
        return wiring.sink_states()

    @property
    def board(self) -> "LedgerBlackboard":
        return wiring_blackboard.blackboard()

    @property
    def instance(self) -> str:
        return settings().sett_instance_name or "default"

    @property
    def default_currency(self) -> str:
        return settings().default_currency

    @property
    def deploys(self) -> "LedgerDeploys":
        return wiring_deploys.deploys()

    @property
    def github(self) -> "Service | None":
        return wiring_deploys.github()

    @property
    def discord(self) -> "Service":
        return wiring.discord()

    @property
    def status_channel_id(self) -> str:
        return settings().discord_status_channel_id

    @property
    def waiting_queues(self) -> Mapping[str, Callable[[], int]]:
        return wiring.depths(wiring.queue_map().waiting)

    @property
    def dead_letter_queues(self) -> Mapping[str, Callable[[], int]]:
        return wiring.depths(wiring.queue_map().dead)

    @property
    def watched(self) -> "Watched":
        from shared.runtime.http import send
        from shared.status.taking import Watched
        from shared.status.targets import read_targets

        known = settings()
        return Watched(
            targets=read_targets(known.status_urls),
            send=send,
            github=wiring_deploys.github,
            repository=known.github_repository,
        )

    @property
    def circuits(self) -> "Callable[[Collection[str]], Mapping[str, Circuit]]":
        states: Callable[[Collection[str]], Mapping[str, Circuit]] = wiring.circuit_states()
        return states

    @property
    def described_apis(self) -> Collection[str]:
        from shared.runtime.configuration import configuration, paired

        return paired(configuration().swagger_urls).values()

    @property
    def set_up(self) -> Mapping[str, bool]:
        known = settings()
        services = {
            "scraper": known.scraper_api_url,
            "chatterbot": known.chatterbot_api_url,
            "github": known.github_repository,
        }
        # Without a lister eBay may be asked itself, with credentials that are not looked for here.
        lister = {"ebay": known.ebay_api_url} if known.ebay_api_url else {}
        places = (part.partition("=") for part in known.sink_places.split(","))
        sinks = {name: place for name, _, place in places if name}
        return {name: bool(place) for name, place in (services | lister | sinks).items()}

    @property
    def is_live(self) -> bool:
        return settings().sink_mode == APPLY

    @property
    def runs(self) -> "LedgerRuns":
        return wiring_runs.runs()

    @property
    def system_jobs(self) -> "LedgerSystemJobs":
        from shared.control.jobs.store import LedgerJobs

        return LedgerJobs(wiring.ledger())

    @property
    def services(self) -> "LedgerServices":
        from shared.runtime import wiring_registry

        return wiring_registry.services()

    @property
    def seen(self) -> "Seen":
        from shared.runtime import wiring_registry

        return wiring_registry.seen()

    @property
    def findings(self) -> "LedgerFindings":
        from shared.control.ingestion.findings import LedgerFindings

        return LedgerFindings(wiring.ledger(), files=wiring.files())

    @property
    def traces(self) -> "DynamoTraces":
        return wiring_tracing.traces()

    @property
    def marks(self) -> "LedgerMarks":
        from shared.control.history.store import LedgerMarks

        return LedgerMarks(wiring.ledger())

    @property
    def relay_mark(self) -> "RelayMark":
        return wiring.relay_mark()
