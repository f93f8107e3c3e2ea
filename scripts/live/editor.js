// An editor for a block, loaded when one is first wanted. Its colours are those of the book's code.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

const CLASSES = [
  [tags.comment, "c1"], [tags.string, "s2"], [tags.docString, "sd"], [tags.special(tags.string), "s2"], [tags.number, "mf"],
  [tags.bool, "kc"], [tags.null, "kc"], [tags.operatorKeyword, "ow"], [tags.keyword, "k"],
  [tags.function(tags.definition(tags.variableName)), "nf"], [tags.definition(tags.className), "nc"],
].map(([tag, name]) => ({ tag, class: name }));

// An editor of `text` in `place`. changed(text, sound) follows each change, sound if it can be read as Python;
// run() is Shift-Enter, leave() Escape.
export function edit(place, text, label, { changed, run, leave }) {
  const doing = (what) => () => (what(), true);
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Shift-Enter", run: doing(run) }, { key: "Escape", run: doing(leave) }])),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        history(), python(), indentUnit.of("    "), indentOnInput(), bracketMatching(),
        syntaxHighlighting(tagHighlighter(CLASSES)),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString(), sound(update.state));
        }),
      ],
    }),
  });
  view.focus();
  return view;
}

function sound(state) {
  let errors = 0;
  syntaxTree(state).iterate({ enter: (node) => { errors += node.type.isError; } });
  return !errors;
}
