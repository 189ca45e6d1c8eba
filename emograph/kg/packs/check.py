"""Checks a pack: every fault with its place, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emograph.kg import terms
from emograph.kg.packs.definitions import definition_faults
from emograph.kg.packs.faults import Fault, nearest
from emograph.kg.packs.hierarchy import hierarchy_faults
from emograph.kg.packs.installing import stored_triples
from emograph.kg.packs.metadata import metadata_faults
from emograph.kg.packs.pack import ALIGNMENTS, README, TURTLE, Pack, open_pack
from emograph.kg.packs.questions import question_faults
from emograph.kg.packs.shapes import shape_faults
from emograph.kg.packs.surroundings import Surroundings, surroundings
from emograph.kg.packs.weights import weight_faults
from emograph.kg.stores import GraphStore
from emograph.kg.validation import SHAPES


@dataclass(frozen=True)
class Report:
    """The pack as far as it could be read, and its faults in the order of files and lines."""

    pack: Pack | None
    faults: tuple[Fault, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing but warnings was found."""
        return self.pack is not None and all(fault.warning for fault in self.faults)


def check(folder: Path, store: GraphStore) -> Report:
    """Check a pack against the knowledge in a store.

    The store must be one that may be changed, with the package's knowledge and the other packs: the
    pack is put into it to ask its questions, and taken out again. Nothing is fetched from
    elsewhere.
    """
    pack, faults = open_pack(folder)
    if pack is None:
        return Report(None, _in_order(faults))
    known = surroundings(store, pack.graph)
    faults += metadata_faults(pack, known)
    faults += definition_faults(pack, known)
    faults += weight_faults(pack, known)
    faults += hierarchy_faults(pack, known)
    faults += _alignment_faults(pack, known)
    told = {(fault.node, fault.about) for fault in faults}
    faults += shape_faults(pack, known, SHAPES, told)
    before = stored_triples(store, pack.name)
    store.replace({pack.graph: pack.triples})
    try:
        faults += question_faults(pack, store)
    finally:
        store.replace({pack.graph: before})
    if not (folder / README).is_file():
        text = "The file is missing."
        faults.append(Fault(README, 0, "", text, "Say what the pack is for.", warning=True))
    return Report(pack, _in_order(faults))


def _alignment_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    own = list(pack.of_type(terms.EMO + "Concept", terms.EMO + "Appraisal"))
    for line, (subject, _, end) in pack.alignments:
        value = end.value
        if subject not in own:
            text = "The subject is no concept or appraisal of the pack."
            meant = nearest(subject, own)
            yield Fault(ALIGNMENTS, line, pack.short(subject), text, _instead(pack, meant))
        ours = value.startswith(terms.BASE) and not value.startswith(terms.BASE + "pack/")
        if ours and value not in known.types:
            text = f"The object {pack.short(value)} is unknown."
            meant = nearest(value, known.members.get(terms.EMO + "Concept", ()))
            yield Fault(ALIGNMENTS, line, pack.short(subject), text, _instead(pack, meant))


def _instead(pack: Pack, meant: str) -> str:
    return f"Did you mean {pack.short(meant)}?" if meant else "Name one that is there."


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """By file and line; the pack itself comes first, since others may follow from it."""
    return tuple(sorted(set(faults), key=lambda fault: (fault.file != TURTLE, fault)))
