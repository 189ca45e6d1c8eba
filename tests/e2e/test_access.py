"""The page is for everyone: by keyboard, screen reader or phone, in the dark, with a token."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Request, expect

from tests.e2e.conftest import Serving, Visit, Visiting

pytestmark = [pytest.mark.slow, pytest.mark.weights]

VIEWS = {
    "": ".samples img",
    "#explain?sample=astronaut&without=colorfulness": ".changes",
    "#explain?sample=chelsea&node=https://w3id.org/emograph/emotion/mikels/awe": "#panel h2",
    "#explain?photo=gone.png": "[role=alert]",
    "#gallery": ".hit img",
    "#gallery?q=awe": ".why-hit",
    "#ask?language=sparql&query=SELECT ?e { ?e emo:scheme scheme:mikels }": "#ask table",
    "#ask?language=sparql&query=nonsense": "[role=alert]",
    "#ontology?q=dog": ".packs li",
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_fault(visiting: Visiting, server: str, dark: bool) -> None:
    visit = visiting(server, dark=dark)
    visit.expected.add(400)
    found = []
    for address, there in VIEWS.items():
        page = visit.go(address)
        page.locator(there).first.wait_for()
        for fold in page.locator("section:visible details").all():
            fold.evaluate("fold => { fold.open = true; }")
        results = Axe().run(page).response
        found += [
            (address, fault["id"], fault["nodes"][0]["html"][:200])
            for fault in results["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
    assert not found


def test_nothing_is_wider_than_a_phone(visiting: Visiting, server: str) -> None:
    visit = visiting(server, phone=True)
    visit.expected.add(400)
    for address, there in VIEWS.items():
        page = visit.go(address)
        page.locator(there).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert not re.search(r"\b(undefined|null|NaN)\b", page.inner_text("main")), address


def test_the_page_is_light(visit: Visit) -> None:
    finished: list[Request] = []
    visit.page.on("requestfinished", lambda request: finished.append(request))
    page = visit.go()
    page.locator(".samples img").last.wait_for()
    page.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in finished]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert 20_000 < weight <= 300_000


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        called = page.evaluate(
            "(e => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '')"
            "(document.activeElement)"
        )
        if name in called:
            return
    pytest.fail(f"Tab does not lead to “{name}”.")


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.go()
    page.locator(".samples img").first.wait_for()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "A cat")
    page.keyboard.press("Enter")
    expect(page.locator(".result h1")).to_have_text("This picture evokes contentment")
    expect(page.locator(".result h1")).to_be_focused()
    tab_to(page, "Count")
    page.keyboard.press("Space")
    expect(page.locator(".changes")).to_contain_text("1 cue changed")
    tab_to(page, "How surely")  # of the cue that is switched off
    tab_to(page, "How surely")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".changes")).to_contain_text("2 cues changed")
    tab_to(page, "Reset", 150)
    page.keyboard.press("Enter")
    expect(page.locator(".changes")).to_be_hidden()
    tab_to(page, "contentment, emotion", 150)
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("contentment")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="contentment, emotion")).to_be_focused()


def test_a_token_is_asked_for_once(visiting: Visiting, serving: Serving) -> None:
    with serving(
        "--store", "memory", models=False, EMOGRAPH_TOKEN="a secret of the test"
    ) as address:
        visit = visiting(address)
        visit.expected.add(401)
        page = visit.go("#gallery")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        dialog.get_by_label("Token").fill("a wrong one")
        dialog.get_by_label("Token").press("Enter")
        expect(dialog.get_by_text("That was not the token.")).to_be_visible()
        dialog.get_by_label("Token").fill("a secret of the test")
        dialog.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("The gallery is empty.")).to_be_visible()
        expect(dialog).to_be_hidden()
        page.reload()
        expect(page.get_by_text("The gallery is empty.")).to_be_visible()
        expect(dialog).to_be_hidden()
        assert "secret" not in page.url
