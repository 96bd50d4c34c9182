"""Trusted documents: the operations in `config/documents/`, known by the SHA-256 of their exact text.

One file, one operation. The first line is a comment with the title; a second of the form `# for: portal, bank` names
the clients that may use it when they may send trusted documents only. Nothing is ever registered over HTTP: a document
becomes trusted by being reviewed and put into the folder.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from graphql import OperationDefinitionNode

from connectors.declaration import unknown
from connectors.errors import ConfigError, Mistake
from gateway.errors import BadParameters, DocumentNotTrusted, DocumentUnknown, RequestError
from gateway.limits import spec
from gateway.plan.document import Documents
from gateway.receipts.document import RECEIPT_DOCUMENT

FOLDER: Final = "documents"
_FOR: Final = re.compile(r"# for:(.*)")


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """One file: its name without `.graphql`, its title and text; ``clients`` is empty when it is for all."""

    id: str
    name: str
    title: str
    text: str
    clients: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file, as seen from the configuration folder."""
        return f"{FOLDER}/{self.name}.graphql"

    def is_for(self, client: str) -> bool:
        """Tell whether ``client`` may use it when it may send nothing else."""
        return not self.clients or client in self.clients


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """All of them, by id: the SHA-256 of the text, in hexadecimal."""

    by_id: Mapping[str, TrustedDocument] = field(default_factory=dict)

    def text(self, query: str, document_id: str | None, client: str, allowed: spec.Documents) -> str:
        """Return the text of the document that a request means by its ``query``, its ``document_id``, or both.

        ``allowed`` is what ``client`` may send. Raises `BadParameters` where they disagree, `DocumentUnknown`,
        `DocumentNotTrusted`.
        """
        known = self.by_id.get(document_id) if document_id is not None else None
        if document_id is not None and query and digest(query) != document_id:
            raise BadParameters("`query` is not the document that the id names: send one of the two")
        if document_id is not None and known is None and not query:
            raise DocumentUnknown("no trusted document has this id, and none is registered by requests")
        if allowed == "trusted":
            self._check(query, known, client)
        return query or (known.text if known is not None else "")

    def _check(self, query: str, known: TrustedDocument | None, client: str) -> None:
        document = known or self.by_id.get(digest(query))
        if document is None and query == RECEIPT_DOCUMENT:
            return  # the gateway's own, for the route of receipts
        if document is None:
            raise DocumentNotTrusted("this client may send trusted documents only, byte for byte or by their id")
        if not document.is_for(client):
            raise DocumentNotTrusted(f"the trusted document `{document.name}` is not for this client")


def digest(text: str) -> str:
    """Return the id of a document: the SHA-256 of its bytes, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def load_trusted(folder: Path, documents: Documents, clients: Container[str] | None) -> TrustedDocuments:
    """Return the trusted documents of ``folder``, valid for ``documents``; none where there is no folder.

    Raises `ConfigError` with every mistake; ``clients`` are the known ones, None leaves them unchecked.
    """
    by_id: dict[str, TrustedDocument] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.graphql")):
        try:
            document = _read(path)
            mistakes += [Mistake(document.file, *each) for each in _mistakes(document, documents, clients)]
            if document.id in by_id:
                mistakes.append(Mistake(document.file, "", f"is the same document as `{by_id[document.id].file}`"))
            by_id[document.id] = document
        except (OSError, UnicodeDecodeError):
            mistakes.append(Mistake(f"{FOLDER}/{path.name}", "", "cannot be read as UTF-8"))
    if mistakes:
        raise ConfigError(mistakes)
    return TrustedDocuments(by_id)


def _read(path: Path) -> TrustedDocument:
    text = path.read_bytes().decode("utf-8")
    first, second, *_ = [*text.split("\n", 2), "", ""]
    named = _FOR.fullmatch(second.strip())
    clients = tuple(name.strip() for name in named[1].split(",")) if named else ()
    title = first.removeprefix("#").strip() if first.startswith("#") else ""
    return TrustedDocument(digest(text), path.name.removesuffix(".graphql"), title, text, clients)


def _mistakes(
    document: TrustedDocument, documents: Documents, clients: Container[str] | None
) -> Iterator[tuple[str, str]]:
    """Yield the place and the message of each mistake."""
    if not document.title:
        yield "line 1", "the first line must be a comment with the title: `# what it is for`"
    for name in document.clients:
        if clients is not None and name not in clients:
            known = sorted(clients) if isinstance(clients, Mapping) else []
            yield "line 2", unknown("client", name, known)
    try:
        operation = documents.operation(document.text, None)
    except RequestError as error:
        line = error.locations[0]["line"] if error.locations else None
        yield f"line {line}" if line else "", error.message
        return
    operations = [node for node in operation.document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1:
        yield "", f"holds {len(operations)} operations: one file is one operation"
