"""How the site reads in a real browser: code, figures, answers, words, search, print, keyboard."""

import json
import re

import pytest
from browser import NOTES, PAGES, SITE, marks

pytestmark = marks

GUESSES = "06-backpropagation-by-hand.html"  # a note with guesses, figures, formulas, words of the glossary
FOUND = {  # what is searched for, and the pages among the first three
    "chain rule": {"06", "07", "10"},
    "vanishing gradient": {"07"},
    "__radd__": {"11"},
    "radd": {"11"},
    "topological order": {"09", "glossary"},
    "learning rate": {"15", "16"},
    "zero_grad": {"15", "16"},
    "closure": {"08"},
    "saturated": {"07", "glossary"},
    "two moons": {"18"},
}


def test_a_missing_page_leads_back_from_any_depth(chromium, server):
    page = chromium.new_page()
    page.route("**/site/a/**", lambda route: route.fulfill(path=SITE / "404.html", status=404))
    page.goto(server + "a/b/none.html")
    page.wait_for_selector("base", state="attached")
    page.get_by_role("link", name="first page").click()
    page.wait_for_url(server + "index.html")
    page.locator("h1").wait_for()
    page.goto(server + "a/b/none.html")
    page.wait_for_selector("base", state="attached")
    page.get_by_role("searchbox").fill("closure")
    page.get_by_role("button").click()
    page.wait_for_selector(".md-search-result__link")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_note_prints_on_white_in_full_and_without_the_site_around_it(open_page, scheme):
    page = open_page(GUESSES, scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    style = page.evaluate(
        """() => { const of = (selector) => getComputedStyle(document.querySelector(selector));
        return [of('body').backgroundColor, of('article > p:not([class])').fontSize, of('html').colorScheme] }"""
    )
    assert style == ["rgb(255, 255, 255)", "14px", "light"]  # 10.5 pt
    for gone in (".md-header", ".md-sidebar", ".md-footer", ".copy", ".always", ".headerlink"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("h1").is_visible()
    rooms = "(all) => all.map((each) => getComputedStyle(each)).map((s) => [parseInt(s.paddingBottom), s.breakInside])"
    kept = page.locator("article .highlight:not(.long):has(+ :is(.output, .error)), article summary:has(+ .highlight)")
    assert all(room > 80 and inside == "avoid" for room, inside in kept.evaluate_all(rooms))  # for what comes below
    assert page.evaluate("getComputedStyle(document.querySelector('article details')).breakInside") == "auto"
    heights = page.evaluate(
        "[...document.querySelectorAll('article details > :is(p, .highlight)')].map((each) => each.offsetHeight)"
    )
    assert len(heights) > 10 and min(heights) > 0


def test_ten_searches_find_what_explains_them_and_only_they_fetch_the_index(open_page):
    page, asked = open_page("index.html"), []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(500)
    entries = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert not [url for url in [*entries, *asked] if "search_index" in url]
    field = page.locator("[data-md-component=search-query]")
    field.click()
    for query, expected in FOUND.items():
        field.fill("")
        field.press("Shift")
        page.wait_for_selector(".md-search-result__list:empty", state="attached")
        field.fill(query)
        field.press("Shift")
        page.wait_for_selector(".md-search-result__link")
        links = [link.get_attribute("href") for link in page.locator(".md-search-result__item > a").all()]
        names = list(dict.fromkeys(re.sub(r".*/|\.html.*|(?<=\d\d)-.*", "", link) for link in links))
        assert expected <= set(names[:3]), (query, names)
    assert [url for url in asked if "search_index" in url] and page.complaints == []


def test_no_search_by_one_or_two_letters_fails(open_page):
    page, complaints = open_page("index.html"), []
    page.on("console", lambda said: complaints.append(said.text) if "Invalid query" in said.text else None)
    field = page.locator("[data-md-component=search-query]")
    field.fill("gradient")
    page.wait_for_selector(".md-search-result__link")
    for query in [*"abcdefghijklmnopqrstuvwxyz", *(a + b for a in "bcdgmnprstw" for b in "aeiou")]:
        field.fill(query)
        field.press("Shift")
        page.wait_for_timeout(60)
    assert complaints == []


def test_the_drawer_is_of_the_books_paper_and_opens_where_the_reader_is(open_page):
    page = open_page("15-gradient-descent.html", width=390)
    page.locator(".md-header label[for=__drawer]").click()
    page.wait_for_timeout(500)
    here = page.locator(".contents [aria-current]")
    assert here.is_visible() and 0 < here.bounding_box()["y"] < 850
    assert "Networks that learn" in page.locator(".contents .part > span").all_inner_texts()
    colours = "getComputedStyle(document.querySelector('.md-sidebar--primary')).backgroundColor"
    assert page.evaluate(colours) == page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.mark.parametrize(
    ("name", "kind"),
    [(GUESSES, "pre > code"), ("22-what-pytorch-does.html", "table"), ("15-gradient-descent.html", ".reel")],
)
def test_what_goes_on_beyond_a_phone_fades(open_page, name, kind):
    fades = open_page(name, width=390).evaluate(
        """(kind) => [...document.querySelectorAll(`article ${kind}`)]
        .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1)
        .map((each) => getComputedStyle(each).getPropertyValue('--fade'))""",
        kind,
    )
    assert fades and set(fades) != {"0px"}


def test_a_changed_line_is_marked_without_colours_too_and_an_unchanged_method_is_dimmed(open_page):
    page = open_page("17-the-engine-refined.html", forced_colors="active")
    style = "(line) => { const s = getComputedStyle(line); return [s.borderLeftStyle, s.borderLeftWidth] }"
    edge, width = page.locator("article .hll").first.evaluate(style)
    assert edge == "solid" and float(width.removesuffix("px")) >= 2
    page = open_page("17-the-engine-refined.html")
    colours = "(parts) => parts.slice(0, 5).map((part) => getComputedStyle(part).color)"  # at once: a page colours anew
    quiet = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--quiet')")
    old = set(page.locator("article .old span").evaluate_all(colours))
    new = set(page.locator("article .hll span").evaluate_all(colours))
    assert quiet and len(old) == 1 and not old & new


def test_code_can_be_copied_and_a_console_without_its_prompt_but_no_output(open_page):
    page = open_page(GUESSES)
    assert page.locator(".output .copy, .error .copy").count() == 0
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    block = page.locator(".highlight:not(.output, .error)").first
    seen = """(one) => {
        let seen = 1;
        for (; one; one = one.parentElement) seen *= getComputedStyle(one).opacity;
        return seen;
    }"""
    assert block.locator(".copy").evaluate(seen) == 0
    block.hover()
    block.locator(".copy").click()
    assert page.evaluate("copied") == block.locator("code").inner_text().rstrip()
    page.evaluate("document.querySelector('.highlight code').textContent = '$ make run\\nall is well\\n$ make test'")
    page.evaluate("document.querySelector('.highlight').classList.add('console')")
    block.locator(".copy").click()
    assert page.evaluate("copied") == "make run\nmake test"


def test_a_tap_shows_a_figure_large_enough_to_read_and_escape_and_back_return(open_page):
    page = open_page(GUESSES, width=360)
    figure = page.locator("a.figure").first
    figure.scroll_into_view_if_needed()
    drawn = int(figure.locator("img").get_attribute("width"))
    for leave in (lambda: page.keyboard.press("Escape"), page.go_back):
        figure.click()
        shown = page.locator("dialog.lens[open] img").bounding_box()["width"]
        assert shown >= drawn and 12 * shown / (drawn * 3 / 4) >= 11  # its letters are 12 pt of the drawing
        assert page.evaluate("(d => d.scrollWidth > d.clientWidth)(document.querySelector('dialog.lens'))")
        leave()
        page.wait_for_selector("dialog.lens:not([open])", state="attached")
        page.wait_for_timeout(100)
    assert page.url.endswith(GUESSES)


def test_a_tap_makes_the_letters_of_every_figure_large_enough():
    sizes = {
        path.name: min(map(float, re.findall(r'font(?:-size)?(?:=|:)\s?"?([\d.]+)', path.read_text(encoding="utf-8"))))
        for path in sorted((SITE / "figures").glob("*.svg"))
    }
    assert {name for name, size in sizes.items() if size * 4 / 3 * 1.25 < 11} == set()  # points, shown larger by 1.25


def test_an_answer_is_covered_until_it_is_asked_for_or_always_shown(open_page):
    page = open_page(GUESSES)
    answer = page.locator("details.answer").first
    result = answer.locator(".output, figure").first
    assert page.locator("details.answer[open]").count() == 0 and not result.is_visible()
    answer.locator("summary").click()
    result.wait_for()
    answer.locator(".always input").check()
    page.reload()
    page.wait_for_function("document.documentElement.classList.contains('js')")
    assert page.locator("details.answer:not([open])").count() == 0
    page.locator(".always input").first.uncheck()
    page.reload()
    assert page.locator("details.answer[open]").count() == 0


def test_answers_are_open_without_javascript(open_page):
    page = open_page(GUESSES, java_script_enabled=False)
    assert page.locator("details.answer").count() == page.locator("details.answer[open]").count() > 0


def test_the_first_screen_has_the_graph_a_promise_a_button_and_the_parts(open_page):
    page = open_page("index.html")
    for part in (".promise", "a.button", "article figure svg", ".parts li:last-child a"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= 900, part
    assert page.locator("article figure svg").first.locator("text", has_text="grad 6").count()
    assert not page.locator("article figure svg").first.locator("text", has_text="grad 0").count()
    page.locator("a.button").click()
    page.wait_for_url("**/" + NOTES[0])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_to_those_who_share_and_index_it(name):
    from bs4 import BeautifulSoup

    head = BeautifulSoup((SITE / name).read_text(encoding="utf-8"), "html.parser").head
    said = {tag.get("property") or tag.get("name"): tag["content"] for tag in head.select("meta[content]")}
    assert said["og:title"] in head.title.get_text() and len(said["description"]) > 30
    assert said["description"] == said["og:description"] and said["theme-color"]
    assert head.select_one("link[rel=icon]")["href"].endswith("favicon.svg")
    assert json.loads(head.select_one("script[type='application/ld+json']").get_text())["name"] == said["og:title"]


def test_no_two_notes_have_the_same_description():
    said = [re.search(r'<meta name="description" content="([^"]*)"', (SITE / name).read_text())[1] for name in NOTES]
    assert len(set(said)) == len(NOTES)


def test_the_first_tap_on_a_word_says_what_it_means_and_the_second_leads_there(open_page):
    page = open_page(GUESSES, width=390, has_touch=True)
    word = page.locator("a.term").first
    word.tap()
    page.locator(".said").wait_for()
    assert len(page.locator(".said").inner_text()) > 30
    assert word.get_attribute("aria-describedby") == "said" and page.url.endswith(GUESSES)
    page.keyboard.press("Escape")
    page.locator(".said").wait_for(state="hidden")
    word.tap()
    word.tap()
    page.wait_for_url("**/glossary.html#word-*")
    assert page.locator("dt:target").count() == 1


def test_the_place_is_remembered_and_the_first_page_leads_back(open_page):
    page = open_page(GUESSES)
    heading = page.locator("article h2").nth(3)
    page.mouse.move(600, 500)
    heading.evaluate("(h) => window.scrollTo(0, h.getBoundingClientRect().top + scrollY - 100)")
    page.wait_for_function("localStorage.getItem('place')")
    page.goto(page.url.replace(GUESSES, "index.html"))
    back = page.locator("a.continue")
    assert "Backpropagation by hand" in back.inner_text() and GUESSES in back.get_attribute("href")


def test_the_keyboard_is_in_the_text_after_ten_stops_and_by_the_skip_link_at_once(open_page):
    page = open_page(GUESSES)
    stops = 0
    while not page.evaluate("document.querySelector('article').contains(document.activeElement)"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= 10
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.md-skip')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('article').contains(document.activeElement)")


def test_a_page_hardly_moves_while_it_loads_on_a_slow_phone(open_page):
    page = open_page("index.html", width=390)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.add_init_script(
        """window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) =>
        window.shift += entry.hadRecentInput ? 0 : entry.value)).observe({ type: 'layout-shift', buffered: true })"""
    )
    for name in (GUESSES, "index.html"):
        page.goto(page.url.rsplit("/", 1)[0] + "/" + name, wait_until="networkidle")
        assert page.evaluate("shift") < 0.05, name


def test_the_theme_has_three_states(open_page):
    page = open_page("index.html", "dark")
    schemes = []
    for number in (1, 2, 0):
        schemes.append(page.evaluate("getComputedStyle(document.body).colorScheme"))
        page.locator(f"label[for=__palette_{number}]").click()
    assert schemes == ["dark", "light", "dark"]  # the system's, light, dark


def test_on_a_phone_a_wide_graph_is_legible_and_moved_aside_under_a_fade_and_the_page_is_not(open_page):
    page = open_page("08-each-operation-knows-its-rule.html", width=360)
    link = page.locator("a.figure", has=page.locator("img[src*=neuron-by-closures]"))
    link.scroll_into_view_if_needed()
    image = link.locator("img").evaluate("(image) => [image.clientWidth, Number(image.getAttribute('width'))]")
    assert 16 * image[0] / image[1] >= 9  # its letters are 12 pt of the drawing
    at_edge = "(link) => [link.scrollWidth > link.clientWidth, getComputedStyle(link).getPropertyValue('--fade')]"
    overflows, fade = link.evaluate(at_edge)
    assert overflows and fade != "0px"
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_link_of_a_heading_is_on_no_line_of_its_own_and_makes_no_page_wider(open_page):
    page = open_page("24-a-layer-in-matrices.html", width=360)
    heights = page.locator("article > :is(h2, h3):has(.headerlink)").evaluate_all(
        """(all) => all.map((heading) => {
            const before = heading.offsetHeight;
            heading.querySelector('.headerlink').remove();
            return [before, heading.offsetHeight];
        })"""
    )
    assert len(heights) > 5 and all(before == after for before, after in heights)


def test_the_gap_below_an_aside_is_that_between_paragraphs(open_page):
    page = open_page("14-a-number-to-make-small.html", width=360)
    gaps = page.locator("article > .noted:has(+ p)").evaluate_all(
        """(all) => all.map((each) => each.nextElementSibling.getBoundingClientRect().top
            - each.querySelector('.note').getBoundingClientRect().bottom)"""
    )
    assert gaps and max(gaps) <= 18.1  # 1em
