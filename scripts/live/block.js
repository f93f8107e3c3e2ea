// A block of code on the page: what the reader can do with it, and the reader's text of it.
import { coloured } from "./colour.js";
import { made } from "./made.js";
import { awaken, numbersOf } from "./numbers.js";

export class Block {
  // `cell` is the number of the book's block; a task's stub has that of its solution. `page` is told what is done.
  constructor(element, cell, stub, page) {
    Object.assign(this, { element, cell, stub, page, done: false });
    this.name = stub ? "your turn" : `block ${cell}`;
    this.pre = element.querySelector("pre");
    this.code = element.querySelector("code");
    this.original = this.code.cloneNode(true);
    this.book = this.text = this.code.textContent.trimEnd();
    this.recorded = stub ? [] : [...document.querySelectorAll(`[data-of="${cell}"]`)];
    this.cover = this.recorded[0]?.closest("details.answer");
    this.end = document.createComment(""); // of the results
    this.line = made("p", { className: "why" });
    const fold = element.classList.contains("drawn") && element.closest("details");
    (this.recorded.at(-1) || fold || element).after(this.end);
    element.dataset.live = "";
    this.#addTools();
  }

  get changed() { return this.text !== this.book; }
  get differs() { return Boolean(this.result?.live.isConnected); } // from the book's result

  #addTools() {
    const tool = (textContent, what, onclick, more) =>
      made("button", { type: "button", tabIndex: -1, textContent, ariaLabel: `${what}: ${this.name}`, onclick, ...more });
    this.runs = tool("run", "Run", () => this.page.run(this), { tabIndex: 0 });
    const edits = tool("edit", "Edit", () => this.edit());
    this.back = tool("the book’s", "Put back the book’s text", () => (this.set(this.book), this.page.changed(this)));
    const numbers = tool("numbers", "Move the numbers with the arrow keys", () => (awaken(this.code), numbersOf(this.code)[0]?.focus()));
    Object.assign(numbers, { className: "unseen", hidden: !numbersOf(this.code).length });
    this.back.className = "back";
    const copy = this.element.querySelector(":scope > .copy");
    if (copy) copy.tabIndex = -1;
    this.tools = made("div", { className: "tools", role: "toolbar", ariaLabel: this.name }, this.runs, edits, this.back, numbers, ...(copy ? [copy] : []));
    this.element.append(this.tools);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focusout", ({ relatedTarget }) => this.element.contains(relatedTarget) || !document.hasFocus() || this.#leave());
    this.pre.addEventListener("dblclick", ({ target }) => target.role === "slider" || this.edit());
    this.#mark();
  }

  // The tabulator stops once at the tools, and the arrows lead from one to the next.
  #key(event) {
    const tools = [...this.tools.children].filter((tool) => !tool.hidden), at = tools.indexOf(event.target);
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" && event.shiftKey && !this.editor) (event.preventDefault(), this.page.run(this));
    else if (event.key === "Escape" && event.target.role === "slider") this.runs.focus();
    else if (way && at >= 0) tools[(at + way + tools.length) % tools.length].focus();
  }

  async edit() {
    const { edit } = await import("./editor.js");
    if (this.editor) return this.editor.focus();
    this.pre.hidden = true;
    this.editor = edit(this.element, this.text, `${this.name}; Escape leaves the editor`, {
      changed: (text, sound) => {
        this.text = text.trimEnd();
        this.#mark();
        this.page.changed(this, sound ? "typed" : "unfinished");
      },
      run: () => this.page.run(this),
      leave: () => (this.#leave(), this.runs.focus()),
    });
  }

  #leave() {
    for (const span of this.code.querySelectorAll("[role=slider]")) span.tabIndex = -1;
    if (!this.editor) return;
    this.editor.destroy();
    this.editor = null;
    this.pre.hidden = false;
    this.#draw();
  }

  // Gives the block a text, and shows it; what is there already stays.
  set(text) {
    const same = text === this.text;
    this.text = text;
    if (this.editor) this.#leave();
    else if (!same) this.#draw();
  }

  #draw() {
    this.code.replaceChildren(...(this.changed ? coloured(`${this.text}\n`) : this.original.cloneNode(true).childNodes));
    this.#mark();
  }

  // A number of the shown code has moved.
  moved() {
    this.text = this.code.textContent.trimEnd();
    this.#mark();
  }

  #mark() {
    this.element.classList.toggle("changed", this.changed);
    this.back.hidden = !this.changed;
  }

  // One line of words below the result; none, if they are empty.
  say(words) {
    this.line.textContent = words;
    words ? this.end.after(this.line) : this.line.remove();
  }

  // Whether the result that is shown does not belong to the code as it is now.
  stale(is) { for (const node of [...this.recorded, ...(this.result ? [this.result.live] : [])]) node.classList.toggle("stale", is); }
}

// The blocks of a page in order, and after them what its tasks begin with.
export function blocksOf(article, page) {
  const blocks = [...article.querySelectorAll("[data-cell]")].map((element) => new Block(element, Number(element.dataset.cell), false, page));
  for (const turn of article.querySelectorAll(".turn")) {
    const solution = turn.querySelector("details [data-cell]"), shown = [...turn.querySelectorAll(".highlight:not([data-cell], [data-of], details *)")];
    const stub = shown.filter((each) => solution && each.compareDocumentPosition(solution) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
    if (stub) blocks.push(new Block(stub, Number(solution.dataset.cell), true, page));
  }
  return blocks;
}
