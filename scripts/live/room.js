// Python for the reader, in a closed room. `base` is the address of the folder live/.
//
//   const room = new Room(base);
//   await room.open(progress);      // loads and starts Python; progress(text), now and later, says what it does
//   const end = await room.show(story, from, heard, {deadline}); // of so many ms from the first block that is shown
//   room.stop();                    // ends the run under way; its promise is kept
//   room.close();
//
// A story is everything that the page rests on and the page's own blocks, in order, as the reader has them:
//   {id, code, raises, skip, text, varies}
// `id` is the manifest's ("06-…#cell-3"), `raises` (or a tag "raises-exception") says that an error does not end the
// run, `skip` leaves a block out, `text` and `varies` are the recorded result and its tag, to be compared (see `same`).
// `from` is the index of the first block that the reader wants to see again or has changed. `show` runs from there to
// the story's end, on the state before it, and tells heard({index, part}) as it comes:
//   {kind: "start"}
//   {kind: "stdout" | "stderr", text}     to be appended; not yet as the book records it
//   {kind: "value", text}
//   {kind: "figure", text}                an SVG file as the book records it: show it as an image, never as markup
//   {kind: "error", text, line, frames}   "Type: message", its line in the block, [[id, line, name]] outermost first
//   {kind: "done", ms, text, figures, raised, same}
//                                         the result as the book would record it, text or null, and its SVG files;
//                                         `same`: by the book's rule for numbers, it is the recorded text
// All of it is text that is not to be trusted. One run is under way at a time; a newer show() takes its place.
// The promise gives {ran, at, stopped, died}: how many blocks ran, and, if not all, at which index it ended and why:
//   stopped: "deadline" | "stop" | "newer" | "memory" (it took too much) | "error" (one that was not announced; all its
//   parts have been heard)
//   died: one line for people; Python starts anew by itself, and the next show() replays what it needs
import frame from "./frame.html";

const PATIENCE = 2000; // ms that a run is given to hear that it is to end, before its worker is ended
const LET_END = 1000; // ms that a run is given before a newer one ends it

export class Room {
  constructor(base) { Object.assign(this, {base, number: 0}); }

  async open(progress) {
    this.progress = progress;
    progress("Fetching Python (6 MB)…");
    const fetched = async (name) => {
      const response = await fetch(new URL(name, this.base));
      if (!response.ok) throw new Error(`${name} could not be fetched`);
      return response;
    };
    const [worker, setting] = await Promise.all([fetched("worker.js"), fetched("setting.json")].map(async (each, n) => (await each)[n ? "json" : "text"]()));
    const load = async (name) => [name, await (await fetched(name)).arrayBuffer()];
    const bytes = Object.fromEntries(await Promise.all(setting.files.map(load)));
    this.frame = Object.assign(document.createElement("iframe"), {hidden: true, srcdoc: frame, title: "Python"});
    this.frame.setAttribute("sandbox", "allow-scripts");
    const loaded = new Promise((done) => (this.frame.onload = done));
    document.body.append(this.frame);
    this.listener = ({source, data}) => source === this.frame.contentWindow && this.hear(data);
    addEventListener("message", this.listener);
    await loaded;
    this.starting();
    this.tell({worker, files: {bytes, setting}});
    await this.ready;
  }

  // A worker is on its way, which knows no story yet.
  starting() {
    this.progress("Starting Python…");
    this.known = [];
    this.from = NaN;
    this.ready = new Promise((ready, failed) => (this.started = {ready, failed}));
    this.ready.catch(() => {});
  }

  show(story, from, heard, {deadline = Infinity} = {}) {
    return new Promise((resolve) => {
      this.next?.resolve({ran: 0, at: from, stopped: "newer"});
      this.next = {story, from: Math.min(from, this.next?.from ?? Infinity), heard, deadline, resolve}; // nothing is left out
      if (this.current) this.endIn(Math.max(0, this.current.began + LET_END - performance.now()), "newer");
      else this.go();
    });
  }

  async go() {
    await this.ready.catch(() => {});
    if (this.current || !this.next) return;
    const {story, from: shown, heard, deadline, resolve} = this.next;
    const same = story.findIndex((block, n) => key(block) !== this.known[n]), from = Math.min(shown, same < 0 ? story.length : same);
    const page = story.findIndex(({id}) => note(id) === note(story.at(-1).id));
    if (!this.known.length && page > 0) this.progress(`Replaying notes ${story[0].id.slice(0, 2)} to ${story[page - 1].id.slice(0, 2)}…`);
    this.current = {number: ++this.number, from: shown, at: shown, heard, deadline, resolve, began: performance.now()};
    this.next = undefined;
    const again = from === this.from;
    this.from = from;
    this.known = story.map(key);
    this.tell({number: this.number, from, shown, rest: story.slice(from), page, deadline, again});
  }

  hear(data) {
    if (typeof data !== "object" || !data) return; // Python may say anything
    if (data.ready) this.started.ready();
    if (data.died) return this.died(data);
    if (!this.current || data.number !== this.current.number) return;
    if (!data.parts) return this.end({at: data.at, stopped: data.stopped === true ? this.current.why ?? "deadline" : data.stopped}, data.grown);
    if (data.index >= this.current.from) this.progress("");
    if (this.current.deadline < Infinity) this.endIn(this.current.deadline, "deadline"); // from the first block that is shown
    this.current.at = data.index;
    for (const part of data.parts) this.current?.heard({index: data.index, part});
  }

  // The interpreter is dead, or was killed: another one starts.
  died({died: why, at}) {
    if (!this.current) this.started.failed(new Error(why));
    else this.end({died: `Python was started again: ${why}.`, at: at ?? this.current.at}, true);
  }

  end(said, restart) {
    const {resolve, from} = this.current;
    clearTimeout(this.timer);
    this.current = undefined;
    if (said.stopped === "newer" && this.next) this.next.from = Math.min(this.next.from, said.at);
    if (restart) {
      this.starting();
      this.tell({restart: true});
    }
    resolve({ran: Math.max(0, said.at - from), ...said});
    this.go();
  }

  // Ends the run under way after so many ms; if it does not hear of it, its worker.
  endIn(ms, why) {
    clearTimeout(this.timer);
    this.current.deadline = Infinity; // it counts once, and not beside another end
    this.timer = setTimeout(() => {
      this.current.why = why;
      this.tell({stop: true});
      this.timer = setTimeout(() => this.end({at: this.current.at, stopped: why}, true), PATIENCE);
    }, ms);
  }

  stop() {
    if (this.current) return this.endIn(0, "stop");
    this.next?.resolve({ran: 0, at: this.next.from, stopped: "stop"}); // Python is starting
    this.next = undefined;
  }

  close() {
    removeEventListener("message", this.listener);
    this.frame?.remove();
    this.next?.resolve({ran: 0, at: this.next.from, stopped: "stop"});
    this.current?.resolve({ran: 0, at: this.current.from, stopped: "stop"});
  }

  tell(data) { this.frame.contentWindow.postMessage(data, "*"); }
}

const key = ({id, code, raises, skip}) => JSON.stringify([id, code, Boolean(raises), Boolean(skip)]);
const note = (id) => id.split("#")[0];
