"""A process that is killed while it writes leaves a store that opens, and loses nothing it told."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg.stores import GraphStore

KILLS = 25
SIZE = 200
GRAPHS = ("urn:changed", "urn:rewritten", "urn:blank")

# Each round replaces three graphs at once: one of which a part changes, one that changes wholly,
# and one with blank nodes. What is told is what has been kept.
WRITER = """
import sys
import time
import pyoxigraph as ox
from emograph.adapters.stores.oxigraph import open_store

store, number = open_store(sys.argv[1]), int(sys.argv[2])
size, pause = int(sys.argv[3]), float(sys.argv[4])
p = ox.NamedNode("urn:round")
while True:
    number += 1
    fixed = [ox.Triple(ox.NamedNode(f"urn:{i}"), p, ox.Literal("fixed")) for i in range(size)]
    news = [ox.Triple(ox.NamedNode(f"urn:{i}"), p, ox.Literal(str(number))) for i in range(size)]
    store.replace({
        "urn:changed": fixed + news[:5],
        "urn:rewritten": news,
        "urn:blank": [ox.Triple(ox.BlankNode(), p, t.object) for t in news],
    })
    print(number, flush=True)
    time.sleep(pause)
"""


def rounds(store: GraphStore) -> dict[str, list[str]]:
    """The values of each graph, without what never changes."""
    return {
        graph: [str(value) for _, value in store.pairs("urn:round", graph) if value != "fixed"]
        for graph in GRAPHS
    }


def only_round(store: GraphStore) -> int:
    """The round that all graphs are wholly of; 0 before the first."""
    found = rounds(store)
    numbers = {value for values in found.values() for value in values}
    assert len(numbers) <= 1
    if not numbers:
        return 0
    assert {graph: len(values) for graph, values in found.items()} == dict(
        zip(GRAPHS, (5, SIZE, SIZE), strict=True)
    )
    return int(numbers.pop())


@pytest.mark.slow
def test_kills_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(4)
    place = f"disk:{tmp_path / 'store'}"
    reached = 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, place, str(reached), str(SIZE), "0"],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            first = child.stdout.readline()  # it has started, and works on the next round
            killing = threading.Timer(chance.uniform(0, 0.15), child.kill)
            killing.start()
            told = [first, *child.stdout]
            killing.join()
        assert child.returncode == -signal.SIGKILL
        # The kill may have come while a number was being told.
        last = max(int(line) for line in told if line.endswith("\n"))
        store = open_store(place)
        reached = only_round(store)
        assert reached in (last, last + 1)
        store.close()


@pytest.mark.slow
def test_readers_beside_a_writer_see_whole_rounds(tmp_path: Path) -> None:
    place = f"disk:{tmp_path / 'store'}"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, place, "0", str(SIZE), "0.2"],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        draining = threading.Thread(target=child.stdout.read)
        draining.start()
        seen = []
        for _ in range(15):
            reader = open_store(place, read_only=True)
            seen.append(only_round(reader))
            reader.close()
        child.kill()
        draining.join()
    assert seen == sorted(seen)
    assert seen[0] >= 1
