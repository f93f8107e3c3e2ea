// What the reader has changed. A note's changes are [{cell, book, mine, done}]: the block's number, the book's text when
// it was changed, the reader's, and for a task whether it is right. They are kept in the browser; those that an address
// brings stay in the address, so that they never replace the reader's own.
export const stem = (path) => path.split("/").pop().replace(/\.html$/, "");
export const here = stem(location.pathname);
const KEY = "changes in ";

const read = (key) => { try { return JSON.parse(localStorage.getItem(key)) ?? []; } catch { return []; } };
const keep = (key, value) => {
  try { value.length ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch {}
};
const keys = () => { try { return Object.keys(localStorage).filter((key) => key.startsWith(KEY)); } catch { return []; } };

// Every note's changes, by its name.
export const own = () => Object.fromEntries(keys().map((key) => [key.slice(KEY.length), read(key)]));
export const keepOwn = (name, changes) => keep(KEY + name, changes);
export const forgetOwn = () => keys().forEach((key) => localStorage.removeItem(key));

// The reader's text of one of the book's blocks, or the book's. A task's solution is the reader's once that is right.
export function textOf(cell, changes) {
  const changed = (text) => changes.find((each) => each.book === text && text !== undefined);
  const solved = changed(cell.stub);
  return solved?.done ? solved.mine : changed(cell.code)?.mine ?? cell.code;
}

const through = (bytes, stream) => new Response(new Blob([bytes]).stream().pipeThrough(stream));

// All changes as the end of an address, and those that this page's address brings (null if none).
export async function toAddress(all) {
  const bytes = await through(JSON.stringify(all), new CompressionStream("deflate-raw")).bytes();
  return "#changes=" + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export async function fromAddress() {
  if (!location.hash.startsWith("#changes=")) return null;
  try {
    const coded = atob(location.hash.slice(9).replaceAll("-", "+").replaceAll("_", "/"));
    const text = await through(Uint8Array.from(coded, (sign) => sign.charCodeAt()), new DecompressionStream("deflate-raw")).text();
    const said = JSON.parse(text), found = {};
    for (const [name, changes] of Object.entries(said)) // written by anybody: only what has the form of a change is taken
      found[name] = changes.filter((each) => Number.isInteger(each.cell) && [each.book, each.mine].every((s) => typeof s === "string"));
    return found;
  } catch { return {}; }
}
