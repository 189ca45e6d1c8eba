"""`emograph serve` as people use it: a process of its own, and a client that knows SPARQL."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

AWE = URIRef("https://w3id.org/emograph/emotion/mikels/awe")
NOTE, GRAPH = URIRef("urn:note"), URIRef("urn:graph")

Run = Callable[..., int | str | None]


@contextmanager
def serving(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "emograph.cli", "serve", "--port", "0", *words]
    server = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "EMOGRAPH_PACKS": "[]"},
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.match(r"Serving (http://\S+/), ", line)
        assert found, line + server.communicate()[1]
        yield found[1], server
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving("--store", "memory") as (address, _):
        yield address


@pytest.fixture(scope="module")
def remote(address: str) -> Graph:
    return Graph(store=SPARQLStore(address + "sparql", returnFormat="json"))


def test_rdflib_reads_the_graph(remote: Graph) -> None:
    assert (AWE, SKOS.prefLabel, Literal("awe", lang="en")) in remote
    assert remote.value(AWE, SKOS.prefLabel) == Literal("awe", lang="en")


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rdflib_understands_every_format(address: str, form: str) -> None:
    remote = Graph(store=SPARQLStore(address + "sparql", returnFormat=form))
    rows = list(remote.query("SELECT ?l WHERE { mikels:awe skos:prefLabel ?l }"))
    assert [str(row[0]) for row in rows] == ["awe"]  # type: ignore[index]


def test_rdflib_constructs_from_it(address: str) -> None:
    remote = Graph(store=SPARQLStore(address + "sparql", returnFormat="xml"))
    built = remote.query("CONSTRUCT WHERE { ?s skos:prefLabel ?l } LIMIT 5")
    assert built.graph is not None
    assert len(built.graph) == 5


def test_a_graph_can_be_parsed_from_its_address(address: str) -> None:
    (name, *_) = httpx2.get(address + "graphs").json()["graphs"]
    whole = Graph().parse(str(httpx2.URL(address + "graphs", params={"graph": name})))
    assert len(whole) > 100


def test_many_are_answered_at_once(address: str) -> None:
    async def ask_all() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
            query = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 50"
            asked = (client.get("sparql", params={"query": query}) for _ in range(24))
            return await asyncio.gather(*asked, client.get("graphs?default"))

    assert {answer.status_code for answer in asyncio.run(ask_all())} == {200}


def test_another_name_of_the_machine_is_not_answered(address: str) -> None:
    answer = httpx2.get(address + "health", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


def test_updates_are_kept_where_they_are_allowed(tmp_path: Path) -> None:
    store = f"disk:{tmp_path / 'store'}"
    with serving("--store", store, "--writable") as (address, _):
        remote = Dataset(store=SPARQLUpdateStore(address + "sparql", address + "update"))
        remote.graph(GRAPH).add((NOTE, SKOS.note, Literal('two\nlines, "said"', lang="en")))
    with serving("--store", store) as (address, _):
        reader = Graph(store=SPARQLStore(address + "sparql"))
        assert reader.value(NOTE, SKOS.note) == Literal('two\nlines, "said"', lang="en")
        refused = httpx2.post(address + "update", data={"update": "CLEAR ALL"})
        assert refused.status_code == 403


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process.")
def test_it_ends_on_ctrl_c_without_a_traceback() -> None:
    with serving("--store", "memory") as (_, server):
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=30)
    assert "Traceback" not in told


def test_a_taken_port_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run("serve", "--store", "memory", "--port", port) == 2
    told = capsys.readouterr().err
    assert f"port {port}" in told
    assert "--port" in told


def test_a_store_that_is_none_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("serve", "--store", "nowhere", "--port", 0) == 2
    assert "nowhere" in capsys.readouterr().err


def test_the_command_line_does_not_import_the_server() -> None:
    code = "import sys, emograph.cli; sys.exit(bool({'fastapi', 'uvicorn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
