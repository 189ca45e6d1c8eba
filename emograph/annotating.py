"""Annotates many images: joins their sources, engines wherever these run, stores and tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emograph.adapters.compute.here import Here
from emograph.adapters.compute.processes import Processes
from emograph.adapters.outputs.manifest import manifest_of
from emograph.adapters.outputs.parquet import ParquetOutput
from emograph.adapters.outputs.triples import check_name, graphs_of, write_rdf
from emograph.adapters.sources.reading import PlaceReader
from emograph.adapters.stores.oxigraph import store_folder
from emograph.config import Settings, load_settings
from emograph.engine.annotation.annotator import Annotation, Origin, Result, sha256_of
from emograph.engine.annotation.compute import Compute
from emograph.engine.annotation.rows import annotation_of
from emograph.engine.annotation.units import UNIT, Fault, Item, Listing, Unit, units_of
from emograph.errors import EmographError
from emograph.keeping import Keeper, Kept, open_observations
from emograph.kg.provenance import explanation_iri, observation_iri
from emograph.retrieving import open_index
from emograph.worker import MODULE, build

ENGINES = ("processes", "ray")
"""Where engines can run: in processes of this machine, or on the machines of a Ray cluster."""

Step = Kept | Fault
"""What became of an image; that it is kept is told when it is on disk."""

_PASSED = 256
_COPIED = 500
_PLACELESS = ("neo4j_user", "neo4j_password")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the images of a listing.

    `store` is a place such as ``disk:album``, `out` a folder or a ``.parquet`` file, `rdf` a file,
    `push` the address of a Neo4j server that is given what the store has. `workers` is how many
    engines there are, as many as cores if None; `settings` are those of `emograph.load`.
    """

    listing: Listing
    store: str | None = None
    out: Path | None = None
    rdf: Path | None = None
    push: str | None = None
    engine: str = "processes"
    workers: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def annotate_images(plan: Plan) -> Iterator[Step]:
    """Explain the images of a plan and write what came of them; a step for each, as it is written.

    What is there already, of this run or of one that was ended at any moment, is passed over. With
    `out`, the same 16 images are always seen together, so that rows are the same however often it
    was ended. Raises EmographError where the plan is none, where `out` holds annotations of other
    images or versions, or where something cannot be written.
    """
    _check(plan)
    settings = load_settings(store=plan.store, **plan.settings)
    with ExitStack() as opened:
        keeper = plan.store and opened.enter_context(open_observations(plan.store))
        compute = _compute(plan, settings)
        opened.callback(compute.close)
        if plan.out is not None:
            output = ParquetOutput(plan.out, manifest_of(plan.listing, compute.origin()))
            yield from _write(plan.listing.items, compute, output, keeper or None)
            output.finish(plan.listing.faults)
            if plan.rdf is not None:
                write_rdf(plan.rdf, graphs_of(output.documents()))
        elif keeper:
            iris: list[str] = []
            yield from _keep(plan.listing.items, compute, keeper, iris)
            if plan.rdf is not None:
                graphs = ((iri, (q.triple for q in keeper.store.quads(iri))) for iri in iris)
                write_rdf(plan.rdf, graphs)
        if plan.push is not None and keeper:
            compute.close()  # its memory is better used now
            _push(plan.push, keeper, settings)


def _check(plan: Plan) -> None:
    if plan.store is None and (plan.out is None or plan.push is not None):
        raise EmographError(
            "There is nowhere to keep what is found.",
            "Name a store, such as disk:album, or for tables alone a folder or file to write.",
        )
    if plan.store == "memory":
        raise EmographError(
            "A store in memory keeps nothing.", "Name a folder: --store disk:observations."
        )
    if plan.engine not in ENGINES:
        raise EmographError(
            f"Engines do not run on {plan.engine!r}.", f"Use one of: {', '.join(ENGINES)}."
        )
    if plan.rdf is not None:
        check_name(plan.rdf)


def _write(
    items: Sequence[Item], compute: Compute, output: ParquetOutput, keeper: Keeper | None
) -> Iterator[Step]:
    """Write a part for each unit; where there is a store, all of the unit is kept there before."""
    if output.finished:
        yield from _again(output.rows(None if keeper else ["source", "error"]), keeper)
    else:
        missing = []
        for unit in units_of(items):
            if unit.number in output:
                yield from _again(output.part(unit.number), keeper)
            else:
                missing.append(unit)
        for outcome in compute.run(missing):
            steps = keeper.keep_all(outcome.results) if keeper else _steps(outcome.results)
            yield from steps
            output.write(outcome.number, outcome.results)


