"""Worker processes: in order, replaced when they end, and gone with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from emograph.adapters.compute.processes import Processes
from emograph.engine.annotation.annotator import Annotation, Result
from emograph.engine.annotation.compute import Outcome
from emograph.engine.annotation.units import Fault, Item, Unit
from emograph.errors import EmographError
from tests.adapters.compute.acting import MODULE

ROOT = Path(__file__).parents[3]


@contextmanager
def processes(workers: int = 2, scheme: str = "mikels") -> Iterator[Processes]:
    compute = Processes(MODULE, {"settings": {"scheme": scheme}}, workers)
    try:
        yield compute
    finally:
        compute.close()


def units(*names: Sequence[str]) -> list[Unit]:
    return [Unit(n, tuple(Item(name, name) for name in unit)) for n, unit in enumerate(names)]


def names(outcome: Outcome) -> list[str]:
    return [_name(result) for result in outcome.results]


def _name(result: Result) -> str:
    return result.source if isinstance(result, Fault) else result.document["name"]


def test_outcomes_come_in_order_and_exactly() -> None:
    todo = units(*([f"{n}a", f"{n}b", "prints"] for n in range(20)), [])
    with processes(3) as compute:
        assert compute.origin().scheme == "mikels"
        done = list(compute.run(iter(todo)))
    assert [outcome.number for outcome in done] == list(range(21))
    assert [names(outcome) for outcome in done] == [[i.name for i in u.items] for u in todo]
    results = [result for outcome in done for result in outcome.results]
    assert all(isinstance(r, Annotation) and r.document["share"] == 0.1 + 0.2 for r in results)
    first = results[0]
    assert isinstance(first, Annotation)
    assert first.vector is not None
    assert first.vector.tobytes().hex() == "cdcccc3dcdcc4c3e"
    assert first.thumbnail == b"\xff\x00"


def test_few_units_are_taken_ahead() -> None:
    taken = 0

    def endless() -> Iterator[Unit]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield Unit(number, (Item(str(number), ""),))

    with processes(2) as compute:
        outcomes = compute.run(endless())
        for given in range(1, 5):
            next(outcomes)
            assert taken <= given + 4


def test_a_worker_that_ends_is_replaced_and_its_unit_tried_again(tmp_path: Path) -> None:
    with processes() as compute:
        done = list(compute.run(units(["a"], [f"stumbles {tmp_path / 'x'}", "b"], ["c"])))
    assert [[type(r) for r in o.results] for o in done] == [
        [Annotation],
        [Annotation, Annotation],
        [Annotation],
    ]


def test_a_unit_that_ends_two_workers_is_told_and_the_rest_goes_on() -> None:
    with processes() as compute:
        done = list(compute.run(units(["a"], ["b", "dies"], ["faulty", "c"])))
    assert [[type(r) for r in o.results] for o in done] == [
        [Annotation],
        [Fault, Fault],
        [Fault, Annotation],
    ]
    assert "Each process that explained b ended" in str(done[1].results[0])


@pytest.mark.parametrize(
    ("scheme", "told"), [("none", "no scheme"), ("dies", "ended before its models")]
)
def test_engines_that_cannot_be_built_are_told(scheme: str, told: str) -> None:
    with processes(scheme=scheme) as compute, pytest.raises(EmographError, match=told):
        compute.origin()


def test_an_error_of_a_worker_is_raised_here() -> None:
    with processes() as compute, pytest.raises(EmographError, match="server is away") as raised:
        list(compute.run(units(["a"], ["refuses"], ["b"])))
    assert raised.value.todo == "Start it."


def test_workers_end_when_it_is_closed_and_when_it_is_killed() -> None:
    with processes() as compute:
        outcomes = compute.run(units(["a"], ["b"], ["c"], ["d"], ["e"], ["f"]))
        (result,) = next(outcomes).results
        assert isinstance(result, Annotation)
        assert _runs(result.document["pid"])
    assert not _runs(result.document["pid"])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL.")
def test_workers_end_with_their_parent() -> None:
    script = (
        "from tests.adapters.compute.test_processes import processes, units\n"
        "with processes() as compute:\n"
        "    (result,) = next(compute.run(units(['a'], ['b']))).results\n"
        "    print(result.document['pid'], flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 30
    while _runs(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # one that has ended may wait for its parent to look
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
