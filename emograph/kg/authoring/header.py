"""What every ontology file says of itself: version, authors, licence, dates, how to cite it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emograph.kg import terms
from emograph.kg.authoring.turtle import Document, plain, text

VERSION = "0.1.0"
"""The version of the knowledge that comes with the package."""

PREFIXES: Mapping[str, str] = {**terms.PREFIXES, "vann": "http://purl.org/vocab/vann/"}
"""What a document with a header must know."""

CC_BY = "https://creativecommons.org/licenses/by/4.0/"

_CREATED = "2026-01-01"
_MODIFIED = "2026-11-21"


def add_header(
    document: Document,
    iri: str,
    title: str,
    description: str,
    imports: Sequence[str],
    sources: Sequence[str],
    namespace: tuple[str, str],
    licence: str = CC_BY,
) -> None:
    """Write the node of the ontology with all that a published ontology says of itself.

    `imports` and `sources` are IRIs, `namespace` is the preferred prefix and what it stands for.
    """
    version_iri = f"{iri}/{VERSION}"
    authors = [document.iri(terms.source("emograph"))]
    document.add(
        iri,
        terms.OWL + "Ontology",
        [
            ("owl:versionIRI", [f"<{version_iri}>"]),
            ("owl:versionInfo", [plain(VERSION)]),
            ("owl:imports", [document.iri(imported) for imported in imports]),
            ("dcterms:title", [text(title)]),
            ("dcterms:description", [text(description)]),
            ("dcterms:creator", authors),
            ("dcterms:publisher", authors),
            ("dcterms:license", [f"<{licence}>"]),
            ("dcterms:created", [_date(_CREATED)]),
            ("dcterms:issued", [_date(_CREATED)]),
            ("dcterms:modified", [_date(_MODIFIED)]),
            (
                "dcterms:bibliographicCitation",
                [text(f"emograph authors (2026). {title}, version {VERSION}. {version_iri}")],
            ),
            ("dcterms:source", [document.iri(source) for source in sources]),
            ("vann:preferredNamespacePrefix", [plain(namespace[0])]),
            ("vann:preferredNamespaceUri", [plain(namespace[1])]),
        ],
    )


def _date(day: str) -> str:
    return f'"{day}"^^xsd:date'
