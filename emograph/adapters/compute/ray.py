"""Annotates on the machines of a Ray cluster, by Ray Data."""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from emograph.adapters.compute import messages
from emograph.engine.annotation.annotator import Annotator, Origin, Result, lost
from emograph.engine.annotation.compute import Outcome
from emograph.engine.annotation.units import Unit
from emograph.errors import EmographError

_SHARE = 0.5
"""The part of a core that an engine asks for. It uses a whole one: what is left is where the
engines of a machine that is lost start again on the others."""
_BLOCKS = 10_000
"""Pieces that Ray is given; beyond that, a piece has several units."""
_TRIES = 3
"""How often a unit is begun before its images are taken for what ends its engines."""
_SECONDS = 10.0

Build = Callable[[Mapping[str, Any]], Annotator]


class RayData:
    """A `Compute` of engines on a cluster: that of RAY_ADDRESS, or one of this machine alone.

    `build` makes an annotator of the setup, there. A machine that is lost is made up for by others.
    """

    def __init__(self, build: Build, setup: Mapping[str, Any], workers: int | None = None) -> None:
        self._ray = _import_ray()
        self._build = build
        self._setup = messages.pack_json(dict(setup))
        self._workers = workers
        self._begun = False
        self._origin: Origin | None = None

    def origin(self) -> Origin:
        """What an engine on the cluster annotates with."""
        if self._origin is None:
            self._begin()
            told = self._ray.remote(num_cpus=1, max_retries=3)(_tell).remote(
                self._build, self._setup
            )
            self._origin = messages.origin_of(_answer(self._ray.get(told)))
        return self._origin

    def run(self, units: Iterable[Unit]) -> Iterator[Outcome]:
        """Do units on all machines; all of them are read first, for Ray shares them out."""
        origin = self.origin()
        todo = list(units)
        rows = [
            {"number": unit.number, "unit": messages.pack_unit(unit)} for unit in todo if unit.items
        ]
        found = self._results(rows) if rows else iter(())
        for unit in todo:
            if not unit.items:
                yield Outcome(unit.number, ())
                continue
            row = self._next(found)
            _check(origin, messages.origin_of(_answer(row["origin"])))
            yield Outcome(row["number"], messages.unpack_results(row["results"]))

    def close(self) -> None:
        """Leave the cluster."""
        if self._begun:
            self._ray.shutdown()
            self._begun = False

    def _next(self, found: Iterator[Any]) -> Any:
        try:
            return next(found)
        except self._ray.exceptions.RayError as problem:
            raise EmographError(
                f"The cluster gave up ({' '.join(str(problem).split())[:300]}).",
                "See its logs, mend it, and give the same command, which goes on from here.",
            ) from problem

    def _begin(self) -> None:
        if self._begun:
            return
        try:
            _knock(os.environ.get("RAY_ADDRESS", ""))
            # The address is RAY_ADDRESS, if that is set.
            self._ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        except (OSError, RuntimeError, ValueError) as problem:
            raise EmographError(
                f"The Ray cluster cannot be reached ({' '.join(str(problem).split())[:200]}).",
                "Correct RAY_ADDRESS, or unset it to use this machine alone.",
            ) from problem
        self._begun = True

    def _results(self, rows: list[dict[str, Any]]) -> Iterator[Any]:
        data = self._ray.data
        context = data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        cores = int(self._ray.cluster_resources().get("CPU", 1))
        engines = min(self._workers or cores, len(rows))
        dataset = data.from_items(rows, override_num_blocks=min(len(rows), _BLOCKS)).map(
            _Engine,
            fn_constructor_args=(self._build, self._setup, self._attempts()),
            compute=data.ActorPoolStrategy(size=engines),
            num_cpus=_SHARE,
        )
        yield from dataset.iter_rows()

    def _attempts(self) -> Any:
        """A counter beside this process, which outlives the machines that work."""
        here = self._ray.get_runtime_context().get_node_id()
        place = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(here, soft=True)
        again = {"max_restarts": -1, "max_task_retries": -1}
        actor = self._ray.remote(num_cpus=0, scheduling_strategy=place, **again)(_Attempts)
        return actor.remote()


class _Attempts:
    """How often each unit was begun: Ray tries again without end what ends its process."""

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()

    def begin(self, number: int) -> int:
        self._begun[number] += 1
        return self._begun[number]


class _Engine:
    """An engine on the cluster, in a process of its own."""

    def __init__(self, build: Build, setup: bytes, attempts: Any) -> None:
        self._attempts = attempts
        self._annotator = _built(build, setup)
        self._origin = messages.pack_json(messages.origin_json(self._annotator.origin))

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        import ray

        unit = messages.unpack_unit(row["unit"])
        origin: bytes = self._origin
        results: list[Result] = []
        if ray.get(self._attempts.begin.remote(unit.number)) > _TRIES:
            results = [lost(item.name) for item in unit.items]
        else:
            try:
                results = self._annotator.annotate(unit)
            except EmographError as error:  # told where the results are read
                origin = _refusal(error)
        packed = messages.pack_results(results)
        return {"number": unit.number, "origin": origin, "results": packed}


def _built(build: Build, setup: bytes) -> Annotator:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return build(json.loads(setup))


def _tell(build: Build, setup: bytes) -> bytes:
    """The origin of an engine, or the error that it cannot be built for."""
    try:
        return messages.pack_json(messages.origin_json(_built(build, setup).origin))
    except EmographError as error:
        return _refusal(error)


def _refusal(error: EmographError) -> bytes:
    return messages.pack_json({"error": [error.what, error.todo]})


def _answer(message: bytes) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(message)
    if "error" in values:
        raise EmographError(*values["error"])
    return values


def _check(origin: Origin, other: Origin) -> None:
    if origin != other:
        raise EmographError(
            "A machine of the cluster has another version of models or knowledge than the first.",
            "Install the same everywhere, with the store in a folder that all machines see.",
        )


def _knock(address: str) -> None:
    """Raise OSError where nothing answers at HOST:PORT: Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS).close()


def _import_ray() -> Any:
    # Ray tells its makers of its use unless it is told not to.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
        import ray.data
        import ray.util.scheduling_strategies
    except ImportError as problem:
        raise EmographError(
            "Annotating on a cluster needs Ray, which is not installed.",
            "Run `pip install 'emograph[ray]'`.",
        ) from problem
    return ray