def _again(rows: Iterable[Mapping[str, Any]], keeper: Keeper | None) -> Iterator[Step]:
    """The steps of rows that are there; a store that lacks them is given them."""
    for row in rows:
        if row["error"] is not None:
            yield Fault(row["source"], row["error"], "")
        elif keeper and _iri(row) not in keeper:
            yield from keeper.keep_all([annotation_of(row)])
        else:
            yield Kept(row["source"], new=False)


def _iri(row: Mapping[str, Any]) -> str:
    return observation_iri(row["sha256"], row["scheme"], dict(row["versions"]))


def _keep(
    items: Sequence[Item], compute: Compute, keeper: Keeper, iris: list[str]
) -> Iterator[Step]:
    """Keep what the store has not; the explanations' IRIs are put into `iris` in order."""
    there: dict[int, list[tuple[str, str]]] = {}
    for outcome in compute.run(_unkept(items, keeper, compute.origin(), there)):
        for name, iri in there.pop(outcome.number):
            iris.append(iri)
            yield Kept(name, new=False)
        explained = [r.document for r in outcome.results if isinstance(r, Annotation)]
        iris += map(explanation_iri, explained)
        yield from keeper.keep_all(outcome.results)


def _unkept(
    items: Sequence[Item],
    keeper: Keeper,
    origin: Origin,
    there: dict[int, list[tuple[str, str]]],
) -> Iterator[Unit]:
    """Units of images that are not kept; `there` has, by the unit's number, those that are.

    An image is known by its bytes, wherever it lies.
    """
    reader = PlaceReader()
    number, new, kept = 0, list[Item](), list[tuple[str, str]]()
    for position, item in enumerate(items, 1):
        sha256 = sha256_of(item, reader)
        iri = sha256 and observation_iri(sha256, origin.scheme, origin.versions)
        if iri and iri in keeper:
            kept.append((item.name, iri))
        else:
            new.append(item)
        if len(new) == UNIT or len(kept) == _PASSED or position == len(items):
            there[number] = kept
            yield Unit(number, tuple(new))
            number, new, kept = number + 1, [], []
    reader.close()


def _steps(results: Sequence[Result]) -> Iterator[Step]:
    for result in results:
        if isinstance(result, Annotation):
            yield Kept(result.document["image"]["source"], new=True)
        else:
            yield result


def _compute(plan: Plan, settings: Settings) -> Compute:
    given = _plain(settings)
    thumbnails = plan.store is not None
    if plan.engine == "ray":
        from emograph.adapters.compute.ray import RayData

        _refuse_memory(plan.listing.items)
        setup = {"settings": {**given, "threads": 1}, "thumbnails": thumbnails}
        return RayData(build, setup, plan.workers)
    workers = plan.workers or _useful_workers(settings, plan.listing.items)
    if workers == 1 or _in_memory(plan.listing.items):
        return Here(lambda: build({"settings": given, "thumbnails": thumbnails}))
    threads = max(1, settings.threads // workers)
    setup = {"settings": {**given, "threads": threads}, "thumbnails": thumbnails}
    return Processes(MODULE, setup, workers)


def _plain(settings: Settings) -> dict[str, Any]:
    """The settings that were given, wherever, as JSON values for `emograph.load` elsewhere."""
    given = settings.model_dump(
        mode="json", include=settings.model_fields_set - set(_PLACELESS), exclude={"lvlm_key"}
    )
    if settings.lvlm_key is not None:
        given["lvlm_key"] = settings.lvlm_key.get_secret_value()
    folder = store_folder(settings.store)
    return {**given, "store": "memory" if folder is None else f"disk:{folder.absolute()}"}


def _useful_workers(settings: Settings, items: Sequence[Item]) -> int:
    """One for each core, each with a thread: two are faster than one that has two threads.

    Models of a hub may fill a card or the memory alone, so of these there is one.
    """
    if {settings.encoder, settings.lvlm or "embedded"} != {"embedded"}:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, -(-len(items) // UNIT)))


def _in_memory(items: Sequence[Item]) -> bool:
    return any(item.place.startswith("memory:") for item in items)


def _refuse_memory(items: Sequence[Item]) -> None:
    if _in_memory(items):
        raise EmographError(
            "What lies in memory:// of this process cannot be seen from a cluster.",
            "Annotate it without Ray.",
        )


def _push(address: str, keeper: Keeper, settings: Settings) -> None:
    """Give a Neo4j server what the store has, and its index of images what the store's has."""
    from emograph.adapters.stores.bolt.graph import BoltGraph

    password = settings.neo4j_password
    user = settings.neo4j_user
    with BoltGraph(address, user, password.get_secret_value() if password else None) as server:
        server.push(keeper.store)
    if keeper.index is None:
        return
    index = open_index(address, writable=True)
    try:
        for offset in range(0, len(keeper.index), _COPIED):
            index.add(keeper.index.browse(offset, _COPIED))
    finally:
        index.close()
