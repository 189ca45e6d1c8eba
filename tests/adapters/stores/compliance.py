"""What every property graph must do, whatever engine answers; `test_compliance.py` runs it on each.

A backend is added as one entry of `test_compliance.OPENERS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox
import pytest

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.property_graphs import Changes, PropertyGraph
from emograph.kg.stores import GraphStore
from tests.kg.competency import questions, same

_PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())

ANIMALS = """
<urn:animal> a emo:Concept ; skos:prefLabel "animal"@en ; emo:order 1 .
<urn:dog> a emo:Concept ; skos:prefLabel "dog"@en ; skos:altLabel "hound"@en, "cur"@en ;
  skos:broader <urn:animal> ; emo:order 2 ; emo:valence 0.5 ; <urn:x:legs> 4 ; <urn:x:tame> true .
<urn:puppy> a emo:Concept ; skos:prefLabel "puppy"@en ; skos:broader <urn:dog> ; emo:order 3 ;
  emo:valence -0.25 .
<urn:cat> a emo:Concept ; skos:prefLabel "cat"@en ; skos:broader <urn:animal> ; emo:order 4 .
"""
FEELINGS = """
<urn:joy> a emo:Emotion ; skos:prefLabel "joy"@en ; emo:valence 0.8 .
<urn:fear> a emo:Emotion ; skos:prefLabel "fear"@en ; emo:valence -0.8 .
<urn:threat> a emo:Appraisal ; skos:prefLabel "threat"@en .
<urn:a1> a emo:Association ; emo:subject <urn:dog> ; emo:emotion <urn:joy> ;
  emo:probability 0.75 ; emo:count 3 ; emo:total 4 ; dcterms:source <urn:counted> .
<urn:a2> a emo:Association ; emo:subject <urn:dog> ; emo:emotion <urn:fear> ;
  emo:probability 0.25 ; emo:count 1 ; emo:total 4 ; dcterms:source <urn:counted> .
<urn:a3> a emo:AppraisalAssociation ; emo:subject <urn:cat> ; emo:appraisal <urn:threat> ;
  emo:probability 0.5 ; emo:strength 10.0 .
<urn:a4> a emo:Association ; emo:subject <urn:threat> ; emo:emotion <urn:fear> ;
  emo:probability 0.5 ; emo:strength 20.0 .
"""
ODD = r"""
<urn:text> <urn:x:quotes> "say \"no\" to 'all' \\ `these`" ; <urn:x:lines> "a\nb\r\n\tc" ;
  <urn:x:letters> "Grüße 🌊 \u2028 日本" ; <urn:x:like> "$param {x: 1} // */ \\u0041" ;
  skos:prefLabel "text"@en, "Text"@de ; <urn:x:day> "2026-01-01"^^xsd:date ;
  <urn:x:big> 99999999999999999999 ; <urn:x:whole> -9223372036854775808 ; <urn:x:small> 1.5e-7 ;
  <urn:x:words> "b", "a" ; <urn:x:numbers> 1, 2.5 ; <urn:x:empty> "" ;
  <urn:x:part> [ a <urn:x:Part> ; <urn:x:of> [ <urn:x:named> "inner" ] ] .
