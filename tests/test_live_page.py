"""What a reader sees of the page that answers: blocks run, edited and dragged in Chromium. Where Python is not the
subject, it is played by a stand-in."""

import gzip
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import SITE, marks
from conftest import ROOT
from room import BOOK, blocks

from scripts.note.numerals import same_text

LIVE = SITE / "live"
PAGES = [path for path in ("02-a-slope", "03-several-inputs", "06-backpropagation-by-hand", "12-does-pytorch-agree")]
pytestmark = [
    *marks,
    pytest.mark.skipif(not (LIVE / "page.js").exists(), reason="no live parts in the site here: make site"),
    pytest.mark.skipif(not all((SITE / f"{page}.html").exists() for page in PAGES), reason="not the book's site here"),
]
SLOPE, GRAPH, TORCH = "02-a-slope.html", "06-backpropagation-by-hand.html", "12-does-pytorch-agree.html"
# Answers as the book does, unless the test says what a block gives (`gives`), or that every run waits (`hold`).
ROOM = """
window.shows = [];
export class Room {
  async open(progress) {
    progress("Starting Python…");
    this.book = (await (await fetch("live/book.json")).json()).notes;
  }
  async show(story, from, heard, { deadline } = {}) {
    shows.push({ story, from, deadline });
    const cells = [{}, ...this.book.flatMap((note) => note.cells)]; // a story begins with the package
    await window.hold;
    for (let index = from; index < story.length; index++) {
      const { id, code, text, skip, raises } = story[index], cell = cells[index];
      if (skip) continue;
      heard({ index, part: { kind: "start" } });
      const given = window.gives?.(code, id);
      if (given === "endless") {
        await new Promise((stopped) => (this.stop = stopped));
        return { ran: 0, at: index, stopped: "stop" };
      }
      const figures = await Promise.all((cell.figures ?? []).map(async ({ path }) => (await fetch(path)).text()));
      const done = { text, figures, raised: false, same: true, ...given, kind: "done", ms: 1 };
      if (done.raised) heard({ index, part: { kind: "error", text: done.text, line: 2, frames: [] } });
      heard({ index, part: done });
      if (done.raised && !raises) return { ran: 0, at: index, stopped: "error" };
    }
    return { ran: story.length - from };
  }
  stop() {}
}
"""


@pytest.fixture
def page_of(open_page):
    """Opens a page whose Python is a stand-in; `gives` is JavaScript that says what a block's code gives."""

    def page_of(name: str, gives: str = "undefined", **more):
        page = open_page(name, **more)
        page.route("**/live/room.js", lambda route: route.fulfill(body=ROOM, content_type="text/javascript"))
        page.route(
            "**/live/own/*",
            lambda route: route.fulfill(path=ROOT / "scripts/live" / route.request.url[-99:].split("/")[-1]),
        )
        ready(page)
        page.evaluate(f"void (window.gives = {gives})")
        return page

    return page_of


def ready(page):
    page.locator(".changes").wait_for(state="attached")


def rests(page):
    """Waits until no run is under way."""
    page.wait_for_function("document.querySelector('.changes button').hidden")


def tool(page, cell: int | str, name: str):
    """Clicks one of a block's tools."""
    block = page.locator(f'[data-cell="{cell}"]' if isinstance(cell, int) else cell)
    block.scroll_into_view_if_needed()
    block.hover()
    block.locator(".tools").get_by_text(name, exact=True).click()


def write(page, cell: int | str, text: str):
    """Types a text in the place of a block's, and runs it."""
    tool(page, cell, "edit")
    page.locator(".cm-content").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")


def number(page, cell: int, text: str):
    return page.locator(f'[data-cell="{cell}"] pre :is(.mf, .mi, .kc)', has_text=text).first


def drag(page, what, distance: int, steps: int = 4):
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 3 + distance, box["y"] + 5, steps=steps)
    page.mouse.up()


