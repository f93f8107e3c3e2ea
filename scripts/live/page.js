// The page that answers. What the reader changes in a block is run, and everything below it follows; Python, the editor
// and the book's blocks are fetched when they are first wanted.
import { blocksOf } from "./block.js";
import { forgetOwn, fromAddress, here, keepOwn, own, toAddress } from "./changes.js";
import { made } from "./made.js";
import { watchNumbers } from "./numbers.js";

const base = new URL(".", import.meta.url);
const MOVED = 2000, TYPED = 5000; // how long a run may take that nobody asked for, in milliseconds
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// No tool is on the page before its looks.
if (document.querySelector("article [data-cell]")) await new Promise((onload) => document.head.append(
  made("link", { rel: "stylesheet", href: new URL("live.css", base), onload, onerror: onload })));

// ---- the reader's changes
const shared = await fromAddress();
let all = shared ?? own(); // every note's, by its name
let lost = []; // those that fit no block of this edition
let unrun = false; // whether there are changes that have not been run
let undo = null; // what was put back last
const blocks = blocksOf(document.querySelector("article"), { run, changed });
const last = Math.max(...blocks.map((block) => block.cell)), tasks = blocks.filter((block) => block.stub);
const edited = () => blocks.filter((block) => block.changed && !block.stub);
const elsewhere = () => Object.keys(all).filter((name) => name !== here && all[name].some((change) => !change.task));
const restsOn = () => elsewhere().filter((name) => name < here);
const anyChanges = () => edited().length + restsOn().length > 0;
const changes = (name) => (name !== here ? all[name] ?? [] : blocks.filter((block) => block.changed).map(
  ({ cell, book, text, stub, done }) => ({ cell, book, mine: text, ...(stub && { task: true, done, of: tasks.length }) })));

function place() {
  lost = [];
  for (const block of blocks) (block.set(block.book), block.say(""), block.result?.restore());
  for (const change of all[here] ?? []) {
    const near = (block) => Math.abs(block.cell - change.cell);
    const [block] = blocks.filter((each) => each.book === change.book && !each.changed).sort((a, b) => near(a) - near(b));
    block ? (block.set(change.mine), (block.done = Boolean(change.done))) : lost.push(change);
  }
  unrun = anyChanges();
  const first = Math.min(...edited().map((block) => block.cell));
  for (const block of blocks) block.stale(block.cell >= first);
}

function keep() {
  all[here] = [...changes(here), ...lost];
  if (!shared) keepOwn(here, all[here]);
  else toAddress(all).then((address) => history.replaceState(history.state, "", address));
}

// ---- what the reader does
let runs, underWay = 0, current = null, typing;

async function ask(wish) {
  underWay++;
  bar();
  try {
    runs ??= import("./runs.js").then(({ Runs }) => Runs.of({ here, base, blocks, changes, changed: anyChanges, say, busy, judged, watch: () => ask() }));
    const all = unrun && !wish?.trial;
    unrun &&= !all;
    await (await runs).ask(all ? { ...wish, from: 1, to: last } : wish);
  } catch (error) {
    runs = null;
    say(`Python cannot be had here: ${error.message}`);
  }
  underWay--;
  bar();
}

async function run(block) {
  if (block === current) return (await runs)?.stop();
  clearTimeout(typing);
  if (block.cover) block.cover.open = true; // who runs it asks for the answer
  const rest = block.stub ? { trial: block, to: 0 } : { to: anyChanges() ? last : block.cell }; // a task, to its asserts
  ask({ from: block.cell, asked: block, ...rest });
}

// `how` it changed: "moved", "typed", "unfinished" (it cannot be read as Python yet); at once, if nothing is said.
function changed(block, how) {
  block.done = false;
  undo = null;
  spoken = "";
  keep();
  bar();
  clearTimeout(typing);
  if (block.stub) return marks();
  const wish = { from: block.cell, to: last, gently: how === "moved", deadline: how === "typed" ? TYPED : MOVED };
  if (how === "typed") typing = setTimeout(ask, 600, wish);
  else if (how !== "unfinished") ask(wish);
}

