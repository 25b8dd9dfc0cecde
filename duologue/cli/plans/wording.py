"""How the texts of a plan folder are worded, with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.brand.book.queries import current as current_book
from duologue.brand.book.rules import look_findings
from duologue.brand.wording.queries import accepted_in
from duologue.brand.wording.rules.lines import line_of
from duologue.engage.messages.rules import source, worded
from duologue.engage.sites import worded as sites
from duologue.engage.sites.rules.page import read_site
from duologue.engage.sites.weight import findings as site_findings
from duologue.kit.yaml import read_yaml
from duologue.strategize.dialogues.rules import worded as surveys
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.offers import worded as offers
from duologue.strategize.offers.rules import read_offer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duologue.brand.book.rules import Book
    from duologue.brand.wording.rules.passages import Finding, Passage
    from duologue.cli.plans.folder import PlanText
    from duologue.platform.workspaces.models import Workspace

Read = tuple[list["Finding"], list["Passage"]]


def warnings(workspace: Workspace, files: Sequence[PlanText]) -> list[str]:
    """Return a sentence for each thing to look at in these files, as in "messages/hello.yaml:7: …"; what was accepted is left out."""
    book = current_book(workspace)
    read = [file for file in files if file.kind in _READERS]
    accepted = accepted_in(workspace, [file.path for file in read])
    said = [sentence for file in files if file.kind == "brand" for sentence in _of_the_look(book, file)]
    for file in read:
        findings, passages = _READERS[file.kind](workspace, file, book)
        document, texts = read_yaml(file.text, file.path), {one.field: one.text for one in passages}
        lines = [
            (line_of(one, document, file.text, texts.get(one.field, "")), f"{one.says} {one.do}")
            for one in findings
            if (file.path, one.mark) not in accepted
        ]
        said += [f"{file.path}:{line}: {sentence}" for line, sentence in sorted(lines)]
    return said


def _of_the_look(book: Book, file: PlanText) -> Iterator[str]:
    document = read_yaml(file.text, file.path)
    for name, sentence in look_findings(book.look):
        yield f"{file.path}:{document.line(('look', 'colours', name))}: {sentence}"


def _message(workspace: Workspace, file: PlanText, book: Book) -> Read:
    message = source.read_message(file.name, file.text, file.path)
    return worded.wording(message, book, workspace.locale), worded.passages(message, workspace.locale)


def _survey(workspace: Workspace, file: PlanText, book: Book) -> Read:
    survey = read_survey(file.text, file.path)
    return surveys.wording(survey, book, workspace.locale), surveys.passages(survey, workspace.locale)


def _site(workspace: Workspace, file: PlanText, _: Book) -> Read:
    site = read_site(file.text, file.path)
    return site_findings(workspace, site), sites.passages(site, workspace.locale)


def _offer(workspace: Workspace, file: PlanText, book: Book) -> Read:
    offer = read_offer(file.text, file.path)
    return offers.wording(offer, book, workspace.locale), offers.passages(offer, workspace.locale)


_READERS: dict[str, Callable[[Workspace, PlanText, Book], Read]] = {
    "message": _message,
    "survey": _survey,
    "site": _site,
    "offer": _offer,
}