def violations(page) -> set[tuple[str, str]]:
    """What axe finds: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return {(each["id"], str(node["target"])) for each in found for node in each["nodes"]}


def bar(page) -> str:
    return page.locator(".changes p").text_content()


MOVES = [  # as it is written, steps, and then
    *[("3", 1, "4"), ("3", -4, "-1"), ("-3.0", 2, "-2.8"), ("-0.1", 2, "0.1"), ("2.5", -1, "2.4"), ("0", -1, "-1")],
    *[("0.001", 1, "0.002"), ("0.001", -1, "0.0009"), ("0.001", 9, "0.01"), ("0.05", 6, "0.2"), ("1e-5", 1, "2e-5")],
    *[("1e-5", -1, "9e-6"), ("2.5e-3", -16, "9.9e-4"), ("-1e-5", 1, "-9e-6"), ("1000", 1, "1100"), ("1337", 1, "1338")],
    *[
        ("1_000", -1, "900"),
        ("3.", 1, "4."),
        (".5", 1, "0.6"),
        ("10", 1, "11"),
        ("True", -1, "False"),
        ("False", 1, "True"),
    ],
]


def test_a_number_moves_by_how_it_is_written_and_two_texts_agree_by_the_books_rule(page_of):
    page = page_of(SLOPE)
    move = """async (moves) => {
      const { moved } = await import("./live/own/numbers.js");
      return moves.map(([text, n]) => moved(text, n));
    }"""
    assert page.evaluate(move, [move[:2] for move in MOVES]) == [then for _, _, then in MOVES]
    pairs = [
        ("a 1.0", "a 1.000000000000001"),
        ("a 1.0", "a 1.000001"),
        ("a 1.0", "b 1.0"),
        ("3", "4"),
        ("[2.0, 1e-20]", "[2.0, 2e-20]"),
    ]
    agree = """async (pairs) => {
      const { same } = await import("./live/own/result.js");
      return pairs.map(([a, b]) => same(a, b));
    }"""
    assert page.evaluate(agree, pairs)[:4] == [same_text(*pair) for pair in pairs][:4] == [True, False, False, False]


@pytest.mark.parametrize("name", [SLOPE, GRAPH, "13-neurons-layers-networks.html"])
def test_code_that_the_page_colours_has_the_same_text_and_the_same_numbers_as_the_books(page_of, name):
    found = page_of(name).evaluate("""async () => {
      const { coloured } = await import("./live/own/colour.js");
      const said = (span) => span.className + span.textContent;
      const numbers = (code) => [...code.querySelectorAll(".mf, .mi, .kc")].map(said).join(" ");
      return [...document.querySelectorAll("[data-cell] pre code")].map((book) => {
        const own = document.createElement("code");
        own.append(...coloured(book.textContent));
        return [own.textContent, numbers(own), book.textContent, numbers(book)];
      });
    }""")
    assert len(found) > 20
    for text, numbers, book, recorded in found:
        assert (text, numbers) == (book, recorded)


def test_a_block_is_run_where_it_stands_and_a_result_that_is_the_books_stays(page_of):
    page = page_of(GRAPH)
    tool(page, 2, "run")
    page.wait_for_function("window.shows?.length")
    rests(page)
    show = page.evaluate("shows[0]")
    assert show["story"][-1]["id"].endswith("#cell-2") and show["from"] == len(show["story"]) - 1
    assert page.locator(".live").count() == 0 and page.complaints == []


def test_what_is_not_the_books_is_marked_beside_it_and_one_click_gives_it_back(page_of):
    page = page_of(SLOPE, "(code) => code === 'f(3.5)' ? {text: '27.75', same: false} : undefined")
    drag(page, number(page, 2, "3.0"), 27)
    live = page.locator('[data-cell="2"] ~ .live').first
    live.locator(".new", has_text="27.75").wait_for()
    assert page.locator(".book[open] .output").first.inner_text().strip() == "20.0"
    page.locator(".changes p", has_text="is 3.5: 1 result not the book’s").wait_for()
    tool(page, 2, "the book’s")
    live.wait_for(state="detached")
    assert page.locator('[data-cell="2"] pre').inner_text().strip() == "f(3.0)"
    assert page.locator('[data-cell="2"] + .output').inner_text().strip() == "20.0"
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('changes'))") == []


def test_everything_below_a_change_is_run_once_more_and_the_latest_value_wins(page_of):
    page = page_of(GRAPH)
    page.evaluate("window.hold = new Promise((go) => (window.go = go)); void 0")
    drag(page, number(page, 1, "2.0"), 60, steps=12)
    page.wait_for_function("window.shows?.length === 1")
    page.evaluate("window.go()")
    rests(page)
    shows = page.evaluate(
        "shows.map(({story, from}) => [story.length - from, story.find(({id}) => /^06.*-1$/.test(id)).code, "
        "story.at(-1).id])"
    )
    assert len(shows) == 2 and "a = Value(3.2," in shows[1][1]
    last = page.locator("[data-cell]").last.get_attribute("data-cell")
    assert all(show[0] > 20 and show[2].endswith(f"#cell-{last}") for show in shows)


def test_a_change_survives_a_reload_and_waits_and_undo_brings_back_what_was_put_back(page_of):
    page = page_of(SLOPE)
    drag(page, number(page, 2, "3.0"), 27)
    rests(page)
    page.reload()
    ready(page)
    assert page.locator('[data-cell="2"] pre').inner_text().strip() == "f(3.5)"
    assert "Nothing of it has been run yet" in bar(page) and not page.evaluate("'shows' in window")
    page.get_by_text("put this page back").click()
    assert page.locator('[data-cell="2"] pre').inner_text().strip() == "f(3.0)"
    page.locator(".changes").get_by_text("undo", exact=True).click()
    assert page.locator('[data-cell="2"] pre').inner_text().strip() == "f(3.5)"


def test_a_change_of_another_edition_is_kept_and_not_used_and_one_of_an_earlier_note_is(page_of):
    page = page_of("03-several-inputs.html")
    changes = {
        "03-several-inputs": [{"cell": 2, "book": "of another edition", "mine": "1 / 0"}],
        "02-a-slope": [{"cell": 2, "book": "f(3.0)", "mine": "f(4.0)"}],
    }
    page.evaluate(
        "(all) => { for (const key in all) localStorage['changes in ' + key] = JSON.stringify(all[key]); }", changes
    )
    page.reload()
    ready(page)
    assert "rests on your changes in note 2" in bar(page) and "not used: 1 change" in bar(page)
    tool(page, 3, "run")
    page.wait_for_function("window.shows?.length")
    rests(page)
    codes = page.evaluate("shows[0].story.map(({code}) => code)")
    assert "f(4.0)" in codes and "f(3.0)" not in codes and "1 / 0" not in codes
    assert json.loads(page.evaluate("localStorage['changes in 03-several-inputs']")) == changes["03-several-inputs"]


def test_what_the_package_is_made_of_and_the_reader_has_changed_is_what_is_imported(page_of, reader):
    engine, page = "17-the-engine-refined", page_of("18-reading-micrograd.html")
    (cells,) = [note["cells"] for note in BOOK if note["name"] == engine]
    number, book = next(
        (n, cell["code"]) for n, cell in enumerate(cells, 1) if "title" in cell and "def tanh" in cell["code"]
    )
    changes = [{"cell": number, "book": book, "mine": book.replace("1 - t**2", "7.0")}]
    page.evaluate("([name, all]) => localStorage['changes in ' + name] = JSON.stringify(all)", [engine, changes])
    page.reload()
    ready(page)
    tool(page, 1, "run")
    page.wait_for_function("window.shows?.length")
    rests(page)
    first = page.evaluate("shows[0].story[0]")
    slope = "from micrograd.engine import Value\nx = Value(0.5)\nx.tanh().backward()\nround(x.grad, 3)"
    assert reader.results([first, *blocks(slope)])[1] == "7.0"
    assert reader.results([first | {"code": ""}, *blocks(slope)])[1] == "0.786"


def test_an_address_with_changes_shows_them_and_waits_for_a_click(page_of, server):
    page = page_of(SLOPE)
    code = "async (all) => (await import('./live/own/changes.js')).toAddress(all)"
    shared = {"02-a-slope": [{"cell": 2, "book": "f(3.0)", "mine": "f(7.0)"}, {"cell": 3, "book": 4}]}
    address = page.evaluate(code, shared)
    page.evaluate("localStorage['changes in 02-a-slope'] = JSON.stringify([{cell: 2, book: 'f(3.0)', mine: 'f(1.0)'}])")
    page.goto("about:blank")
    page.goto(server + SLOPE + address)
    ready(page)
    assert page.locator('[data-cell="2"] pre').inner_text().strip() == "f(7.0)"
    assert "This address brings changes to 1 block. Nothing of it has been run yet." in bar(page)
    page.wait_for_timeout(300)
    assert not page.evaluate("'shows' in window || document.querySelector('iframe[title=Python]')")
    page.get_by_text("run them").click()
    page.wait_for_function("window.shows?.length")
    rests(page)
    assert "f(7.0)" in page.evaluate("shows[0].story.map(({code}) => code)")
    assert "f(1.0)" in page.evaluate("localStorage['changes in 02-a-slope']")  # the reader's own are his


def test_a_covered_answer_stays_covered_until_its_own_block_is_run(page_of):
    page = page_of(SLOPE)
    cover = page.locator("details.answer:has([data-of])").first
    cell = int(cover.locator("[data-of]").first.get_attribute("data-of"))
    assert cover.get_attribute("open") is None
    drag(page, number(page, 2, "3.0"), 27)
    rests(page)
    assert cover.get_attribute("open") is None
    tool(page, cell, "run")
    page.locator("details.answer[open]").first.wait_for()


def test_what_a_block_prints_is_text_and_what_it_draws_an_image(page_of):
    text, svg = (
        "<img src=x onerror=hacked=1><b>b</b>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='parent.hacked=1'><script>hacked=1</script></svg>",
    )
    given = json.dumps({"text": text, "figures": [svg], "same": False})
    page = page_of(SLOPE, f"(code, id) => id.endsWith('02-a-slope#cell-2') ? {given} : undefined")
    tool(page, 2, "run")
    page.locator(".live figure img").wait_for()
    assert page.locator(".live .output").inner_text().strip() == text
    assert page.locator(".live figure img").get_attribute("src").startswith("data:image/svg+xml,")
    assert page.locator(".live :is(b, svg, script)").count() == 0 and not page.evaluate("'hacked' in window")


FILM = (ROOT / "notes" / "figures" / "06-backward-pass.svg").read_text(encoding="utf-8")
HARM = """<script>hacked = 1</script><style>body { display: none }</style><g onclick="hacked = 1" data-cell="1">
  <a href="javascript:hacked = 1"><text>a</text></a><image href="https://example.org/1"/><animate attributeName="x"/>
  <foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="x"></iframe></foreignObject>
  <use href="https://example.org/2#x"/><path style="fill: u\\72l(https://example.org/3)" tabindex="0"/>
  <path fill="url(https://example.org/4)"/><path style="mask: image-set('https://example.org/5')"/>
  <path filter="url(#x)" class="md-search" clip-path="url(#p)"/><h1 xmlns="http://www.w3.org/1999/xhtml">h</h1></g>"""


def test_of_a_film_the_page_takes_only_what_draws(page_of):
    bad = FILM.replace('class="film"', 'class="film" onload="hacked = 1"').replace("</svg>", f"{HARM}</svg>")
    given = json.dumps({"text": None, "figures": [bad], "same": False})
    page = page_of(GRAPH, f"(code, id) => id.endsWith('06-backpropagation-by-hand#cell-28') ? {given} : undefined")
    tool(page, 28, "run")
    page.locator(".live figure.film .player").wait_for()
    names, said = page.evaluate("""() => {
      const all = [...document.querySelectorAll(".live svg, .live svg *")];
      const said = all.flatMap((each) => [...each.attributes].map(({ name, value }) => `${name}=${value}`));
      return [[...new Set(all.map((each) => each.localName))].sort(), said];
    }""")
    assert names == ["ellipse", "g", "path", "polygon", "polyline", "svg", "text", "tspan", "use"]
    assert not [each for each in said if re.search("^on|^data-cell|^tabindex|md-search|example|^filter", each)]
    assert "clip-path=url(#p)" in said
    whole = page.locator(".book svg.film .frame *")
    assert page.locator(".live svg.film .frame *").count() == whole.count() > 100
    assert page.complaints == [] and not page.evaluate("'hacked' in window")


def frame_of(film) -> tuple[str, str]:
    """Which frame of a film is shown, and its words."""
    return film.get_attribute("data-at"), film.locator("[aria-live]").text_content()


def test_a_film_of_the_readers_goes_on_where_the_books_was_and_the_books_where_the_readers_was(page_of):
    other = json.dumps({"text": None, "figures": [FILM.replace("L is a product", "L is changed")], "same": False})
    page = page_of(GRAPH, f"(code, id) => window.other && id.endsWith('-hand#cell-28') ? {other} : undefined")
    book, live = page.locator("figure.film[data-of]").first, page.locator(".live figure.film")
    for _ in range(3):
        book.get_by_role("button", name="Next step").click()
    page.evaluate("window.other = true")
    drag(page, number(page, 1, "2.0"), 27)
    live.locator(".player").wait_for()
    assert frame_of(live)[0] == "3" and frame_of(live)[1].startswith("L is changed")
    live.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    rests(page)
    page.evaluate("window.slider = document.activeElement")
    tool(page, 28, "run")
    rests(page)
    assert frame_of(live)[0] == "4" and live.count() == 1
    assert page.evaluate("window.slider.isConnected && window.slider.getAttribute('aria-valuetext')") == "step 5 of 9"
    page.evaluate("window.other = false")
    tool(page, 1, "the book’s")
    live.wait_for(state="detached")
    assert frame_of(book)[0] == "4" and book.locator("[aria-valuetext='step 5 of 9']").count() == 1


def test_below_a_changed_graph_is_its_film_on_request(page_of):
    svg = FILM.replace('class="film"', "", 1)
    page = page_of(
        GRAPH,
        f"""(code, id) => {{
          if (id.endsWith("-hand#cell-2 as a film")) return (window.films = (window.films ?? 0) + 1, window.film(code));
          if (id.endsWith("-hand#cell-2")) return {{figures: [{json.dumps(svg)}], same: false}};
        }}""",
    )
    page.evaluate(f"window.film = (code) => ({{figures: [{json.dumps(FILM)}], code}})")
    before = violations(page)
    drag(page, number(page, 1, "2.0"), 27)
    watch = page.locator('[data-cell="2"] ~ .live details.watch').first
    watch.wait_for()
    rests(page)
    assert not page.evaluate("window.films") and watch.locator("figure").count() == 0
    watch.locator("summary").focus()
    page.keyboard.press("Enter")
    watch.locator(".player").wait_for()
    assert page.evaluate("window.films") == 1
    code, ident = page.evaluate("[shows.at(-1).story.at(-1)].flatMap(({ code, id }) => [code, id])")
    assert code.startswith("from scripts.live.watched import draw_dot\n") and code.endswith("\ndraw_dot(L)")
    assert ident.endswith("#cell-2 as a film")
    watch.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    assert frame_of(watch.locator("figure"))[0] == "1"
    assert violations(page) - before == set()
    drag(page, number(page, 1, "2.5"), 27)
    page.wait_for_function("window.films > 1")
    rests(page)
    assert frame_of(watch.locator("figure"))[0] == "1"
    page.evaluate("void (window.film = () => ({raised: true, text: 'ValueError: it has 61 boxes'}))")
    drag(page, number(page, 1, "3.0"), 27)
    watch.get_by_text("There is no film of it: it has 61 boxes.").wait_for()
    assert watch.locator("figure").count() == 0
    assert page.locator(".live .watch").count() == 1 and page.complaints == []


def test_a_list_of_numbers_has_a_curve_with_words(page_of):
    page = page_of(
        SLOPE,
        "(code, id) => id.endsWith('02-a-slope#cell-2') ? {text: 'so\\n[4, 3.5, 3, 1e1, 2]', same: false} : undefined",
    )
    tool(page, 2, "run")
    label = page.locator(".live svg.curve").get_attribute("aria-label")
    assert label == "A curve of 5 numbers, from 4 to 2; the least is 2, the greatest 10"


def test_an_error_is_shown_as_in_the_book_and_what_is_below_is_dimmed(page_of):
    page = page_of(
        SLOPE, "(code) => code === 'f(3.5)' ? {text: 'ZeroDivisionError: no', raised: true, same: false} : undefined"
    )
    drag(page, number(page, 2, "3.0"), 27)
    page.locator(".live .error", has_text="ZeroDivisionError: no").wait_for()
    page.locator(".why", has_text="In line 2. The run ends here").wait_for()
    rests(page)
    assert page.locator(".stale").count() > 5


def test_a_block_that_cannot_run_says_why_in_a_line_and_keeps_its_result(page_of):
    page = page_of(TORCH)
    tool(page, 1, "run")
    page.locator(".why", has_text="PyTorch does not run in a browser; the result is the book’s.").wait_for()
    assert not page.evaluate("'shows' in window") and page.locator(".live").count() == 0
    cells = next(
        note["cells"] for note in json.loads((LIVE / "book.json").read_text())["notes"] if note["name"][:2] == "12"
    )
    write(page, next(at for at, cell in enumerate(cells, 1) if "needs" not in cell), "1 + 1")
    page.wait_for_function("window.shows?.length")
    rests(page)
    skipped = page.evaluate("shows.at(-1).story.filter(({id}) => id.startsWith('12')).map(({skip}) => skip)")
    assert True in skipped and False in skipped


def test_what_takes_its_time_and_is_the_ground_of_nothing_runs_when_it_is_asked_for(page_of):
    book, heavy = json.loads((LIVE / "book.json").read_text()), 2
    cell = book["notes"][2]["cells"][heavy - 1]
    cell["heavy"] = True
    skipped = "(id) => shows.at(-1).story.find((block) => block.id === id).skip"
    page = page_of(SLOPE)
    page.route("**/live/book.json", lambda route: route.fulfill(json=book))
    write(page, 1, f"{book['notes'][2]['cells'][0]['code']}\nx = 1")
    page.locator(".why", has_text="This takes longer: run it").wait_for()
    rests(page)
    assert page.evaluate(skipped, cell["id"]) is True
    assert page.locator(f'.stale[data-of="{heavy}"]').count() == 1
    tool(page, heavy, "run")
    page.wait_for_function("shows.length > 1")
    rests(page)
    assert page.evaluate(skipped, cell["id"]) is False
    assert page.locator(f'.stale[data-of="{heavy}"]').count() == 0
    assert page.locator(".why", has_text="This takes longer").count() == 0


def test_a_run_that_is_stopped_says_so_and_the_next_one_goes_on(page_of):
    page = page_of(SLOPE, "(code) => code === 'while True: pass' ? 'endless' : undefined")
    write(page, 2, "while True: pass")
    page.locator('[data-cell="2"] .tools').get_by_text("stop", exact=True).wait_for()
    page.locator(".changes").get_by_text("stop", exact=True).click()
    page.locator(".why", has_text="Stopped.").wait_for()
    assert page.locator('[data-cell="2"] pre').inner_text().strip() == "while True: pass"
    write(page, 2, "f(3.0)")
    rests(page)
    assert page.locator(".why", has_text="Stopped.").count() == 0


def test_the_keyboard_reaches_the_tools_and_the_numbers_and_a_change_is_announced(page_of):
    page = page_of(SLOPE)
    page.locator('[data-cell="2"] .tools button').first.focus()
    for _ in range(2):  # past `edit`
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "numbers"
    page.keyboard.press("Enter")
    slider = page.locator('[data-cell="2"] [role=slider]')
    assert page.evaluate("document.activeElement.role") == "slider"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    assert (slider.get_attribute("aria-valuetext"), slider.get_attribute("aria-valuenow")) == ("4.1", "4.1")
    page.locator("[role=status]", has_text="is 4.1: every result is the book’s").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "run"


def test_a_finger_drags_a_number_and_the_page_does_not_jump(page_of):
    page = page_of(SLOPE, width=360, has_touch=True, is_mobile=True)
    what = number(page, 2, "3.0")
    what.scroll_into_view_if_needed()
    box, before = what.bounding_box(), page.evaluate("scrollY")
    session = page.context.new_cdp_session(page)
    for step in range(9):
        point = {"x": box["x"] + 5 + 5 * step, "y": box["y"] + 5 - 6 * step}
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [point]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("document.querySelector('[data-cell=\"2\"] pre').innerText.trim() === 'f(3.8)'")
    assert page.evaluate("scrollY") == before
    shown = page.locator(".tools button:visible, .changes button:visible")
    rests(page)
    assert all(min(box["width"], box["height"]) >= 40 for box in (each.bounding_box() for each in shown.all()))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1300), ("dark", 500)])
def test_a_changed_page_is_as_accessible_as_it_was(page_of, scheme, width):
    page = page_of(
        SLOPE,
        "(code, id) => id.endsWith('02-a-slope#cell-2') ? {text: '[1, 2, 3, 4, 5]', same: false} : undefined",
        scheme=scheme,
        width=width,
    )
    before = violations(page)
    drag(page, number(page, 2, "3.0"), 27)
    page.locator(".live").wait_for()
    rests(page)
    assert violations(page) - before == set()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pages_without_the_script_and_in_print_are_as_they_were(page_of, open_page):
    page = page_of(SLOPE)
    page.emulate_media(media="print")
    assert page.locator(".tools:visible, .changes:visible").count() == 0
    plain = open_page(SLOPE, java_script_enabled=False)
    assert plain.locator("[data-live], .tools").count() == 0
    disk = open_page(SLOPE, base=SITE.as_uri() + "/")
    disk.wait_for_function("document.querySelector('.copy')")
    assert disk.locator("[data-live], .tools").count() == 0 and disk.complaints == []


def test_no_tool_is_on_the_page_before_its_looks(page_of):
    page = page_of(SLOPE)
    page.add_init_script("""new MutationObserver((_, watching) => {
      if (!document.querySelector(".tools")) return;
      window.dressed = Boolean(document.querySelector("link[href$='live.css']")?.sheet);
      watching.disconnect();
    }).observe(document, {childList: true, subtree: true})""")
    page.reload()
    ready(page)
    assert page.evaluate("window.dressed") is True


def test_code_that_nobody_has_changed_stays_what_the_page_came_with(page_of):
    page = page_of(SLOPE)
    page.add_init_script("""addEventListener("DOMContentLoaded", () =>
      (window.came = [...document.querySelectorAll("article [data-cell] pre > code > *")]))""")
    page.reload()
    ready(page)
    assert page.evaluate("came.length && came.every((part) => part.isConnected)") is True


def test_a_first_visit_loads_ten_kilobytes_more_at_most():
    html = (SITE / SLOPE).read_text(encoding="utf-8")
    before = html.replace(' data-cell="', "\0").replace(' data-of="', "\0")
    marked = len(gzip.compress(html.encode())) - len(gzip.compress("".join(before.split("\0")).encode()))
    assert marked + sum(len(gzip.compress((LIVE / name).read_bytes())) for name in ("page.js", "live.css")) < 10_000


@pytest.mark.timeout(900)
def test_in_note_6_f_is_dragged_and_numbers_and_drawings_follow_and_a_task_of_note_2_is_done_and_remembered(open_page):
    """With Python, in the closed room."""
    page = open_page(GRAPH)
    ready(page)
    drag(page, page.locator('[data-cell="1"] pre .mf').nth(3), 27)  # f, from -2.0
    drawn = page.locator('[data-cell="2"] ~ .live img').first
    drawn.wait_for(timeout=240_000)
    svg = page.evaluate("async (address) => (await fetch(address)).text()", drawn.get_attribute("src"))
    assert ">data &#45;1.5000<" in svg and svg.count(">data &#45;6.0000<") == 2  # f; e, and L = 4 f
    page.locator("[role=status]", has_text="f is −1.5").wait_for(timeout=240_000)
    rests(page)
    watch = page.locator('[data-cell="2"] ~ .live .watch').first
    watch.locator("summary").click()
    watch.locator(".player").wait_for(timeout=240_000)
    rests(page)  # a run that is cut short leaves a word in the console
    watch.get_by_role("slider").press("End")
    for name, grad in {"a": "4.5", "d": "−1.5", "f": "4", "L": "1"}.items():
        texts = watch.locator(".now text:not(.caption)").all_text_contents()
        at = texts.index(name)
        assert f"grad {grad}" in texts[at : at + 5], (name, texts)
    tool(page, 1, "the book’s")
    page.locator(".live").first.wait_for(state="detached", timeout=240_000)
    rests(page)
    assert page.locator(".live, .stale").count() == 0
    page = open_page(SLOPE)
    ready(page)
    stub = ".turn .highlight[data-live]:not([data-cell])"
    write(page, f"{stub} >> nth=0", "def central(f, x, h=1e-5):\n    return 3")
    page.locator(".why", has_text="Not yet.").wait_for(timeout=240_000)
    page.keyboard.press("Escape")
    write(page, f"{stub} >> nth=0", "def central(f, x, h=1e-5):\n    return (f(x + h) - f(x - h)) / (2 * h)")
    page.locator(".why", has_text="Right: the checks pass").wait_for(timeout=240_000)
    page.reload()
    page.locator(".solved").wait_for()
    assert page.locator(".contents .done").inner_text().strip() == "1/2"
    assert page.complaints == []
