"""What every index of images must do, wherever it is; `test_compliance.py` runs it on each."""

from __future__ import annotations

import numpy as np
import pytest

from emograph.engine.retrieval.index import ImageIndex
from emograph.engine.retrieval.query import Hit, Near, Query, Thing
from tests.adapters.indexes.making import ENCODER, entry, fact, sha, shares, vector_of


def names(hits: list[Hit]) -> list[str]:
    return [hit.entry.source.removeprefix("/photos/").removesuffix(".jpg") for hit in hits]


def near(vector: np.ndarray, encoder: str = ENCODER) -> Near:
    return Near(vector, encoder, (0.0, 0.25))


def thing(*labels: str) -> Thing:
    return Thing(labels[0], frozenset(f"urn:{label}" for label in labels))


class Compliance:
    """The tests; a subclass gives the fixture `index`, which is empty and can be written."""

    def test_an_entry_comes_back_as_it_was_added(self, index: ImageIndex) -> None:
        cues = (fact("dog", 0.9), fact("Ein Wort", 0.3, concept=False))
        given = entry("a", shares(awe=0.5), cues=cues, thumbnail=b"\xff\xd8jpeg\x00")
        index.add([given])
        found = index.get(sha("a"))
        assert found is not None
        assert found.cues == cues
        assert found.thumbnail == given.thumbnail
        assert (found.source, found.scheme, found.encoder) == ("/photos/a.jpg", "mikels", ENCODER)
        assert found.explanation == given.explanation
        assert list(found.emotions) == list(given.emotions)
        assert list(found.emotions.values()) == pytest.approx(list(given.emotions.values()))
        assert (found.valence, found.arousal) == (0.25, -0.5)
        assert found.vector == pytest.approx(given.vector, abs=1e-3)
        assert index.get(sha("b")) is None

    def test_the_same_image_and_scheme_are_there_once(self, index: ImageIndex) -> None:
        index.add([entry("a", shares(awe=0.9)), entry("a", shares(awe=0.1))])
        index.add([entry("a", shares(fear=0.7), cues=[fact("dog")])])
        assert len(index) == 1
        found = index.get(sha("a"))
        assert found is not None
        assert found.emotions["fear"] == pytest.approx(0.7)
        index.add([entry("a", {"joy": 0.5, "anger": 0.5}, scheme="ekman")])
        assert len(index) == 2
        assert names(index.search(Query(seen=(thing("dog"),)))) == ["a"]

    def test_entries_are_browsed_the_newest_first(self, index: ImageIndex) -> None:
        for at in range(5):
            index.add([entry(f"i{at}")])
        assert [e.source for e in index.browse(1, 2)] == ["/photos/i3.jpg", "/photos/i2.jpg"]
        assert len(index.browse()) == 5
        assert index.browse(5) == []
        assert index.explanations() == {e.explanation for e in index.browse()}

    def test_what_is_removed_is_found_no_more(self, index: ImageIndex) -> None:
        index.add([entry("a", cues=[fact("dog")]), entry("b", cues=[fact("dog")])])
        index.add([entry("a", {"joy": 1.0}, scheme="ekman", cues=[fact("dog")])])
        everything = Query(seen=(thing("dog"),))
        assert sorted(names(index.search(everything))) == ["a", "b"]
        assert index.remove([sha("a"), sha("c")]) == 2
        assert names(index.search(everything)) == ["b"]
        assert len(index) == 1
        assert index.remove([sha("a")]) == 0
        index.add([entry("a", cues=[fact("cat")])])
        assert names(index.search(Query(unseen=(thing("dog"),)))) == ["a"]

    def test_an_emotion_ranks_by_its_share(self, index: ImageIndex) -> None:
        index.add([entry(f"awe{p}", shares(awe=p / 10)) for p in (1, 9, 5)])
        hits = index.search(Query(emotions={"mikels": {"awe": 1.0}}))
        assert names(hits) == ["awe9", "awe5", "awe1"]
        assert [hit.score for hit in hits] == pytest.approx([0.9, 0.5, 0.1], abs=0.01)
        assert hits[0].why == ("awe 90\N{NO-BREAK SPACE}%",)

    def test_a_mixture_ranks_by_how_alike_it_is(self, index: ImageIndex) -> None:
        index.add(
            [
                entry("awe", shares(awe=0.9)),
                entry("both", shares(awe=0.6, fear=0.3)),
                entry("fear", shares(fear=0.9)),
                entry("none", shares()),
            ]
        )
        query = Query(emotions={"mikels": {"awe": 0.7, "fear": 0.3}})
        assert names(index.search(query))[:2] == ["both", "awe"]
        assert index.search(query, 1)[0].score > 0.8

    def test_each_scheme_is_asked_in_its_own_words(self, index: ImageIndex) -> None:
        index.add(
            [entry("m", shares(awe=0.8)), entry("e", {"joy": 0.9, "fear": 0.1}, scheme="ekman")]
        )
        query = Query(emotions={"mikels": {"awe": 1.0}, "ekman": {"joy": 1.0}})
        assert names(index.search(query)) == ["e", "m"]
        alone = index.search(Query(emotions={"mikels": {"awe": 1.0}}))
        assert names(alone)[0] == "m"

    def test_an_image_is_a_hit_once_whatever_its_schemes(self, index: ImageIndex) -> None:
        index.add([entry("a", shares(awe=0.8)), entry("a", {"joy": 1.0}, scheme="ekman")])
        query = Query(emotions={"mikels": {"awe": 1.0}, "ekman": {"joy": 1.0}})
        assert len(index.search(query)) == 1

    def test_what_is_near_comes_first(self, index: ImageIndex) -> None:
        index.add([entry(f"i{at}", seed=at) for at in range(20)])
        hits = index.search(Query(near=(near(vector_of(7)),)), 3)
        assert names(hits)[0] == "i7"
        assert hits[0].score > 0.9
        assert hits[0].why == ("the words are close (1.00)",)
        assert len(hits) == 3

    def test_vectors_of_another_encoder_are_not_compared(self, index: ImageIndex) -> None:
        index.add([entry("one", seed=1), entry("other", seed=2, encoder="encoder 2")])
        wide = np.full(4, 0.5, np.float32)
        index.add([entry("wide", vector=wide, encoder="encoder 3")])
        assert names(index.search(Query(near=(near(vector_of(2)),)), 1)) == ["one"]
        assert names(index.search(Query(near=(near(wide, "encoder 3"),)), 1)) == ["wide"]
        assert len(index.search(Query(near=(near(wide, "encoder 4"),)))) in (0, 3)

    def test_conditions_leave_out(self, index: ImageIndex) -> None:
        index.add(
            [
                entry("dog", shares(awe=0.5), cues=[fact("puppy", 0.9)]),
                entry("faint", shares(awe=0.6), cues=[fact("puppy", 0.02)]),
                entry("cat", shares(awe=0.7), cues=[fact("cat"), fact("grass", concept=False)]),
            ]
        )
        awe = {"mikels": {"awe": 1.0}}
        hits = index.search(Query(emotions=awe, seen=(thing("dog", "puppy"),)))
        assert names(hits) == ["dog"]
        assert hits[0].why[-1] == "shows: puppy"
        hits = index.search(Query(emotions=awe, unseen=(thing("dog", "puppy"),)))
        assert names(hits) == ["cat", "faint"]
        assert hits[0].why[-1] == "no dog was seen"
        assert names(index.search(Query(seen=(thing("grass"),)))) == ["cat"]
        both = Query(seen=(thing("cat"),), unseen=(Thing("grass", frozenset()),))
        assert index.search(both) == []
        near_but_not = Query(near=(near(vector_of(0)),), unseen=(thing("dog", "puppy"),))
        assert sorted(names(index.search(near_but_not))) == ["cat", "faint"]

    def test_what_shows_more_surely_comes_first(self, index: ImageIndex) -> None:
        index.add([entry(f"d{p}", cues=[fact("dog", p / 10)]) for p in (3, 9, 6)])
        assert names(index.search(Query(shows=((thing("dog"), 1.0),)))) == ["d9", "d6", "d3"]
        assert names(index.search(Query(seen=(thing("dog"),)))) == ["d9", "d6", "d3"]

    def test_the_image_that_is_asked_with_is_no_answer(self, index: ImageIndex) -> None:
        index.add([entry(f"i{at}", seed=at) for at in range(3)])
        hits = index.search(Query(near=(near(vector_of(1)),), like=sha("i1")), 2)
        assert "i1" not in names(hits)
        assert len(hits) == 2

    def test_all_together_are_weighed(self, index: ImageIndex) -> None:
        index.add(
            [
                entry("all", shares(awe=0.7), seed=1, cues=[fact("dog")]),
                entry("felt", shares(awe=0.9), seed=2),
                entry("near", shares(fear=0.9), seed=1),
            ]
        )
        query = Query(
            emotions={"mikels": {"awe": 1.0}},
            near=(near(vector_of(1)),),
            shows=((thing("dog"), 1.0),),
        )
        hits = index.search(query)
        assert names(hits)[0] == "all"
        assert hits[0].why == (
            "awe 70\N{NO-BREAK SPACE}%",
            "the words are close (1.00)",
            "shows: dog",
        )

    def test_an_empty_index_answers(self, index: ImageIndex) -> None:
        assert len(index) == 0
        assert index.search(Query(emotions={"mikels": {"awe": 1.0}}, unseen=(thing("dog"),))) == []
        assert index.search(Query(near=(near(vector_of(0)),))) == []
        assert index.browse() == []
        assert index.explanations() == frozenset()
