"""/ingest: have the documents of a source brought and looked at."""

from typing import Final

from functions.run_commands.command import Command, Use
from functions.run_commands.runs import acting
from functions.run_commands.runs.answers import view_of
from shared.control.runs.shipped import find_workflow
from shared.discord.answers import Reply
from shared.discord.options import Choice, Option
from shared.runtime.auth import Role

WORKFLOW: Final = "ingestion"
SOURCES: Final = {"GitHub": "github", "Jira": "jira", "Confluence": "confluence", "OpenAPI documents": "swagger"}


class Ingest(Command):
    name = "ingest"
    description = "Have the documents of a source brought and looked at: what has changed since the last time"
    options = (
        Option(
            name="source",
            description="Which; all of them, if you do not say",
            choices=tuple(Choice(title, name) for title, name in SOURCES.items()),
        ),
    )
    needs = Role.OPERATOR
    example = "/ingest source:GitHub"

    def run(self, use: Use) -> Reply:
        source = use.option("source")
        run = acting.start(use, find_workflow(WORKFLOW), {"sources": [source]} if source else {})
        said = "📥 What is found in the documents, `/findings` shows when it is done."
        return view_of(run, acting.role_of(use), said)
