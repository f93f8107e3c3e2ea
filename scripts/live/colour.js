// Python coloured as the book's pages are: the names of the classes are Pygments'.
const TOKEN = new RegExp([
  /(?<c1>#.*)/, /(?<s2>(?:\b[rRbBfFuU]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$))|(?:\b[rRbBfFuU]{1,2})?(?:"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
  /(?<mf>(?<![\w.])(?:\d[\d_]*\.[\d_]*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?!\w))/,
  /(?<mi>(?<![\w.])\d[\d_]*(?![\w.]))/, /(?<kc>\b(?:True|False|None)\b)/, /(?<ow>\b(?:and|or|not|in|is)\b)/,
  /(?<nf>(?<=\bdef\s+)\w+)/, /(?<nc>(?<=\bclass\s+)\w+)/,
  /(?<k>\b(?:as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|lambda|nonlocal|pass|raise|return|try|while|with|yield)\b)/,
].map((part) => part.source).join("|"), "g");

// The nodes that show a text of Python.
export function coloured(text) {
  const nodes = [];
  let last = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [className] = Object.entries(found.groups).find(([, value]) => value !== undefined), span = document.createElement("span");
    const inside = className === "s2" && /^[rb]?f/i.test(found[0]) ? found[0].split(/(\{(?:[^{}:[\]]|\[[^\]]*\])*)/).filter(Boolean) : [];
    Object.assign(span, { className }).append(...(inside.length > 1 ? inside.flatMap((part) => (part[0] === "{" ? coloured(part) : part)) : [found[0]]));
    nodes.push(text.slice(last, found.index), span);
    last = found.index + found[0].length;
  }
  return [...nodes, text.slice(last)];
}
