// Python in a worker of the closed room. It holds the story that the page told last and the states before its blocks;
// told what has changed, it runs from there to the end. Between JavaScript and Python go strings alone.
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import {instance as graphviz} from "@viz-js/viz";
import {loadPyodide} from "pyodide";
import {States} from "./states.js";

const LIMIT = 200_000; // characters that a block may print: more is not shown
const MOST = 1e9; // bytes of memory that the interpreter may take
const story = [];
let states, python; // `python` is the one function of Python that is called: it takes and gives a string
let position = NaN; // before which block of the story the interpreter stands; NaN after a run that was cut short, and at first
let told, waiting, said; // the block that runs, what it has printed and the page does not know, how much that was

// What JavaScript no longer needs of Python is not let go of: nothing but a run changes the memory.
globalThis.FinalizationRegistry = class { register() {} unregister() {} };

// Python asks this now and then whether it is interrupted: at its deadline, when the page has revoked its signal, or when
// it has taken too much memory.
const alarm = {
  deadline: Infinity, signal: "", looked: 0, rings: false,
  get 0() {
    const now = performance.now();
    this.weigh();
    this.rings ||= now > this.deadline || (now > this.looked + 100 && !this.there(now));
    return this.rings ? 2 : 0;
  },
  set 0(_) {},
  weigh() { if (states.memory.length > MOST) this.rings = "memory"; },
  there(now) {
    this.looked = now;
    tell(); // what was printed before a silence
    const request = new XMLHttpRequest();
    request.open("GET", this.signal, false);
    try { request.send(); } catch { return false; }
    return true;
  },
};

onmessage = ({data}) => (data.files ? start(data.files) : run(data)).catch((error) => postMessage({died: cause(error), at: told?.index}));

async function start({bytes, setting}) {
  globalThis.fetch = async (url) => { // the only things that can be had
    const name = String(url).split("/").pop();
    return new Response(bytes[name], {headers: {"Content-Type": name.endsWith(".wasm") ? "application/wasm" : ""}});
  };
  const {packages, modules, without, info} = setting;
  const [py, viz] = await Promise.all([
    loadPyodide({
      createPyodideModule, indexURL: "https://room/", packageBaseUrl: "https://room/",
      lockFileContents: {info, packages}, packages: Object.keys(packages), checkAPIVersion: true,
      env: {PYTHONHASHSEED: "0", HOME: "/home/reader"},
    }),
    graphviz(),
  ]);
  const write = (kind) => ({write: (bytes) => (hear(kind, new TextDecoder().decode(bytes)), bytes.length)});
  py.setStdin({error: true});
  py.setStdout(write("stdout"));
  py.setStderr(write("stderr"));
  py.unpackArchive(bytes["home.zip"], "zip", {extractDir: py.runPython("import sysconfig; sysconfig.get_path('purelib')")});
  const draw = (source, engine) => viz.renderString(source, {format: "svg", engine});
  python = py.pyimport("scripts.live.runner").session(hear, draw, JSON.stringify({modules, without}));
  states = new States(py);
  py.setInterruptBuffer(alarm);
  postMessage({ready: true});
}

// Runs the story, which is as before up to the block `from` and goes on with `rest`; the page hears of the blocks from `shown` on.
async function run({number, from, shown, rest, page, deadline, again, signal}) {
  story.splice(from, Infinity, ...rest);
  states.forgetAfter(from);
  let at = states.nearest(from), kept = performance.now();
  if (position <= from && position >= at) at = position;
  else states.putBack(at);
  Object.assign(alarm, {deadline: Infinity, signal, looked: performance.now(), rings: false});
  const end = (said = {}) => postMessage({number, at, grown: states.memory.length > Math.min(MOST, 2 * largest()), ...said});
  for (position = at; at < story.length; position = ++at) {
    // the state is kept before the page, before a block that is changed again, and every 200 ms of running
    if (at === page || (again && at === from) || performance.now() - kept > 200) {
      states.keep(at);
      kept = performance.now();
    }
    if (at >= shown) alarm.deadline = Math.min(alarm.deadline, performance.now() + deadline); // what leads there takes its time
    if (story[at].skip) continue;
    if (alarm[0]) return end({stopped: alarm.rings});
    position = NaN;
    const raised = block(number, at, at >= shown);
    alarm.weigh();
    if (alarm.rings) return end({stopped: alarm.rings});
    if (raised && !story[at].raises) return end({stopped: "error"});
  }
  end();
}

// Runs one block, which the page hears of if it is `shown`; whether it raised.
function block(number, index, shown) {
  const {id, code, text, varies} = story[index], start = performance.now();
  told = {number, index, shown};
  [waiting, said] = [[], 0];
  hear("start", "");
  tell(); // at once: it may be long before there is more
  let gave;
  try {
    gave = JSON.parse(python(JSON.stringify({id, code, text, varies})));
  } catch (error) {
    if (!alarm.rings || error.pyodide_fatal_error) throw error;
  }
  if (gave) waiting.push({...gave, kind: "done", ms: performance.now() - start});
  tell();
  return gave?.raised;
}

let last = 0;
function hear(kind, text) {
  if (!told?.shown) return;
  if (kind === "error") waiting.push({kind, ...JSON.parse(text)});
  else if ((said += text.length) < LIMIT) {
    const before = waiting.at(-1);
    if (before?.kind === kind && kind.startsWith("std")) before.text += text;
    else waiting.push({kind, text});
  }
  if (performance.now() > last + 40) tell();
}

function tell() {
  if (told?.shown && waiting.length) postMessage({...told, parts: waiting});
  waiting = [];
  last = performance.now();
}

const largest = () => Math.max(64e6, ...[...states.kept.values()].map(({pages}) => states.base.length + pages.length));

// Why the interpreter is dead, in words.
function cause(error) {
  if (error instanceof RangeError || /call stack/.test(error.message)) return "it went deeper than the browser's stack";
  if (/memory/i.test(error.message)) return "it used up the browser's memory";
  return `it failed: ${String(error.message ?? error).split("\n", 1)[0]}`;
}
