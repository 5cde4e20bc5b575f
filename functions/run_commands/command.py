"""What a command is: a class that declares itself, one file each in `commands/`; docs/discord.md tells how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from functions.run_commands.ports import Ports
from shared.discord.answers import Reply
from shared.discord.interaction import Interaction
from shared.discord.options import Acknowledge, Context, Modal, Option
from shared.ledger.envelope import Cause
from shared.runtime.auth import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a command, button, menu or form, by somebody who may."""

    interaction: Interaction
    role: Role | None  # None: who has no role never gets as far as a command
    cause: Cause  # actor `discord:<user id>`; the trace is the interaction's own, whoever carries it out
    at: datetime
    ports: Ports
    is_repeated: bool = False  # an earlier try was cut off, and may have done its work
    show: Callable[[Reply], None] = field(default=lambda _: None)  # how far it is: edits the answer

    @property
    def key(self) -> str:
        """The same however often this use is carried out: what is asked of others with it is done once."""
        return self.interaction.id

    def option(self, name: str, default: Any = None) -> Any:
        return self.interaction.options.get(name, default)

    def argument(self, number: int = 0) -> str:
        """What a custom_id carries behind its prefix; nothing where it does not."""
        arguments = self.interaction.arguments
        return arguments[number] if number < len(arguments) else ""


Run = Callable[[Use], Reply | None]  # None: there is nothing to show


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What is done when a button or menu is used, or a form filled in, whose custom_id begins with `prefix`.

    A prefix is `<command>.<what>`. `opens` is the form that a button opens; then nothing else is done.
    """

    prefix: str
    run: Run | None = None
    needs: Role
    acknowledge: Acknowledge = Acknowledge.DEFER_UPDATE
    opens: Modal | None = None
    text: str = ""  # with `REPLY`: all there is to say


class Runnable:
    """What a command without subcommands, and each subcommand, says of itself."""

    name: ClassVar[str]
    description: ClassVar[str]
    options: ClassVar[Sequence[Option]] = ()
    needs: ClassVar[Role] = Role.ADMIN
    acknowledge: ClassVar[Acknowledge] = Acknowledge.DEFER_PRIVATE
    opens: ClassVar[Modal | None] = None
    text: ClassVar[str] = ""  # with `REPLY`: all there is to say
    example: ClassVar[str] = ""  # as somebody types it; for the docs

    def run(self, use: Use) -> Reply | None:
        """Raises DomainError for what cannot be done, which is told to who asked; DependencyError to be tried again."""
        raise NotImplementedError


class Subcommand(Runnable):
    """One of a command's."""


class Command(Runnable):
    """`version`: of two commands of one name the newer has the name, the older is `<name>-v<version>`."""

    version: ClassVar[int] = 1
    contexts: ClassVar[Sequence[Context]] = (Context.GUILD,)
    subcommands: ClassVar[Sequence[Subcommand]] = ()
    components: ClassVar[Sequence[Component]] = ()
    is_message_menu: ClassVar[bool] = False  # used on a message; it has no description and no options
