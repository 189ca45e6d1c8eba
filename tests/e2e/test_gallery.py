"""A person looks through the annotated pictures and finds some among them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHOTOS, Visit

pytestmark = [pytest.mark.slow, pytest.mark.weights]


def names(page: Page) -> list[str]:
    """The pictures that are shown, in order."""
    return page.locator(".hit .name").all_inner_texts()


def test_the_gallery_shows_what_was_annotated(visit: Visit) -> None:
    page = visit.go("#gallery")
    expect(page.locator(".hit")).to_have_count(len(PHOTOS))
    assert sorted(names(page)) == sorted(PHOTOS)
    expect(page.locator(".hit img")).to_have_count(len(PHOTOS))
    page.locator(".hit", has_text="chelsea.png").click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("chelsea.png")
    expect(panel.locator(".bars li").first).to_contain_text("contentment")
    panel.get_by_role("link", name="cat", exact=False).first.click()
    expect(panel).to_contain_text("Source:")
    page.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()


def test_pictures_are_found_by_what_is_felt(visit: Visit) -> None:
    page = visit.go("#gallery")
    page.get_by_label("Which pictures?").fill("contentment")
    page.get_by_label("Which pictures?").press("Enter")
    expect(page.locator("#gallery .status")).to_contain_text("the best first")
    assert set(names(page)[:2]) == {"chelsea.png", "coffee.png"}
    expect(page.locator(".why-hit").first).to_contain_text("contentment")
    page.reload()
    expect(page.get_by_label("Which pictures?")).to_have_value("contentment")
    expect(page.locator(".why-hit").first).to_be_visible()
    page.get_by_label("Which pictures?").fill("contentment without cat")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit").first).to_contain_text("coffee.png")
    assert "chelsea.png" not in names(page)
    page.go_back()
    expect(page.locator(".hit", has_text="chelsea.png")).to_be_visible()


def test_pictures_are_found_by_words(visit: Visit) -> None:
    page = visit.go("#gallery?q=a sleeping cat")
    expect(page.locator(".hit").first).to_contain_text("chelsea.png")
    expect(page.locator(".why-hit").first).not_to_be_empty()


def test_pictures_are_found_by_a_picture(visit: Visit, photos: Path) -> None:
    page = visit.go("#gallery")
    page.locator("#like-file").set_input_files(photos / "coffee.png")
    expect(page.locator("#gallery .status")).to_contain_text("the best first")
    # The picture itself is no answer.
    expect(page.locator(".hit")).to_have_count(len(PHOTOS) - 1)
    assert "coffee.png" not in names(page)
    assert "like=coffee.png" in page.url
    page.get_by_role("link", name="Without it").click()
    expect(page.locator(".hit")).to_have_count(len(PHOTOS))


def test_a_question_that_is_not_understood_is_told(visit: Visit) -> None:
    visit.expected.add(400)
    page = visit.go("#gallery?q=awe without sproingfleebel")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Which pictures?").fill("awe")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit").first).to_be_visible()
