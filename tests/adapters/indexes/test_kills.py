"""A process that is killed while it adds leaves an index that opens, and loses nothing it told."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from emograph.adapters.indexes.folder import FolderIndex
from emograph.engine.retrieval.query import Near, Query, Thing
from tests.adapters.indexes.making import ENCODER, sha, vector_of

KILLS = 20
ROOT = Path(__file__).parents[3]

# Every round adds two images and takes one away; what is told has been kept. The clusters are made
# from 60 entries on, so that kills fall into their making and writing as well.
WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from emograph.adapters.indexes.folder import FolderIndex
from emograph.engine.retrieval.query import Near, Query
from tests.adapters.indexes.making import ENCODER, entry, fact, sha, vector_of

number = int(sys.argv[2])
index = FolderIndex(Path(sys.argv[1]), writable=True, exact=60)
while True:
    number += 1
    index.add([entry(f"{kind}{number}", seed=number, cues=[fact(kind)]) for kind in "ab"])
    index.remove([sha(f"b{number - 1}")])
    print(number, flush=True)
    index.search(Query(near=(Near(vector_of(number), ENCODER, (0.0, 0.25)),)), 5)
"""


def told_before_killed(folder: Path, number: int, seconds: float) -> int:
    """The last round that a writer told of, which is killed so long after its first."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(number), str(ROOT)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    timer = threading.Timer(seconds, writer.send_signal, [signal.SIGKILL])
    timer.start()
    lines = (first + writer.stdout.read()).split()
    writer.wait()
    timer.cancel()
    return int(lines[-1])


@pytest.mark.slow
def test_kills_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(8)
    folder = tmp_path / "index"
    told = 0
    for _ in range(KILLS):
        told = told_before_killed(folder, told, chance.uniform(0.0, 1.0))
        index = FolderIndex(folder, writable=True, exact=60)
        found = {e.source.removeprefix("/photos/") for e in index.browse(0, 1_000_000)}
        rounds = {int(name[1:-4]) for name in found if name.startswith("a")}
        # A round may have been kept whose telling was cut off.
        assert rounds in (set(range(1, told + 1)), set(range(1, told + 2)))
        told = max(rounds, default=0)
        assert {int(n[1:-4]) for n in found if n.startswith("b")} <= {told - 1, told}
        if told:
            last = index.search(Query(near=(Near(vector_of(told), ENCODER, (0.0, 0.25)),)), 2)
            assert last[0].entry.sha256 in (sha(f"a{told}"), sha(f"b{told}"))
            seen = index.search(Query(seen=(Thing("b", frozenset({"urn:b"})),)), 5)
            assert 1 <= len(seen) <= 2
            # The next writer does not know of what this one had yet to take away.
            index.remove([sha(f"b{told - 1}")])
        index.close()
    assert told > 2 * KILLS
