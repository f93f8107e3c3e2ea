// What the page asks of Python: loaded when a block is first run.
import { textOf } from "./changes.js";
import { isFilm } from "./films.js";
import { Result } from "./result.js";

const LONGER = "This takes longer: run it to see what it gives.";

export class Runs {
  // `page` is {here, base, blocks, changes(name), say(words), busy(block), watch()}.
  static async of(page) {
    const runs = Object.assign(new Runs(), { page, dirty: new Set(), behind: Infinity });
    runs.book = (await (await fetch(new URL("book.json", page.base))).json()).notes;
    runs.at = runs.book.findIndex((note) => note.name === page.here);
    runs.cells = runs.book[runs.at].cells;
    return runs;
  }

  // A wish is {from, to, deadline, gently, asked, trial}: numbers of blocks; the block that the reader asked for; the
  // stub that is tried in the place of a solution. What comes gently waits for what came so, anything else cuts in.
  // Without a wish, the films are made that are wanted.
  ask(wish) {
    const other = this.wanted;
    if (wish) this.wanted = other ? { ...wish, from: Math.min(wish.from, other.from), to: Math.max(wish.to, other.to) } : wish;
    if (wish && this.running && !(wish.gently && this.current.gently)) this.room?.stop();
    return (this.running ??= this.#all().finally(() => (this.running = null)));
  }

  stop() {
    this.halted = true;
    this.room?.stop();
  }

  async #all() {
    const unwatched = () => this.page.blocks.find(({ result }) => result?.unwatched);
    while (this.wanted || unwatched()) {
      const wish = this.wanted;
      this.current = wish ?? { gently: true };
      this.wanted = null;
      if (wish) await this.#run(wish);
      if (unwatched()) await this.#watch(unwatched());
    }
    this.page.busy(null);
  }