<urn:order> a <urn:x:Match>, <urn:x:When> ; <urn:x:end> "end" ; <urn:x:return> <urn:text> .
<urn:b1> a emo:Association ; emo:subject <urn:text>, <urn:dog> ; emo:emotion <urn:joy> .
"""


@dataclass
class Backend:
    """A property graph, and the store of RDF that is pushed to it."""

    graph: PropertyGraph
    store: GraphStore

    def write(self, **turtle: str) -> None:
        """Set named graphs ``urn:NAME``; one given nothing is removed."""
        self.store.replace(
            {
                f"urn:{name}": [
                    quad.triple for quad in ox.parse(_PREFIXES + text, ox.RdfFormat.TURTLE)
                ]
                for name, text in turtle.items()
            }
        )

    def push(self, **turtle: str) -> Changes:
        """Write named graphs, and push the store."""
        self.write(**turtle)
        return self.graph.push(self.store)

    def ask(self, text: str, **parameters: object) -> list[tuple[Any, ...]]:
        return list(self.graph.cypher(text, parameters).rows)

    def differs(self) -> bool:
        """Whether what is pulled is another graph than what is stored."""
        sets = [ox.Dataset(self.graph.pull()), ox.Dataset(self.store.quads())]
        for quads in sets:
            quads.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        return sets[0] != sets[1]


@dataclass(frozen=True)
class Case:
    """A query of the portable subset, and the rows that every engine gives for it."""

    name: str
    text: str
    rows: list[tuple[Any, ...]]
    parameters: Mapping[str, object] = field(default_factory=dict)


CASES = (
    Case("match", "MATCH (c:Concept) RETURN c.iri ORDER BY c.iri",
         [("urn:animal",), ("urn:cat",), ("urn:dog",), ("urn:puppy",)]),
    Case("where", "MATCH (c:Concept) WHERE c.valence > 0 AND NOT c.order = 1 RETURN c.prefLabel",
         [("dog",)]),
    Case("optional match", "MATCH (c:Concept) OPTIONAL MATCH (c)-[a:ASSOCIATED_WITH]->(e:Emotion) "
         "RETURN c.prefLabel AS c, e.prefLabel AS e ORDER BY c, e",
         [("animal", None), ("cat", None), ("dog", "fear"), ("dog", "joy"), ("puppy", None)]),
    Case("with", "MATCH (c:Concept)-[a:ASSOCIATED_WITH]->() WITH c, sum(a.weight) AS total, "
         "count(*) AS n WHERE total > 0.5 RETURN c.iri, total, n", [("urn:dog", 1.0, 2)]),
    Case("unwind", "UNWIND $words AS word MATCH (c:Concept {prefLabel: word}) "
         "RETURN c.order AS o ORDER BY o", [(2,), (4,)], {"words": ["cat", "dog", "cow"]}),
    Case("variable length", "MATCH (:Concept {iri: 'urn:puppy'})-[:BROADER*1..3]->(c) "
         "RETURN c.iri ORDER BY c.iri", [("urn:animal",), ("urn:dog",)]),
    Case("from zero steps", "MATCH (:Concept {iri: 'urn:puppy'})-[:BROADER*0..1]->(c) "
         "RETURN c.iri ORDER BY c.iri", [("urn:dog",), ("urn:puppy",)]),
    Case("types in alternation", "MATCH p = (:Concept {iri: 'urn:cat'})"
         "-[:APPRAISED_AS|ASSOCIATED_WITH*1..2]->(e:Emotion) RETURN [n IN nodes(p) | n.iri], "
         "[r IN relationships(p) | type(r)], reduce(w = 1.0, r IN relationships(p) | w * r.weight)",
         [(["urn:cat", "urn:threat", "urn:fear"], ["APPRAISED_AS", "ASSOCIATED_WITH"], 0.25)]),
    Case("labels and type", "MATCH (c {iri: 'urn:cat'})-[r]->(t:Appraisal) "
         "RETURN 'Concept' IN labels(c) AS c, size(labels(t)) AS n, type(r) AS t",
         [(True, 2, "APPRAISED_AS")]),
    Case("properties of a relationship", "MATCH ()-[r:APPRAISED_AS]->() RETURN properties(r) AS p",
         [({"iri": "urn:a3", "key": "urn:a3", "graph": "urn:feelings", "weight": 0.5,
            "strength": 10.0},)]),
    Case("properties of a node", "MATCH (n:Appraisal) RETURN properties(n) AS p",
         [({"iri": "urn:threat", "graphs": ["urn:feelings"], "prefLabel": "threat"},)]),
    Case("a node", "MATCH (n:Appraisal) RETURN n",
         [({"labels": ["Appraisal", "Resource"],
            "properties": {"iri": "urn:threat", "graphs": ["urn:feelings"],
                           "prefLabel": "threat"}},)]),
    Case("a relationship", "MATCH ()-[r:APPRAISED_AS]->() RETURN r",
         [({"type": "APPRAISED_AS", "start": "urn:cat", "end": "urn:threat",
            "properties": {"iri": "urn:a3", "key": "urn:a3", "graph": "urn:feelings",
                           "weight": 0.5, "strength": 10.0}},)]),
    Case("case", "MATCH (c:Concept) RETURN c.iri AS i, CASE WHEN c.valence > 0 THEN 'good' "
         "WHEN c.valence < 0 THEN 'bad' ELSE 'none' END AS v ORDER BY i",
         [("urn:animal", "none"), ("urn:cat", "none"), ("urn:dog", "good"), ("urn:puppy", "bad")]),
    Case("in a list", "MATCH (c:Concept) WHERE c.iri IN $iris RETURN c.iri ORDER BY c.iri",
         [("urn:cat",), ("urn:dog",)], {"iris": ["urn:dog", "urn:cat", "urn:none"]}),
    Case("contains", "MATCH (c:Concept) WHERE c.prefLabel CONTAINS 'pp' OR c.prefLabel STARTS WITH "
         "'ca' RETURN c.prefLabel AS l ORDER BY l", [("cat",), ("puppy",)]),
    Case("list comprehension", "RETURN [x IN [1, 2, 3] WHERE x > 1 | x * 2] AS x", [([4, 6],)]),
    Case("pattern comprehension", "MATCH (c:Concept {iri: 'urn:cat'}) "
         "RETURN [(c)-[:BROADER]->(b) | b.prefLabel] AS l", [(["animal"],)]),
    Case("pattern as a condition", "MATCH (c:Concept) WHERE NOT (c)-[:BROADER]->() RETURN c.iri",
         [("urn:animal",)]),
    Case("map projection", "MATCH (c:Concept {iri: 'urn:cat'}) RETURN c {.prefLabel, n: 1} AS m",
         [({"prefLabel": "cat", "n": 1},)]),
    Case("any, all, none", "MATCH (c:Concept) WHERE any(l IN c.altLabel WHERE l = 'hound') "
         "AND all(l IN c.altLabel WHERE size(l) > 2) AND none(l IN c.altLabel WHERE l = 'x') "
         "RETURN c.iri", [("urn:dog",)]),
    Case("collect", "MATCH (c:Concept)-[:BROADER]->(b) WITH b, c ORDER BY c.iri "
         "RETURN b.iri AS b, collect(c.iri) AS l ORDER BY b",
         [("urn:animal", ["urn:cat", "urn:dog"]), ("urn:dog", ["urn:puppy"])]),
    Case("aggregates", "MATCH (c:Concept) RETURN count(c) AS n, sum(c.order) AS s, "
         "min(c.order) AS a, max(c.order) AS z, avg(c.valence) AS m", [(4, 10, 1, 4, 0.125)]),
    Case("union", "MATCH (c:Concept {iri: 'urn:cat'}) RETURN c.iri AS i UNION "
         "MATCH (e:Emotion {iri: 'urn:joy'}) RETURN e.iri AS i", [("urn:cat",), ("urn:joy",)]),
    Case("skip and limit", "MATCH (c:Concept) RETURN c.iri ORDER BY c.iri SKIP $skip LIMIT $limit",
         [("urn:cat",), ("urn:dog",)], {"skip": 1, "limit": 2}),
    Case("descending", "MATCH (c:Concept) RETURN c.order AS o ORDER BY o DESC LIMIT 2",
         [(4,), (3,)]),
    Case("is null", "MATCH (c:Concept) WHERE c.valence IS NULL AND c.prefLabel IS NOT NULL "
         "RETURN c.iri ORDER BY c.iri", [("urn:animal",), ("urn:cat",)]),
    Case("distinct", "MATCH (c:Concept)-[:ASSOCIATED_WITH]->() RETURN DISTINCT c.iri",
         [("urn:dog",)]),
    Case("coalesce", "MATCH (c:Concept) RETURN coalesce(c.valence, 0.0) AS v ORDER BY c.order",
         [(0.0,), (0.5,), (-0.25,), (0.0,)]),
    Case("words as names", "MATCH (`set`:Concept {iri: 'urn:cat'}) RETURN `set`.iri AS `delete`",
         [("urn:cat",)]),
    Case("three hops", "MATCH (c:Concept {iri: $iri})-[:BROADER*0..2]->(d)-[a:ASSOCIATED_WITH]->(e)"
         " RETURN e.prefLabel AS e, sum(a.weight) AS w ORDER BY w DESC",
         [("joy", 0.75), ("fear", 0.25)], {"iri": "urn:puppy"}),
)  # fmt: skip


class ComplianceTester:
    """The checks; each is given a backend whose store and graph are empty."""

    def test_rdf_comes_back_as_it_was(self, backend: Backend) -> None:
        backend.push(animals=ANIMALS, feelings=FEELINGS, odd=ODD)
        assert not backend.differs()

    def test_a_second_push_does_nothing(self, backend: Backend) -> None:
        first = backend.push(animals=ANIMALS, feelings=FEELINGS)
        assert (first.nodes, first.relationships, first.skipped) == (7, 7, 0)
        again = backend.push()
        assert again == Changes(skipped=2)
        assert backend.ask("MATCH (n:Resource) RETURN count(n)") == [(7,)]
        assert backend.ask("MATCH (:Resource)-[r]->() RETURN count(r)") == [(7,)]

    def test_a_changed_graph_is_replaced(self, backend: Backend) -> None:
        backend.push(animals=ANIMALS, feelings=FEELINGS)
        changed = ANIMALS.replace('"dog"@en', '"hound"@en').replace("<urn:cat>", "<urn:tiger>")
        done = backend.push(animals=changed)
        assert done.skipped == 1
        assert not backend.differs()
        assert backend.ask("MATCH (c:Concept) RETURN c.prefLabel ORDER BY c.order") == [
            ("animal",), ("hound",), ("puppy",), ("cat",),
        ]  # fmt: skip
        # It is an end of an association still, and nothing else.
        assert backend.ask("MATCH (c {iri: 'urn:cat'}) RETURN size(labels(c)), c.graphs") == [
            (1, None)
        ]

    def test_a_removed_graph_leaves_nothing(self, backend: Backend) -> None:
        backend.push(animals=ANIMALS, feelings=FEELINGS, odd=ODD)
        removed = backend.push(odd="", feelings="")
        assert removed.removed > 0
        assert not backend.differs()
        assert backend.ask("MATCH (n:Resource) RETURN n.iri ORDER BY n.iri") == [
            ("urn:animal",), ("urn:cat",), ("urn:dog",), ("urn:puppy",),
        ]  # fmt: skip
        backend.push(animals="")
        assert backend.ask("MATCH (n:Resource) RETURN count(n)") == [(0,)]

    def test_an_association_that_is_spoken_of_is_a_node_as_long(self, backend: Backend) -> None:
        backend.push(animals=ANIMALS, feelings=FEELINGS)
        backend.push(more="<urn:note> <urn:x:about> <urn:a1> .")
        assert not backend.differs()
        assert backend.ask("MATCH (:Resource)-[r:ABOUT]->(a:Association) RETURN a.iri") == [
            ("urn:a1",)
        ]
        assert backend.ask("MATCH ()-[r:ASSOCIATED_WITH]->() RETURN count(r)") == [(2,)]
        backend.push(more="")
        assert not backend.differs()
        assert backend.ask("MATCH ()-[r:ASSOCIATED_WITH]->() RETURN count(r)") == [(3,)]
        assert backend.ask("MATCH (n:Resource) RETURN count(n)") == [(7,)]

    def test_two_graphs_may_speak_of_one_resource(self, backend: Backend) -> None:
        backend.push(animals=ANIMALS, more=ANIMALS + "<urn:cat> emo:order 9 .")
        assert not backend.differs()
        backend.push(more="<urn:cat> a emo:Emotion .")
        assert not backend.differs()
        assert backend.ask("MATCH (c:Concept:Emotion) RETURN c.iri, c.order") == [("urn:cat", 4)]
        backend.push(more="")
        assert not backend.differs()
        assert backend.ask("MATCH (c:Emotion) RETURN count(c)") == [(0,)]

    def test_text_of_any_kind_is_kept(self, backend: Backend) -> None:
        backend.push(odd=ODD)
        assert backend.ask(
            "MATCH (t {iri: 'urn:text'}) RETURN t.quotes, t.lines, t.letters, t.like, t.empty"
        ) == [
            (
                "say \"no\" to 'all' \\ `these`", "a\nb\r\n\tc", "Grüße 🌊 \u2028 日本",
                "$param {x: 1} // */ \\u0041", "",
            )
        ]  # fmt: skip

    def test_long_text_is_kept(self, backend: Backend) -> None:
        long = "wave 🌊 " * 20_000
        backend.push(odd=f'<urn:text> skos:definition "{long}"@en .')
        assert backend.ask("MATCH (t {iri: 'urn:text'}) RETURN t.definition") == [(long,)]

    def test_lists_and_numbers_are_kept(self, backend: Backend) -> None:
        backend.push(odd=ODD, animals=ANIMALS)
        assert backend.ask(
            "MATCH (t {iri: 'urn:text'}) RETURN t.words, t.numbers, t.whole, t.small, t.big, "
            "t.day, t.prefLabel, t.prefLabel_de"
        ) == [
            (["a", "b"], [1.0, 2.5], -(2**63), 1.5e-7, "99999999999999999999", "2026-01-01",
             "text", "Text")
        ]  # fmt: skip
        assert backend.ask("MATCH (d {iri: 'urn:dog'}) RETURN d.altLabel, d.legs, d.tame") == [
            (["cur", "hound"], 4, True)
        ]

    @pytest.mark.parametrize(
        "value",
        [None, True, False, 0, -5, 2**62, 0.5, -1e-9, "", "it's \"quoted\" \\ 🌊\n", [], [1, 2],
         ["a", "b"], {"a": 1, "b": ["x", None]}, [[1], [2]]],
    )  # fmt: skip
    def test_parameters_of_any_type_come_back(self, backend: Backend, value: object) -> None:
        assert backend.ask("RETURN $value AS value", value=value) == [(value,)]

    @pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
    def test_the_portable_subset_gives_the_same_rows(self, filled: Backend, case: Case) -> None:
        assert filled.ask(case.text, **case.parameters) == case.rows

    def test_columns_are_named(self, filled: Backend) -> None:
        table = filled.graph.cypher("MATCH (c:Emotion) RETURN c.iri AS iri, 1 AS one")
        assert table.columns == ("iri", "one")
        # Where there are none, not every engine tells what their columns would be.
        assert filled.ask("MATCH (c:Nothing) RETURN c.iri AS iri") == []

    @pytest.mark.parametrize(
        "text",
        [
            "CREATE (n:Resource {iri: 'urn:new'})",
            "MERGE (n:Resource {iri: 'urn:new'}) RETURN n",
            "MATCH (n:Resource) SET n.iri = 'x'",
            "MATCH (n:Resource) SET n:New RETURN n",
            "MATCH (n:Resource) REMOVE n.iri",
            "MATCH (n:Resource) DETACH DELETE n",
            "MATCH ()-[r]->() DELETE r",
            "MATCH (n) WITH n/* */SET n.x = 1",
            "FOREACH (x IN [1] | CREATE (:New))",
            "CREATE INDEX FOR (n:Resource) ON (n.prefLabel)",
            "DROP INDEX anything",
            "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
            "CALL { CREATE (n:New) RETURN n } RETURN n",
            "CALL dbms.listConfig() YIELD name RETURN name",
            "CALL apoc.load.json('http://localhost') YIELD value RETURN value",
            "MATCH (n) \\u0053ET n.x = 1",
        ],
    )
    def test_what_would_change_something_is_refused(self, filled: Backend, text: str) -> None:
        with pytest.raises(KnowledgeError):
            filled.graph.cypher(text)
        assert not filled.differs()
        assert filled.ask("MATCH (n:Resource) RETURN count(n)") == [(7,)]

    def test_what_cannot_be_read_is_told(self, filled: Backend) -> None:
        for wrong in ("MATCH (n RETURN n", "SELECT ?s WHERE { ?s ?p ?o }", "RETURN $missing", ""):
            with pytest.raises(KnowledgeError, match="query") as told:
                filled.graph.cypher(wrong)
            assert "Traceback" not in str(told.value)
        assert filled.ask("RETURN 1 AS one") == [(1,)]

    def test_no_more_rows_are_given_than_are_wanted(self, filled: Backend) -> None:
        text = "UNWIND range(1, 100) AS x RETURN x"
        table = filled.graph.cypher(text, rows=10)
        assert [row[0] for row in table.rows] == list(range(1, 11))
        assert not table.complete
        assert filled.graph.cypher(text, rows=100).complete

    def test_a_query_that_takes_too_long_is_ended(self, filled: Backend) -> None:
        with pytest.raises(KnowledgeError, match="not answered"):
            filled.graph.cypher(
                "UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b UNWIND range(1, 5000) AS c "
                "RETURN sum(a * b + c) AS s",
                seconds=1,
            )
        assert filled.ask("RETURN 1 AS one") == [(1,)]

    @pytest.mark.parametrize("observed", [False, True], ids=["knowledge", "observations"])
    def test_competency_questions_have_their_rows(
        self, knowing: Mapping[bool, PropertyGraph], observed: bool
    ) -> None:
        graph = knowing[observed]
        wrong = {}
        for question in questions("cypher"):
            if question.observed is observed:
                table = graph.cypher(question.text, seconds=60)
                named = table.columns == question.columns or not question.rows
                if not (named and same(table.rows, question.rows)):
                    wrong[question.name] = (table.columns, table.rows[:3], question.rows[:3])
        assert not wrong
