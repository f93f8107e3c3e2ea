"""Films on the site, stepped through in a real browser, and as bare files."""

import re

import pytest
from browser import marks
from conftest import ROOT

pytestmark = marks

PAGE = "06-backpropagation-by-hand.html"
FILE = ROOT / "notes" / "figures" / "06-backward-pass.svg"


def shown(film) -> str:
    """The numbers of the frames whose parts are visible in a film."""
    return film.evaluate(
        """figure => {
          const seen = (group) => getComputedStyle(group).visibility === 'visible';
          const visible = [...figure.querySelectorAll('.frame')].filter(seen);
          const from = Math.max(...visible.map((group) => +group.dataset.from));
          return `${from}-${Math.min(...visible.map((group) => +group.dataset.to))}`;
        }"""
    )


@pytest.fixture
def film(open_page):
    return open_page(PAGE).locator("figure.film").first


def test_a_film_waits_at_its_first_frame_and_is_stepped_through_by_keyboard(film):
    page, slider, said = film.page, film.get_by_role("slider"), film.locator("[aria-live=polite]")
    last = int(slider.get_attribute("max"))
    first = said.text_content()
    assert shown(film) == "0-0" and first.startswith("How far does L move")
    film.get_by_role("button", name="Next step").focus()
    page.keyboard.press("Enter")
    assert shown(film) == "1-1" and said.text_content() != first
    page.keyboard.press("ArrowRight")
    assert shown(film) == "2-2"
    page.keyboard.press("ArrowLeft")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert shown(film) == "3-3" and slider.get_attribute("aria-valuetext") == f"step 4 of {last + 1}"
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert shown(film) == f"{last}-{last}"
    film.get_by_role("button", name="Previous step").click()
    assert shown(film) == f"{last - 1}-{last - 1}"
    assert page.complaints == []


def test_a_film_plays_by_itself_when_asked_and_pauses(open_page):
    page = open_page(PAGE)
    page.clock.install()
    page.reload()
    film = page.locator("figure.film").first
    film.get_by_role("button", name="Play").click()
    assert shown(film) == "0-0"
    page.clock.run_for(15_000)
    assert shown(film) != "0-0"
    film.get_by_role("button", name="Pause").click()
    stopped = shown(film)
    page.clock.run_for(60_000)
    assert shown(film) == stopped
    film.get_by_role("button", name="Play").click()
    page.clock.run_for(300_000)
    film.get_by_role("button", name="Play").wait_for()
    assert shown(film).partition("-")[0] == film.get_by_role("slider").get_attribute("max")


def test_another_picture_in_the_figure_is_stepped_through_at_the_same_place(film):
    for _ in range(3):
        film.get_by_role("button", name="Next step").click()
    film.evaluate(
        """(figure, svg) => {
          figure.querySelector('svg').remove();
          figure.insertAdjacentHTML('afterbegin', svg.replaceAll('L is a product', 'L is changed'));
          figure.dispatchEvent(new Event('film', { bubbles: true }));
        }""",
        FILE.read_text(encoding="utf-8"),
    )
    said = film.locator("[aria-live]")
    assert shown(film) == "3-3" and said.text_content().startswith("L is changed")
    assert said.get_attribute("aria-live") == "off"  # nobody has asked for it
    film.get_by_role("button", name="Next step").click()
    assert shown(film) == "4-4" and said.get_attribute("aria-live") == "polite"
    assert film.get_by_role("slider").count() == 1


def test_a_film_can_be_turned_to_a_frame_and_stays_in_its_bounds(film):
    turn = "(figure, at) => { figure.dataset.at = at; figure.dispatchEvent(new Event('film', { bubbles: true })); }"
    film.evaluate(turn, 2)
    assert shown(film) == "2-2"
    film.evaluate(turn, 99)
    last = int(film.get_by_role("slider").get_attribute("max"))
    film.get_by_role("button", name="Previous step").click()
    assert shown(film) == f"{last - 1}-{last - 1}"


def test_printed_a_film_shows_its_last_frame(film):
    last = film.get_by_role("slider").get_attribute("max")
    film.page.emulate_media(media="print")
    film.page.wait_for_function("document.querySelector('[aria-live=polite]').textContent.startsWith('All have run')")
    assert shown(film) == f"{last}-{last}"
    assert not film.locator(".player").is_visible()


def test_without_javascript_a_film_plays_with_its_captions(open_page):
    film = open_page(PAGE, java_script_enabled=False).locator("figure.film").first
    assert film.locator("svg").get_attribute("aria-label")
    assert film.locator("text.caption").first.is_visible()
    assert film.get_by_role("slider").count() == 0


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_as_a_bare_file_a_film_plays_and_stays_on_its_last_frame_or_shows_it_at_once(chromium, motion):
    page = chromium.new_page(reduced_motion=motion)
    page.goto(FILE.as_uri())
    root = page.locator("svg.film")
    last = max(int(k) for k in re.findall(r'data-to="(\d+)"', FILE.read_text(encoding="utf-8")))
    if motion == "no-preference":
        assert shown(root) == "0-0"
        page.evaluate("document.getAnimations().forEach(each => each.currentTime = 1e7)")
    assert shown(root) == f"{last}-{last}"
    page.close()


def test_the_films_of_a_page_fit_a_phone(open_page):
    page = open_page("07-a-neuron-by-hand.html", width=360)
    height = "(text) => text.getBoundingClientRect().height"
    assert page.locator("figure.film text", has_text="data").first.evaluate(height) >= 11
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for film in page.locator("figure.film").all():
        box = film.locator(".player").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        assert all(button.bounding_box()["height"] >= 24 for button in film.get_by_role("button").all())
