"""The projection as a script of Cypher."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given, settings

from emograph.adapters.stores.oxigraph import OxigraphStore
from emograph.kg.projection.projecting import project
from emograph.kg.projection.script import to_cypher
from tests.adapters.stores.scripts import run_script
from tests.kg.projection.datasets import datasets


def test_a_script_says_names_and_text_safely() -> None:
    trig = r"""<urn:g> { <urn:a> a <urn:x:Match> ; <urn:x:end> "it's; \\ \n 'done'" ;
        <urn:x:least> -9223372036854775808 ; <urn:x:list> 1, 2 . }"""
    (line,) = to_cypher(project(ox.parse(trig, ox.RdfFormat.TRIG)))
    assert "SET n:`Match`;" in line
    assert r"`end`: 'it\'s; \\ \n \'done\''" in line
    assert "`least`: (-9223372036854775807 - 1)" in line
    assert "\n" not in line


@settings(max_examples=20, deadline=None)
@given(datasets)
def test_an_engine_that_runs_the_script_twice_has_the_projection(quads: set[ox.Quad]) -> None:
    store = OxigraphStore(ox.Store())
    store._store.extend(quads)
    projection = project(store.quads())
    script = list(to_cypher(projection))
    own = {node.iri: node.properties.keys() for node in projection.nodes}
    assert run_script(script + script, own) == set(store.quads())
