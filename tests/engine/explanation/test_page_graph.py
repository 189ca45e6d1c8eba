"""The drawing of the evidence graph: merged, layered, and free of overlaps."""

from __future__ import annotations

from itertools import combinations

import pytest

from emograph.engine.explanation.document import signed
from emograph.engine.explanation.evidence_graph import layout, text_width
from tests.engine.explanation.test_schema_samples import SAMPLES, path


@pytest.mark.parametrize("name", SAMPLES)
def test_boxes_do_not_overlap_and_hold_their_text(name: str) -> None:
    graph = layout(SAMPLES[name]["paths"], limit=40)
    for a, b in combinations(graph.nodes, 2):
        apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
        assert apart, (a.label, b.label)
    for node in graph.nodes:
        assert all(text_width(line) <= node.w - 26 for line in node.lines)
        assert 0 <= node.x <= node.x + node.w <= graph.width
        assert 0 <= node.y <= node.y + node.h <= graph.height


def test_a_node_that_paths_share_is_drawn_once() -> None:
    graph = layout([path("cat", "awe", 0.4, "animal"), path("dog", "awe", 0.2, "animal")])
    assert sorted(node.label for node in graph.nodes) == ["animal", "awe", "cat", "dog"]
    assert [column.title for column in graph.columns] == ["cue", "concept", "emotion"]


def test_six_columns_fit_a_desktop() -> None:
    kinds = ["cue", *["concept"] * 3, "appraisal", "emotion"]
    words = [f"{kind} {i} of some length" for i, kind in enumerate(kinds)]
    steps = [{"type": k, "id": word, "label": word} for k, word in zip(kinds, words, strict=True)]
    relations = ["is a kind of"] * (len(steps) - 1)
    graph = layout([path("cat", "awe", 0.4) | {"steps": steps, "relations": relations}])
    assert len(graph.columns) == 6
    assert graph.width <= 1072


def test_edges_show_strength_and_sign() -> None:
    low = {"probability": 0.01}
    against = [path("cat", "fear", -0.1, "pet") | low, path("dog", "fear", -0.2) | low]
    graph = layout([path("cat", "awe", 0.4, "pet"), *against])
    by_title = {edge.title: edge for edge in graph.edges}
    assert by_title["pet evokes awe (+0.40)"].sign == "for"
    assert by_title[f"pet speaks against fear ({signed(-0.1)})"].sign == "against"
    shared = by_title[f"cat is a kind of pet ({signed(-0.1)} to +0.40)"]
    assert shared.sign == "mixed"
    assert shared.width > by_title[f"dog speaks against fear ({signed(-0.2)})"].width


def test_only_the_strongest_paths_are_drawn() -> None:
    graph = layout([path(f"thing {i}", "awe", i / 10) for i in range(30)], limit=5)
    assert (graph.shown, graph.total) == (5, 30)
    assert "thing 29" in {node.label for node in graph.nodes}
    assert "thing 3" not in {node.label for node in graph.nodes}


def test_edges_lead_from_left_to_right_even_where_the_knowledge_turns_in_a_circle() -> None:
    there, back = path("a", "awe", 0.4, "b"), path("b", "awe", 0.3, "a")
    graph = layout([there, back])
    left = {(node.type, node.label): node.x for node in graph.nodes}
    assert left["cue", "a"] < min(left["concept", "a"], left["concept", "b"])
    assert max(left.values()) == left["emotion", "awe"]


def test_an_edge_that_passes_a_column_keeps_clear_of_its_boxes() -> None:
    graph = layout([path("cat", "awe", 0.4, "animal"), path("lamp", "awe", 0.3)])
    (animal,) = [node for node in graph.nodes if node.label == "animal"]
    (edge,) = [edge for edge in graph.edges if edge.title.startswith("lamp evokes")]
    passing = float(edge.path.split("H")[0].split()[-1])
    assert not animal.y <= passing <= animal.y + animal.h


def test_no_paths_make_an_empty_drawing() -> None:
    assert layout([]).nodes == ()