  async #run(wish) {
    const { asked, trial, deadline } = wish;
    this.page.busy(asked);
    this.halted = false;
    if (asked && this.#needs(asked)) return this.#report(`${this.#needs(asked)}; the result is the book’s.`, asked);
    await this.#open((words) => this.#report(words, asked));
    if (this.wanted) return void (this.wanted.from = Math.min(this.wanted.from, wish.from));
    if (this.halted) return this.#report("Stopped.", asked);
    const before = this.#before(), shown = (index) => (trial?.cell === index - before + 1 ? trial : this.#block(index - before + 1));
    const good = new Set(), from = before + Math.min(wish.from, this.behind) - 1;
    const end = await this.room.show(this.#story(wish), from, ({ index, part }) => {
      if (index < before) return;
      this.#hear(shown(index), part);
      if (part.kind === "done" && !part.raised) good.add(index - before + 1);
    }, { deadline });
    const at = end.stopped || end.died ? end.at - before + 1 : Infinity; // the number of the block where it ended
    this.behind = at;
    if (this.wanted) return void (this.wanted.from = Math.min(this.wanted.from, at));
    this.#paint(); // what has been heard is shown before it is said what was left out
    if (at < Infinity) this.#ended(end, at, shown(end.at) ?? asked);
    this.#leftOut(wish, at);
    return trial && this.#judge(trial, good);
  }

  // Makes the film of a block's graph: by its code once more, in which draw_dot makes films, and which is then forgotten.
  async #watch(block) {
    const story = this.#story({ to: block.cell }), { id } = story.pop(), result = block.result;
    story.push({ id: `${id} as a film`, code: `from scripts.live.watched import draw_dot\n${block.text}`, raises: true });
    let gave = {};
    result.unwatched = false;
    const end = await this.room.show(story, story.length - 1, ({ part }) => part.kind === "done" && (gave = part));
    if (this.wanted && end.stopped) return void (result.unwatched = true);
    const why = gave.raised ? gave.text.split("\n").at(-1).replace(/^ValueError: /, "")
      : end.died ?? (end.stopped ? "it was stopped" : "the code draws it in a way of its own");
    result.filmed(gave.figures?.find(isFilm), `There is no film of it: ${why}.`);
  }

  #open(progress) {
    return (this.opened ??= import("./room.js").then(async ({ Room }) => {
      this.room = new Room(this.page.base.href);
      await this.room.open((words) => this.progress(words));
    }).catch((error) => { this.opened = null; throw error; }), this.progress = progress, this.opened);
  }

  #report(words, block) {
    this.page.say(words);
    block?.say(words);
  }

  #asserts(stub) { return this.cells.findIndex((cell, at) => at >= stub.cell && cell.kind === "asserts") + 1; }
  #needs(block) { return this.cells[block.cell - 1].needs?.replace(/^./, (letter) => letter.toUpperCase()); }
  #block(cell) { return this.page.blocks.find((block) => block.cell === cell && !block.stub); }
  // How many blocks of the story come before the page's own, the package among them.
  #before() { return this.book.slice(0, this.at).reduce((sum, note) => sum + note.cells.length, 1); }

  // What takes its time and is the ground of nothing runs when it is asked for, or changed.
  #waits(cell, { from, asked }) { return cell.heavy && !cell.later && ![from, asked?.cell].some((at) => this.cells[at - 1] === cell); }

  // Everything that the page rests on and its own blocks, as the reader has them.
  #story(wish) {
    const { trial } = wish, to = wish.to || this.#asserts(trial);
    return [this.#package()].concat(this.book.slice(0, this.at + 1).flatMap(({ name, cells }, at) => cells.slice(0, at < this.at ? Infinity : to).map((cell, number) => ({
      id: cell.id,
      code: at === this.at && number + 1 === trial?.cell ? trial.text : textOf(cell, this.page.changes(name)),
      raises: Boolean(cell.tags?.includes("raises-exception")) || /^\s*assert /m.test(cell.code), // a check ends nothing
      varies: Boolean(cell.tags?.includes("varies")),
      skip: Boolean(cell.needs || this.#waits(cell, wish)),
      text: cell.text ?? null,
    }))));
  }

  // What a story begins with: the files of the package that are made of a block which the reader has changed.
  #package() {
    const titled = this.book.flatMap(({ name, cells }, at) => cells.filter(({ title }) => title).map((cell) => ({
      title: cell.title, note: name, line: cell.line, code: at > this.at ? cell.code : textOf(cell, this.page.changes(name)), book: cell.code })));
    const changed = new Set(titled.filter(({ code, book }) => code !== book).map(({ title }) => title));
    const files = JSON.stringify(titled.filter(({ title }) => changed.has(title)));
    return { id: `${this.book[0].name}#package`, code: changed.size ? `__import__("scripts.live.edition").live.edition.put(${files})` : "" };
  }

  #hear(block, part) {
    block.result ??= new Result(block, this.cells[block.cell - 1].figures ?? [], this.page.watch);
    if (part.kind === "start") (block.result.begin(), this.page.busy(block));
    if (!block.result.hear(part)) return;
    if (!this.dirty.size) requestAnimationFrame(() => this.#paint());
    this.dirty.add(block);
  }

  // What is in view is painted first.
  #paint() {
    const far = ({ element }) => Math.abs(element.getBoundingClientRect().top - innerHeight / 2);
    for (const block of [...this.dirty].sort((a, b) => far(a) - far(b))) block.result.paint();
    this.dirty.clear();
  }

  #ended({ stopped, died }, at, block) {
    const now = block?.result?.now, line = now?.line;
    if (died && now) now.text = now.text.replace(/Stack \(most recent call first\)[^]*/, ""); // Pyodide's own words
    const words = died ?? { deadline: LONGER, stop: "Stopped.", memory: "Stopped: it took more than a gigabyte of memory." }[stopped]
      ?? (at < 1 ? "Your changes on an earlier page end in an error, so this page cannot run." : `${line ? `In line ${line}. ` : ""}The run ends here; what is below stays as it was.`);
    this.#report(words, block);
    block?.result?.paint(); // which leaves nothing of an earlier run
  }

  // What of a changed page could not be run is dimmed, and says why.
  #leftOut(wish, at) {
    const changed = this.page.changed();
    for (const block of wish.trial ? [] : this.page.blocks) {
      if (block.stub || block.cell < wish.from) continue;
      const needs = this.#needs(block), why = needs ? `${needs}; this is the book’s result, for the book’s numbers.`
        : this.#waits(this.cells[block.cell - 1], wish) && LONGER;
      if (!why && block.cell <= at) continue;
      if (why) block.say(changed ? why : "");
      block.stale(changed);
    }
  }

  // Whether a task is done: what the asserts say.
  #judge(stub, good) {
    stub.done = good.has(stub.cell) && good.has(this.#asserts(stub));
    this.#report(stub.done ? "✓ Right: the checks pass, and what follows rests on your code."
      : "Not yet. What follows rests on the book’s solution until the checks pass.", stub);
    this.page.judged(stub);
  }
}
