// Python for the reader, in a closed room. `base` is the address of the folder live/.
//
//   const room = new Room(base);
//   await room.open(progress);      // loads and starts Python; progress(text), now and later, says what it does
//   const end = await room.show(story, from, heard, {deadline});
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
//   {kind: "error", text, line, frames}   "Type: message", its line in the block, [{id, line, name}] outermost first
//   {kind: "done", ms, text, figures, raised, same}
//                                         the result as the book would record it, text or null, and its SVG files;
//                                         `same`: by the book's rule for numbers, it is the recorded text
// All of it is text that is not to be trusted. One run is under way at a time; a newer show() takes its place.
// The promise gives {ran, at, stopped, died}: how many blocks ran, and, if not all, at which index it ended and why:
//   stopped: "deadline" | "stop" | "newer" | "error" (an error that was not announced; all its parts have been heard)
//   died: one line for people; Python starts anew by itself, and the next show() replays what it needs
export class Room {
  constructor(base) { this.base = base; }

  async open(progress) { progress("Fetching Python (6 MB)…"); progress("Starting Python…"); }

  async show(story, from, heard, {deadline = Infinity} = {}) { // a stand-in: it answers with what is recorded
    for (const [index, block] of story.entries()) {
      if (index < from || block.skip) continue;
      heard({index, part: {kind: "start"}});
      await new Promise((after) => setTimeout(after, 5));
      if (block.text) heard({index, part: {kind: "stdout", text: block.text + "\n"}});
      heard({index, part: {kind: "done", ms: 5, text: block.text ?? null, figures: [], raised: false, same: true}});
    }
    return {ran: story.length - from};
  }

  stop() {}
  close() {}
}