function judged(stub) {
  keep();
  marks();
  if (stub.done || anyChanges()) ask({ from: stub.cell, to: last, deadline: TYPED, gently: true });
}

watchNumbers(document, (code) => {
  const block = blocks.find((each) => each.code === code);
  block.moved();
  changed(block, "moved");
}, async (span) => {
  while (underWay) await new Promise((after) => setTimeout(after, 50));
  const count = blocks.filter((block) => block.differs).length;
  say(`${span.ariaLabel.split(",")[0]} is ${span.textContent.replace("-", "−")}: ${count ? `${plural(count, "result")} not the book’s` : "every result is the book’s"}.`);
});

// Tasks that are done, at the task and in the contents.
function marks() {
  for (const stub of tasks) stub.element.classList.toggle("solved", stub.done);
  for (const link of document.querySelectorAll(".contents a:not([href^=\"#\"])")) {
    const done = (all[link.pathname.split("/").pop().replace(/\.html$/, "")] ?? []).filter((change) => change.done);
    link.querySelector(".done")?.remove();
    if (done.length) link.append(made("span", { className: "done", textContent: done.length < done[0].of ? ` ${done.length}/${done[0].of}` : " ✓", title: `${done.length} of ${plural(done[0].of, "task")} done` }));
  }
}

// ---- the bar: what is under way, what is changed, and the way back
let spoken = "";
const status = made("p", { role: "status" });
const button = (textContent, onclick) => made("button", { type: "button", textContent, onclick });
const stop = button("stop", async () => (await runs)?.stop());
const go = button("run them", () => ask({ from: 1, to: last }));
const share = button("share", shareThem);
const putBack = button("put this page back", () => restore(() => { all[here] = changes(here).filter((change) => change.task); }));
const putAllBack = button("put everything back", () => restore(() => { all = {}; shared || forgetOwn(); }));
const again = button("undo", () => restore(() => { all = undo; }));
const strip = made("section", { className: "changes", ariaLabel: "Your changes" }, status, stop, go, share, putBack, putAllBack, again);

function say(words) {
  spoken = words;
  bar();
}

function busy(block) {
  if (current) current.runs.textContent = "run";
  current = block;
  if (current) current.runs.textContent = "stop";
}

function bar() {
  const count = edited().length, notes = restsOn().map((name) => Number(name.slice(0, 2)));
  const words = spoken || [
    count && (shared && unrun ? `This address brings changes to ${plural(count, "block")}.` : `${plural(count, "block")} changed.`),
    notes.length && `This page rests on your changes in note ${notes.join(", ")}.`,
    unrun && "Nothing of it has been run yet.",
    lost.length && `Of an earlier edition, and not used: ${plural(lost.length, "change")}.`,
    undo && "Put back."].filter(Boolean).join(" ");
  if (status.textContent !== words) status.textContent = words;
  stop.hidden = !underWay;
  go.hidden = underWay || !unrun;
  share.hidden = putBack.hidden = !(count || lost.length);
  putAllBack.hidden = !elsewhere().length;
  again.hidden = !undo;
  strip.classList.toggle("shown", Boolean(words || underWay));
}

function restore(change) {
  const before = undo ? null : structuredClone(all);
  change();
  for (const name of shared ? [] : Object.keys(all)) keepOwn(name, all[name]);
  place();
  keep();
  marks();
  undo = before;
  say("");
  if (runs && anyChanges()) ask({ from: 1, to: last });
}

async function shareThem() {
  const address = location.href.split("#")[0] + (await toAddress(all));
  try {
    await navigator.clipboard.writeText(address);
    say("The address of this page with your changes is copied.");
  } catch {
    strip.append(made("input", { readOnly: true, value: address, ariaLabel: "The address of this page with your changes" }));
    strip.lastChild.select();
  }
}

if (blocks.length) {
  document.body.append(strip);
  place();
  bar();
}
marks();
