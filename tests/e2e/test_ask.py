"""A person asks the knowledge in SPARQL and in Cypher, and looks through the ontology."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.slow, pytest.mark.weights]


def test_sparql_is_answered(visit: Visit) -> None:
    page = visit.go("#ask")
    box = page.get_by_label("Query in SPARQL")
    expect(box).to_have_value(re.compile("SELECT"))
    box.press("Control+Enter")
    expect(page.get_by_role("region", name="Result").get_by_role("row").nth(1)).to_be_visible()
    expect(page.locator("#ask .status")).to_have_text(re.compile(r"\d+ rows. \d+ ms."))
    page.get_by_role("link", name="How large is each graph?").click()
    expect(page.get_by_role("columnheader", name="triples")).to_be_visible()
    page.reload()
    expect(page.get_by_role("columnheader", name="triples")).to_be_visible()
    box.fill("DESCRIBE mikels:awe")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#ask pre")).to_contain_text("skos:definition")
    box.fill("ASK { mikels:awe a emo:Emotion }")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#ask .status")).to_contain_text("Yes.")


def test_a_row_of_sparql_leads_to_its_node(visit: Visit) -> None:
    page = visit.go("#ask?language=sparql&query=SELECT ?e { ?e emo:scheme scheme:mikels }")
    page.get_by_role("link", name="mikels:awe").click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("awe")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="mikels:awe")).to_be_visible()


def test_an_answer_that_is_cut_short_says_so(visit: Visit) -> None:
    page = visit.go("#ask?language=sparql&query=SELECT * { ?s ?p ?o }")
    expect(page.locator("#ask .status")).to_contain_text("cut short: only the first 10,000 rows")


def test_cypher_is_answered(visit: Visit) -> None:
    page = visit.go("#ask?language=cypher")
    box = page.get_by_label("Query in Cypher")
    expect(box).to_have_value(re.compile("MATCH"))
    # The graph is prepared for Cypher when it is first asked; a slow machine may ask twice.
    visit.expected.add(503)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#ask .waiting")).to_have_count(0, timeout=40_000)
    if page.get_by_role("alert").is_visible():
        page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("region", name="Result").get_by_role("row").nth(1)).to_be_visible()
    box.fill("MATCH (e:Emotion) WHERE e.iri ENDS WITH '/mikels/awe' RETURN e.prefLabel AS name")
    box.press("Control+Enter")
    expect(page.get_by_role("cell", name="awe")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("sparql", "SELECT nonsense"),
        ("sparql", "INSERT DATA { <urn:a> <urn:b> <urn:c> }"),
        ("cypher", "MATCH nonsense"),
        ("cypher", "CREATE (n:Thing)"),
        ("cypher", " "),
    ],
)
def test_what_is_no_question_is_told(visit: Visit, language: str, query: str) -> None:
    visit.expected |= {400, 403, 503}
    page = visit.go(f"#ask?language={language}")
    page.locator("#query").fill(query)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)


def test_the_ontology_is_browsed(visit: Visit) -> None:
    page = visit.go("#ontology")
    page.get_by_role("button", name="What is below Mikels").click()
    page.get_by_role("link", name="awe", exact=True).click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("awe")
    page.reload()
    expect(panel.get_by_role("heading", level=2)).to_have_text("awe")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="What is below EmoSet").click()
    more = page.get_by_role("button", name=re.compile("more of 955 entries"))
    below = page.locator(".below li")
    expect(below).to_have_count(50)
    more.click()
    expect(below).to_have_count(100)
    packs = page.get_by_role("region", name="Packs")
    expect(packs).to_contain_text("Disasters")
    expect(packs.get_by_text("not active").first).to_be_visible()


def test_a_concept_is_found_by_its_name(visit: Visit) -> None:
    page = visit.go("#ontology")
    page.get_by_label("Find a concept").fill("dog")
    page.get_by_role("link", name="dog", exact=True).first.click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("dog")
    page.reload()
    expect(page.get_by_label("Find a concept")).to_have_value("dog")
    panel.get_by_role("link", name="Ask for it in SPARQL").click()
    expect(page.locator("#ask pre")).to_contain_text("skos:prefLabel")
