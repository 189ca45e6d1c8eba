"""A person gives a photo, reads the answer, and asks what would change it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import MAX_UPLOAD, PHOTOS, Serving, Visit, Visiting

pytestmark = [pytest.mark.slow, pytest.mark.weights]


def upload(page: Page, photo: Path) -> None:
    page.locator("#photo-file").set_input_files(photo)


def shares(page: Page) -> dict[str, str]:
    """What the bars of the answer say."""
    rows = page.locator(".answer .bars li")
    names = rows.locator(".name").all_inner_texts()
    numbers = rows.locator(".number").all_inner_texts()
    return {
        name: re.split(r"→\s*", text)[-1].strip() for name, text in zip(names, numbers, strict=True)
    }


def test_an_uploaded_photo_is_explained(visit: Visit, photos: Path) -> None:
    page = visit.go()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What does a picture")
    upload(page, photos / "astronaut.png")
    expect(page.locator(".result h1")).to_have_text("Above all, excitement")
    expect(page.locator(".why p").first).to_contain_text("Most of all this image evokes")
    assert len(page.locator(".why p").all()) >= 3
    assert next(iter(shares(page))) == "excitement"
    expect(page.get_by_role("img", name="Valence")).to_be_visible()
    expect(page.get_by_role("button", name="happy: go to this cue")).to_be_visible()
    voters = page.get_by_role("region", name="Votes").get_by_role("columnheader")
    assert {"knowledge graph", "distilled classifier"} <= {
        text.split("\n")[0] for text in voters.all_inner_texts()
    }
    expect(page.get_by_text("The distilled classifier counts").last).to_be_visible()
    expect(page.get_by_text("No vote of a vision-language model was cast")).to_be_visible()
    expect(page.locator(".paths li").first).to_contain_text("Speaks for excitement")


def test_a_sample_is_explained(visit: Visit) -> None:
    page = visit.go()
    page.get_by_role("link", name="A cat").click()
    expect(page.locator(".result h1")).to_have_text("This picture evokes contentment")
    assert "sample=chelsea" in page.url
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What does a picture")


def give(page: Page, event: str, name: str) -> None:
    """Drop or paste a picture as a person would: into no field."""
    page.evaluate(
        """async ([event, name]) => {
            const blob = await (await fetch("api/samples/coffee")).blob();
            const data = new DataTransfer();
            data.items.add(new File([blob], name, { type: "image/jpeg" }));
            const given = event === "drop"
                ? new DragEvent("drop", { dataTransfer: data })
                : new ClipboardEvent("paste", { clipboardData: data });
            document.dispatchEvent(given);
        }""",
        [event, name],
    )


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_photo_can_be_dropped_or_pasted(visit: Visit, event: str) -> None:
    page = visit.go("#ontology")
    give(page, event, "mine.jpg")
    expect(page.locator(".result h1")).to_have_text("This picture evokes contentment")
    expect(page.locator("figcaption")).to_contain_text("mine.jpg")
    page.get_by_role("link", name="Find pictures like it").click()
    expect(page.locator(".hit").first).to_be_visible()
    assert "like=mine.jpg" in page.url


def test_a_region_leads_to_its_cue(visit: Visit) -> None:
    page = visit.go("#explain?sample=astronaut")
    box = page.get_by_role("button", name="happy: go to this cue")
    box.focus()
    row = page.locator("li.cue", has_text="facial expression").first
    expect(row).to_have_class(re.compile("lit"))
    box.press("Enter")
    expect(page.get_by_role("switch", name="Count “happy”").first).to_be_focused()


def test_without_a_cue_the_answer_is_another(visit: Visit) -> None:
    page = visit.go("#explain?sample=astronaut")
    toggle = page.get_by_role("switch", name="Count “happy”").first
    expect(toggle).to_be_checked()
    before = shares(page)
    toggle.click()
    expect(page.locator(".changes")).to_contain_text("1 cue changed")
    assert shares(page) != before
    expect(page).to_have_url(re.compile("without="))
    expect(page.locator("#told")).to_contain_text("becomes")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".changes")).to_be_hidden()
    expect(toggle).to_be_checked()
    assert shares(page) == before
    expect(page).not_to_have_url(re.compile("without"))


def test_a_slider_moves_the_answer(visit: Visit) -> None:
    page = visit.go("#explain?sample=astronaut")
    slider = page.get_by_role("slider", name="How surely “happy” is there").first
    before = shares(page)
    slider.focus()
    slider.press("Home")
    for _ in range(30):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "30\u00a0%")
    expect(page.locator(".changes")).to_contain_text("1 cue changed")
    expect(page.locator(".answer .bars li").first).to_contain_text("→")
    assert shares(page) != before
    expect(page).to_have_url(re.compile("sure="))
    expect(slider).to_be_focused()


def test_the_address_restores_the_answer(visit: Visit, photos: Path) -> None:
    page = visit.go()
    upload(page, photos / "coffee.png")
    expect(page.locator(".result h1")).to_be_visible()
    page.get_by_label("Scheme").select_option("ekman")
    expect(page.locator(".answer .bars")).to_contain_text("joy")
    toggle = page.get_by_role("switch").nth(1)
    toggle.click()
    expect(page.locator(".changes")).to_be_visible()
    expect(page).to_have_url(re.compile("without="))
    changed = shares(page)
    page.reload()
    expect(page.locator(".changes")).to_contain_text("1 cue changed")
    assert shares(page) == changed
    expect(page.get_by_label("Scheme")).to_have_value("ekman")


def test_another_scheme_names_other_emotions(visit: Visit) -> None:
    page = visit.go("#explain?sample=chelsea")
    for scheme, emotion in (("ekman", "joy"), ("plutchik", "serenity"), ("goemotions", "caring")):
        page.get_by_label("Scheme").select_option(scheme)
        expect(page.get_by_label("Scheme")).to_have_value(scheme)
        expect(page.locator(".answer .bars li", has_text=emotion).first).to_be_attached()
    page.go_back()
    expect(page.get_by_label("Scheme")).to_have_value("plutchik")


def test_a_node_of_the_graph_tells_of_itself(visit: Visit) -> None:
    page = visit.go("#explain?sample=astronaut")
    node = page.get_by_role("button", name="excitement, emotion")
    node.click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("excitement")
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    expect(panel).to_contain_text("Source:")
    assert "node=" in page.url
    neighbour = panel.locator(".neighbours a").first
    name = neighbour.inner_text()
    neighbour.click()
    expect(panel.get_by_role("heading", level=2)).to_have_text(name)
    page.go_back()
    expect(panel.get_by_role("heading", level=2)).to_have_text("excitement")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(node).to_be_focused()


def test_a_cue_of_the_graph_tells_of_its_concept(visit: Visit) -> None:
    page = visit.go("#explain?sample=astronaut")
    page.get_by_role("button", name="happy, cue").press("Enter")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("In this picture: “happy”, facial expression, face detector")


def test_the_answer_can_be_downloaded(visit: Visit) -> None:
    page = visit.go("#explain?sample=chelsea")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download as JSON").click()
    document = json.loads(caught.value.path().read_text("utf-8"))
    assert document["schema"] == "emograph.explanation/1"
    assert caught.value.suggested_filename == "chelsea.json"


def test_what_cannot_be_explained_is_told(visit: Visit, photos: Path, tmp_path: Path) -> None:
    visit.expected |= {400, 413, 415}
    whole = (photos / "chelsea.png").read_bytes()
    files = {
        "broken.png": whole[: len(whole) // 3],
        "words.png": b"This is no picture at all.",
        "empty.jpg": b"",
        "large.jpg": whole + b"\0" * ((MAX_UPLOAD + 1) << 20),
    }
    page = visit.go()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        upload(page, tmp_path / name)
        problem = page.get_by_role("alert")
        expect(problem).to_be_visible()
        assert problem.locator("p").inner_text().count(".") >= 2, name
        # It is no dead end: the next photo is explained.
        upload(page, photos / "coffee.png")
        expect(page.locator(".result h1")).to_be_visible()
        expect(problem).to_be_hidden()


def test_a_busy_server_is_asked_again(visit: Visit) -> None:
    visit.expected.add(503)
    busy = [True]

    def answer(route: Route) -> None:
        if busy:
            busy.pop()
            problem = json.dumps({"error": "The server is busy.", "todo": "Ask again."})
            route.fulfill(status=503, headers={"Retry-After": "1"}, body=problem)
        else:
            route.continue_()

    visit.page.route("**/api/explain*", answer)
    page = visit.go("#explain?sample=coffee")
    expect(page.locator("#explain .status")).to_contain_text("It is asked again in 1 s")
    expect(page.locator(".result h1")).to_have_text("This picture evokes contentment")


def test_a_server_that_is_gone_is_told(visiting: Visiting, serving: Serving) -> None:
    with serving("--store", "memory", models=False) as address:
        visit = visiting(address)
        page = visit.go()
        expect(page.locator(".samples img").first).to_be_visible()
    page.get_by_role("link", name="A cat").click()
    expect(page.get_by_role("alert")).to_contain_text("The server did not answer.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    visit.complaints = [text for text in visit.complaints if "ERR_CONNECTION_REFUSED" not in text]


def test_a_photo_is_kept_where_that_is_asked_for(visit: Visit, photos: Path) -> None:
    page = visit.go("#gallery")
    expect(page.locator(".hit").first).to_be_visible()
    assert "motorcycle_left.png" not in page.locator(".hit .name").all_inner_texts()
    page.get_by_role("link", name="Explain").click()
    page.get_by_label("Keep the answer in the gallery").check()
    upload(page, photos / "motorcycle_left.png")
    expect(page.locator(".result h1")).to_be_visible()
    page.get_by_role("link", name="Gallery").click()
    page.locator(".hit", has_text="motorcycle_left.png").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Take it out of the gallery").click()
    expect(page.locator(".hit", has_text="motorcycle_left.png")).to_have_count(0)
    expect(page.locator(".hit")).to_have_count(len(PHOTOS))
