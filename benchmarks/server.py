"""How `emograph serve` bears twenty clients, how fast a slider answers, how heavy the page is.

    python benchmarks/server.py --minutes 5
    python benchmarks/server.py --minutes 5 --lvlm embedded

A server of one process is started; the clients send cuts of a few photographs, and wait as long as
a busy server tells them to. The page is weighed as a browser gets it, with all that it loads before
there is a photograph.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from explain import varied
from measuring import median_ms, print_figure, print_machine

CLIENTS = 20
PHOTOS = 40
CUE = "brightness"
"""Every photograph has it."""
BEFORE_A_PHOTO = ("api/schemes", "api/samples", "api/examples", "health")


@dataclass
class Told:
    """What the clients were answered: statuses, latencies in ms, and the server's memory in MB."""

    statuses: Counter[str] = field(default_factory=Counter)
    explained: list[float] = field(default_factory=list)
    what_if: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    last: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--lvlm", default="none")
    asked = parser.parse_args()
    print_machine()
    with TemporaryDirectory() as folder, serving(asked.lvlm) as address:
        photos = [path.read_bytes() for path in varied(Path(folder), PHOTOS)]
        print_figure("page before the photo, over the wire", weight(address) / 1000, "kB", "<= 300")
        print_figure("a slider, median of 21", slider_ms(address, photos[0]), "ms", "<= 100")
        told = asyncio.run(crowd(address, photos, 60 * asked.minutes))
    print(f"{CLIENTS} clients for {asked.minutes:g} minutes, lvlm {asked.lvlm}:")
    others = sum(n for status, n in told.statuses.items() if status not in ("200", "503"))
    print_figure("photographs explained", told.statuses["200"], "", "")
    print_figure("busy (503)", told.statuses["503"], "", "")
    print_figure("other errors", others, "", "0")
    print_figure("a photograph, median", statistics.median(told.explained), "ms", "")
    print_figure("a photograph, 95 of 100", _percentile(told.explained, 95), "ms", "")
    print_figure("a slider meanwhile, median", statistics.median(told.what_if), "ms", "<= 100")
    print_figure("a slider meanwhile, 95 of 100", _percentile(told.what_if, 95), "ms", "")
    # After a minute, or halfway through a shorter time.
    early, late = told.memory[min(60, len(told.memory) // 2)], told.memory[-1]
    print_figure("resident memory after a minute", early, "MB", "")
    print_figure("resident memory at the end", late, "MB", "")
    print_figure("its growth", 100 * (late / early - 1), "%", "<= 10")
    if others:
        print(told.statuses)


@contextmanager
def serving(lvlm: str) -> Iterator[str]:
    """A server of its own that has its models; gives its address."""
    command = (sys.executable, "-m", "emograph.cli", "serve", "--port", "0", "--store", "memory")
    server = subprocess.Popen(
        (*command, "--lvlm", lvlm), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout is not None
    try:
        found = re.match(r"Serving (\S+), ", server.stdout.readline())
        assert found is not None
        while httpx2.get(found[1] + "health").json()["engine"] == "loading":
            time.sleep(0.5)
        yield found[1]
    finally:
        server.terminate()
        server.wait(30)


def weight(address: str) -> int:
    """Bytes of bodies that a browser gets before there is a photograph, packed as they come."""
    with httpx2.Client(base_url=address) as client:

        def sent(path: str) -> tuple[int, str]:
            answer = client.get(path)
            assert answer.status_code == 200, path
            return answer.num_bytes_downloaded, answer.text

        total, page = sent("")
        waiting = re.findall(r'(?:href|src)="(static/[^"]+)"', page)
        seen = set(waiting)
        while waiting:
            size, text = sent(waiting.pop())
            total += size
            for name in re.findall(r'from "\./([^"]+)"', text):
                if f"static/{name}" not in seen:
                    seen.add(f"static/{name}")
                    waiting.append(f"static/{name}")
        samples = [f"api/samples/{row['name']}" for row in client.get("api/samples").json()]
        return total + sum(sent(path)[0] for path in (*BEFORE_A_PHOTO, *samples))


def slider_ms(address: str, photo: bytes) -> float:
    """How long a slider takes to be answered while nobody else asks for anything."""
    with httpx2.Client(base_url=address, timeout=120) as client:
        found = client.post("api/explain", files={"photo": ("photo.jpg", photo)}).json()
        asked = {"id": found["id"], "confidences": {CUE: 0.3}}
        return median_ms(lambda: client.post("api/what-if", json=asked).raise_for_status(), 21)


async def crowd(address: str, photos: list[bytes], seconds: float) -> Told:
    """Let the clients loose for a time."""
    told, end = Told(), time.monotonic() + seconds
    limits = httpx2.Limits(max_connections=CLIENTS + 2)
    async with httpx2.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        senders = (send(client, photos[n:] + photos[:n], end, told) for n in range(CLIENTS))
        await asyncio.gather(*senders, slide(client, end, told), weigh(client, end, told))
    return told


async def send(client: httpx2.AsyncClient, photos: list[bytes], end: float, told: Told) -> None:
    """One client: a photograph after the other."""
    turn = 0
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            answer = await client.post(
                "api/explain", files={"photo": ("photo.jpg", photos[turn % len(photos)])}
            )
        except httpx2.HTTPError as problem:
            told.statuses[type(problem).__name__] += 1
            continue
        told.statuses[str(answer.status_code)] += 1
        if answer.status_code == 503:
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
        elif answer.status_code == 200:
            told.explained.append(1000 * (time.monotonic() - start))
            told.last = answer.json()["id"]
            turn += 1


async def slide(client: httpx2.AsyncClient, end: float, told: Told) -> None:
    """Somebody who moves a slider twice a second, of the photograph that was explained last."""
    while time.monotonic() < end:
        await asyncio.sleep(0.5)
        if not told.last:
            continue
        start = time.monotonic()
        asked = {"id": told.last, "confidences": {CUE: 0.3}}
        answer = await client.post("api/what-if", json=asked)
        told.statuses["what-if " + str(answer.status_code)] += answer.status_code != 200
        told.what_if.append(1000 * (time.monotonic() - start))


async def weigh(client: httpx2.AsyncClient, end: float, told: Told) -> None:
    """Ask the server each second how much memory it has."""
    while time.monotonic() < end:
        text = (await client.get("metrics")).text
        found = re.search(r"^process_resident_memory_bytes (\S+)$", text, re.MULTILINE)
        assert found is not None
        told.memory.append(float(found[1]) / 1e6)
        await asyncio.sleep(1)


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main()
