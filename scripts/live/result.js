// What a block gave, in the place of the book's result, which then stands beside it.
import { isFilm, show, turn } from "./films.js";
import { made } from "./made.js";

const MOST = 50_000; // letters of a text that are shown
const NUMBER = /(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)/g;

// Whether two texts agree by the book's rule: their words exactly, their numbers as numbers.
export function same(a, b) {
  if (a === b || a.replace(NUMBER, "#") !== b.replace(NUMBER, "#")) return a === b;
  const others = b.match(NUMBER) ?? [];
  return (a.match(NUMBER) ?? []).every((x, i) => x === others[i] || (/[.e]/i.test(x) && /[.e]/i.test(others[i])
    && Math.abs(x - others[i]) <= Math.max(1e-12, 1e-9 * Math.max(Math.abs(x), Math.abs(others[i])))));
}

export class Result {
  // `figures` are the book's, {path, alt} each; watch() asks for the film of a graph, of which filmed() then hears.
  constructor(block, figures, watch) {
    Object.assign(this, { block, figures, films: [], unwatched: false });
    this.recorded = block.recorded.filter((node) => node.matches("figure"));
    this.lines = block.recorded.flatMap((node) => node.querySelector("pre code")?.textContent.trimEnd().split("\n") ?? []);
    this.live = made("div", { className: "live" });
    this.book = made("details", { className: "book" }, made("summary", { textContent: "in the book" }));
    const opened = () => { if ((this.unwatched = this.watch.open)) watch(); };
    this.watch = made("details", { className: "watch", ontoggle: opened }, made("summary", { textContent: "Watch the backward pass" }));
    this.film = made("figure", { className: "film" });
  }

  begin() {
    this.now = { text: "", figures: [] };
    this.block.say("");
  }

  // Takes in what the room tells; whether there is something to paint.
  hear(part) {
    if (part.kind === "figure") this.now.figures.push(part.text);
    else if (part.kind === "done") Object.assign(this.now, { ...part, text: part.text ?? "" });
    else if ("text" in part) this.now.text += part.text;
    if (part.kind === "error") Object.assign(this.now, { raised: true, line: part.line });
    this.unwatched ||= part.kind === "done" && this.watch.open;
    return part.kind !== "start";
  }

  async paint() {
    const now = this.now, { text, figures, kind, raised, same: said } = now, done = kind === "done";
    if (done && said && (await this.#drawnAlike(figures))) return now === this.now && this.restore();
    const labels = figures.map((_, at) => (this.figures[at] ? `Drawn with your changes; in the book: ${this.figures[at].alt}` : "Drawn by your code"));
    const drawn = await Promise.all(figures.map((svg, at) => (isFilm(svg) ? this.#film(at) : drawing(svg, labels[at]))));
    if (now !== this.now || kind !== now.kind) return; // it has gone on meanwhile
    const code = made("code", {}, ...this.#marked(text.trimEnd()));
    const block = text && made("div", { className: `highlight ${raised ? "error" : "output"}` }, made("pre", {}, code));
    const nothing = done && !text && !drawn.length && made("p", { className: "why", textContent: "Nothing comes out now." });
    const graph = done && !raised && figures.length === 1 && !isFilm(figures[0]) && /\bdraw_dot\(/.test(this.block.text);
    put(this.live, [block, curve(text), ...drawn, nothing, graph && this.watch].filter(Boolean));
    this.#stand();
    figures.forEach((svg, at) => isFilm(svg) && show(svg, drawn[at], labels[at]));
    if (this.film.firstChild) turn(this.film, this.film.dataset.at); // it may have come before there was a place for it
    if (code.scrollWidth > code.clientWidth) code.tabIndex = 0; // so that keys can scroll it
  }

  // The book's result folds up beside the reader's; a short one stays open.
  #stand() {
    this.block.stale(false);
    if (this.live.isConnected) return;
    this.block.end.before(this.live, ...(this.block.recorded.length ? [this.book] : []));
    this.book.append(...this.block.recorded);
    this.book.open = !this.figures.length && this.lines.length <= 4;
  }

  restore() {
    this.block.stale(false);
    if (!this.live.isConnected) return;
    this.block.end.before(...this.block.recorded);
    this.films.forEach((film, at) => film.isConnected && this.recorded[at]?.matches(".film") && turn(this.recorded[at], film.dataset.at));
    this.live.remove();
    this.book.remove();
  }

  // The figure of a film stays when another film comes; a new one goes on where the book's has been left.
  #film(at) {
    const figure = (this.films[at] ??= made("figure", { className: "film" }));
    if (!figure.isConnected) figure.dataset.at = this.recorded[at]?.dataset.at ?? 0;
    return figure;
  }

  // The film of the graph's backward pass, or why there is none.
  filmed(svg, words) {
    put(this.watch, [this.watch.firstChild, svg ? this.film : made("p", { className: "why", textContent: words })]);
    if (svg) show(svg, this.film, "The backward pass through your graph");
  }

  // A text's lines, those marked that are not the book's.
  #marked(text) {
    if (text.length > MOST) text = `${text.slice(0, MOST)}\n… and ${text.length - MOST} letters more`;
    const own = (line, at) => this.lines.length && !same(line, this.lines[at] ?? "");
    return text.split("\n").map((line, at) => (own(line, at) ? made("span", { className: "new", textContent: `${line}\n` }) : `${line}\n`));
  }

  async #drawnAlike(figures) {
    if (figures.length !== this.figures.length) return false;
    this.drawn ??= Promise.all(this.figures.map(async ({ path }) => (await fetch(path)).text()));
    const plain = (svg) => svg.replace(/<!--[^]*?-->\n?/g, "").trim();
    return (await this.drawn).every((svg, at) => same(plain(svg), plain(figures[at])));
  }
}

// Puts these nodes into an element, and leaves those in their place that are there.
function put(element, nodes) {
  for (const old of [...element.childNodes]) if (!nodes.includes(old)) old.remove();
  nodes.forEach((node, at) => node === element.childNodes[at] || element.insertBefore(node, element.childNodes[at] ?? null));
}

// An SVG from the room, as an image, in which no script runs; nor does one where its address is opened.
async function drawing(svg, alt) {
  const image = Object.assign(new Image(), { className: "figure", alt, src: `data:image/svg+xml,${encodeURIComponent(svg)}` });
  await image.decode().catch(() => {});
  if (svg.includes('class="graph"')) image.style.setProperty("--own", `${image.naturalWidth}px`); // see a.figure in book.css
  return made("figure", {}, made("div", { className: "reel" }, image));
}

// A small curve of the list of five numbers or more that a text ends with, if it does.
function curve(text) {
  const listed = /(?:^|\n)\[([^[\]]*)\]$/.exec(text.trim())?.[1].split(",").map((each) => Number(each.trim() || NaN)) ?? [];
  if (listed.length < 5 || !listed.every(Number.isFinite)) return null;
  const svg = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const least = Math.min(...listed), most = Math.max(...listed), [picture, line] = [svg("svg"), svg("polyline")];
  line.setAttribute("points", listed.map((y, x) => `${(x / (listed.length - 1)) * 200},${44 - ((y - least) / (most - least || 1)) * 40}`).join(" "));
  picture.setAttribute("viewBox", "-2 0 204 48");
  picture.setAttribute("class", "curve");
  const ariaLabel = `A curve of ${listed.length} numbers, from ${listed[0]} to ${listed.at(-1)}; the least is ${least}, the greatest ${most}`;
  Object.assign(picture, { role: "img", ariaLabel }).append(line);
  return picture;
}
