// States of an interpreter, kept and put back: its memory, and the files and descriptors that JavaScript holds for it.
// Exact only while Python is not running, nothing of it is pending, and no object of one is held by the other.
const PAGE = 4096, WORDS = PAGE / 4;

export class States {
  constructor(py, budget = 128e6) {
    this.py = py;
    this.budget = budget; // bytes of changed pages, over all states
    this.base = this.memory.slice(); // the whole memory once; a state is the pages in which it differs
    this.kept = new Map([[0, {changed: [], pages: new Uint8Array(), files: filesOf(py.FS)}]]);
  }

  get memory() { return this.py._module.HEAPU8; } // an internal name; another array after the memory has grown

  // Keeps the state now as that before block `at`; those kept longest go first, but for the first two.
  keep(at) {
    if (this.kept.has(at)) return;
    this.kept.set(at, {...this.difference(), files: filesOf(this.py.FS)});
    for (const old of [...this.kept.keys()].slice(2, -1)) if (this.bytes > this.budget) this.kept.delete(old);
  }

  get bytes() { return [...this.kept.values()].reduce((sum, {pages}) => sum + pages.length, 0); }

  // The last block, up to `at`, before which a state is kept.
  nearest(at) { return Math.max(...[...this.kept.keys()].filter((each) => each <= at)); }

  // Forgets the states after block `at`, which rest on what has changed.
  forgetAfter(at) { for (const each of [...this.kept.keys()]) if (each > at) this.kept.delete(each); }

  // Puts back the state before block `at`, which is kept.
  putBack(at) {
    const {changed, pages, files} = this.kept.get(at), memory = this.memory;
    memory.set(this.base);
    memory.fill(0, this.base.length);
    changed.forEach((page, n) => memory.set(pages.subarray(n * PAGE, (n + 1) * PAGE), page * PAGE));
    putFilesBack(this.py.FS, files);
  }

  difference() {
    const memory = this.memory, now = new Int32Array(memory.buffer, 0, memory.length >> 2);
    const base = new Int32Array(this.base.buffer), changed = [];
    for (let page = 0; page * WORDS < now.length; page++) {
      let word = page * WORDS;
      const end = word + WORDS;
      if (word < base.length) while (word < end && now[word] === base[word]) word++;
      else while (word < end && now[word] === 0) word++;
      if (word < end) changed.push(page);
    }
    const pages = new Uint8Array(changed.length * PAGE);
    changed.forEach((page, n) => pages.set(memory.subarray(page * PAGE, (page + 1) * PAGE), n * PAGE));
    return {changed, pages};
  }
}

// Everything that Emscripten's file system knows: nodes with their contents, the table of names, open streams, the folder.
function filesOf(FS) {
  const nodes = [];
  const visit = (node) => {
    const {mode, name, parent, link, usedBytes, atime, mtime, ctime} = node;
    const said = {mode, name, parent, link, usedBytes, atime, mtime, ctime};
    if (FS.isDir(mode)) said.contents = {...node.contents};
    else if (FS.isFile(mode) && node.contents) said.contents = node.contents.slice(0, usedBytes);
    nodes.push([node, said]);
    if (FS.isDir(mode)) Object.values(said.contents).forEach(visit);
  };
  visit(FS.root);
  const names = Array.from(FS.nameTable, (node) => { // a table of hashes: most of it is empty
    const chain = [];
    for (; node; node = node.name_next) chain.push(node);
    return chain;
  });
  const streams = FS.streams.map((stream) => stream && {stream, position: stream.position, flags: stream.flags});
  return {nodes, names, streams, folder: FS.currentPath, inode: FS.nextInode};
}

function putFilesBack(FS, {nodes, names, streams, folder, inode}) {
  for (const [node, said] of nodes) {
    const copy = {...said};
    if (said.contents) copy.contents = FS.isDir(said.mode) ? {...said.contents} : said.contents.slice();
    Object.assign(node, copy);
  }
  names.forEach((chain, at) => {
    FS.nameTable[at] = chain[0];
    chain.forEach((node, n) => (node.name_next = chain[n + 1]));
  });
  FS.streams.length = 0;
  streams.forEach((said, fd) => {
    FS.streams[fd] = said ? Object.assign(said.stream, {position: said.position, flags: said.flags, fd}) : null;
  });
  Object.assign(FS, {currentPath: folder, nextInode: inode});
}
