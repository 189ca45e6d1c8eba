"""Digests of named graphs."""

from __future__ import annotations

import time

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from emograph.kg.projection.digests import digest
from tests.kg.projection.datasets import datasets


def _read(trig: str, rename: bool = True) -> list[ox.Quad]:
    return list(ox.parse(trig, ox.RdfFormat.TRIG, rename_blank_nodes=rename))


@settings(deadline=None)
@given(datasets, st.randoms())
def test_the_order_of_quads_does_not_matter(quads: set[ox.Quad], random: object) -> None:
    shuffled = sorted(quads, key=str)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert digest(shuffled) == digest(quads)


@settings(deadline=None)
@given(datasets, datasets)
def test_other_graphs_have_other_digests(one: set[ox.Quad], other: set[ox.Quad]) -> None:
    sets = [ox.Dataset(one), ox.Dataset(other)]
    for found in sets:
        found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    if sets[0] != sets[1]:
        assert digest(one) != digest(other)


def test_blank_nodes_may_have_any_label() -> None:
    trig = """<urn:g> { <urn:a> <urn:p> [ <urn:q> [ <urn:q> "x" ] ; <urn:r> [ <urn:q> "y" ] ] . }"""
    assert digest(_read(trig)) == digest(_read(trig))
    assert digest(_read(trig)) != digest(_read(trig.replace('"y"', '"x"')))


def test_blank_nodes_that_are_alike_take_little_time() -> None:
    clique = [
        ox.Quad(ox.BlankNode(f"b{i}"), ox.NamedNode("urn:p"), ox.BlankNode(f"b{j}"))
        for i in range(12)
        for j in range(12)
        if i != j
    ]
    before = time.perf_counter()
    assert digest(clique) != digest(clique[1:])
    assert time.perf_counter() - before < 10
