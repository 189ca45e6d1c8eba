"""The SSSOM table of a pack: which of its terms mean what elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from emograph.kg.packs.faults import Fault, nearest
from emograph.kg.packs.statements import Statement

NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS = frozenset(
    {
        *NEEDED, "subject_label", "subject_category", "subject_type", "subject_source",
        "subject_source_version", "predicate_label", "predicate_modifier", "object_label",
        "object_category", "object_type", "object_source", "object_source_version", "author_id",
        "author_label", "reviewer_id", "reviewer_label", "creator_id", "creator_label", "license",
        "mapping_provider", "mapping_source", "mapping_cardinality", "mapping_tool",
        "mapping_tool_version", "mapping_date", "publication_date", "confidence", "match_string",
        "similarity_score", "similarity_measure", "curation_rule", "curation_rule_text",
        "see_also", "issue_tracker_item", "other", "comment",
    }
)  # fmt: skip
"""The columns of SSSOM 1.0 that a table may have."""

PREDICATES = tuple(f"skos:{name}Match" for name in ("exact", "close", "broad", "narrow", "related"))

Alignment = tuple[int, Statement]
"""A line, from 1, and what it says."""

_PREFIX = re.compile(r"^#\s+(?P<name>[\w.-]+):\s*[\"']?(?P<iri>[a-z][a-z0-9+.-]*:[^\s\"']+)")


def read_alignments(path: Path, prefixes: Mapping[str, str]) -> tuple[list[Alignment], list[Fault]]:
    """What a table says, with its lines, and what is wrong in it.

    Names are short, with a prefix of the table's curie_map or one given here.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        fault = Fault(path.name, 0, "", f"The file cannot be read ({problem}).", "Use UTF-8.")
        return [], [fault]
    known = dict(prefixes)
    for line in lines:
        if match := _PREFIX.match(line):
            known[match["name"]] = match["iri"]
    rows = [(i, line) for i, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not rows:
        text = "The table has no head."
        return [], [Fault(path.name, 1, "", text, f"Begin with {', '.join(NEEDED)}.")]
    number, head = rows[0]
    columns = head.split("\t")
    faults = [
        Fault(path.name, number, name, "This is no column of SSSOM.",
              _rename(name))
        for name in columns
        if name not in COLUMNS
    ]  # fmt: skip
    faults += [
        Fault(path.name, number, name, "This column is missing.", "SSSOM needs it.")
        for name in NEEDED
        if name not in columns
    ]
    if any(name not in columns for name in NEEDED):
        return [], faults
    alignments = []
    for number, line in rows[1:]:
        cells = line.split("\t")
        if len(cells) != len(columns):
            text = f"The row has {len(cells)} cells, the head {len(columns)}."
            faults.append(Fault(path.name, number, "", text, "Part cells by one tab each."))
            continue
        row = dict(zip(columns, cells, strict=True))
        ends = [_expand(row[name], known) for name in NEEDED[:3]]
        faults += _faults_of(path.name, number, row, ends)
        subject, predicate, value = ends
        if subject and predicate and value:
            alignments.append((number, Statement(subject.value, predicate.value, value)))
    return alignments, faults


def _faults_of(
    file: str, number: int, row: Mapping[str, str], ends: Sequence[ox.NamedNode | None]
) -> list[Fault]:
    faults = []
    for name, end in zip(NEEDED, ends, strict=False):
        if end is None:
            prefix = row[name].split(":")[0]
            text = f"The {name} {row[name]!r} has the unknown prefix {prefix!r}."
            faults.append(Fault(file, number, row[name], text, "Add it to the #curie_map."))
    if row["predicate_id"] not in PREDICATES:
        text = f"The predicate {row['predicate_id']!r} is not one of SKOS."
        faults.append(Fault(file, number, row["subject_id"], text, f"Use {', '.join(PREDICATES)}."))
    if not row["mapping_justification"].startswith("semapv:"):
        text = f"The justification {row['mapping_justification']!r} is none of SEMAPV."
        todo = "Use one such as semapv:ManualMappingCuration."
        faults.append(Fault(file, number, row["subject_id"], text, todo))
    confidence = row.get("confidence", "")
    if confidence and not re.fullmatch(r"1(\.0*)?|0?\.\d+|0", confidence):
        text = f"The confidence {confidence} is not in 0..1."
        faults.append(Fault(file, number, row["subject_id"], text, "Give a number from 0 to 1."))
    return faults


def _expand(name: str, prefixes: Mapping[str, str]) -> ox.NamedNode | None:
    """The IRI of a short name; None where its prefix is unknown or it gives no IRI."""
    prefix, _, local = name.partition(":")
    if prefix not in prefixes and not local.startswith("//"):
        return None
    try:
        return ox.NamedNode(prefixes[prefix] + local if prefix in prefixes else name)
    except ValueError:
        return None


def _rename(column: str) -> str:
    meant = nearest(column, COLUMNS)
    return f"Did you mean {meant}?" if meant else "Remove it."
