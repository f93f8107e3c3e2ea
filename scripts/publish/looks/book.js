// What a page does beyond being read. Without this script it is all there: answers open, figures lead to their files.
const all = (selector, inside = document) => inside.querySelectorAll(selector);
const made = (tag, properties) => Object.assign(document.createElement(tag), properties);
const kept = { // nothing is kept where the browser does not allow it
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch {} },
};

// Code can be copied: from a console, what one types, without the prompt.
for (const block of all(".md-content .highlight:not(.output, .error)")) {
  const button = made("button", { className: "copy", type: "button", textContent: "copy" });
  button.onclick = async () => {
    const text = block.querySelector("code").textContent;
    const typed = text.split("\n").filter((line) => /^(\$|>>>|\.\.\.) /.test(line)).map((line) => line.replace(/^\S+ /, ""));
    await navigator.clipboard.writeText(block.classList.contains("console") && typed.length ? typed.join("\n") : text.trimEnd());
    button.textContent = "copied";
    setTimeout(() => (button.textContent = "copy"), 1500);
  };
  block.append(button);
  block.addEventListener("click", () => {
    for (const other of all(".tapped")) other.classList.remove("tapped");
    block.classList.add("tapped");
  });
}

// Answers: covered until asked for, or never, if the reader says so.
for (const answer of all("details.answer")) {
  const box = made("input", { type: "checkbox", checked: Boolean(window.alwaysShow) });
  const label = made("label", { className: "always" });
  label.append(box, " always show answers");
  answer.append(label);
  box.onchange = () => {
    kept.set("always show", box.checked ? "yes" : "no");
    for (const each of all("details.answer")) each.open ||= box.checked;
    for (const each of all(".always input")) each.checked = box.checked;
  };
}

// Figures: one tap shows them as large as they are drawn, or larger; Escape, another tap and going back close them.
const lens = made("dialog", { className: "lens" });
lens.setAttribute("aria-label", "The figure, larger");
lens.onclick = () => lens.close();
lens.onclose = () => history.state?.lens && history.back();
addEventListener("popstate", () => lens.close());
for (const link of all("a.figure")) {
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !lens.showModal) return;
    event.preventDefault();
    const small = link.querySelector("img"), width = Number(small.getAttribute("width")) || small.naturalWidth;
    lens.replaceChildren(made("img", { src: small.currentSrc || small.src, alt: small.alt, width: Math.round(width * 1.25) }));
    if (!lens.isConnected) document.body.append(lens);
    history.pushState({ lens: true }, "");
    lens.showModal();
  };
}

// Words of the glossary: the first tap, the pointer or the keyboard shows what they mean, the next tap leads there.
const said = made("div", { className: "said", id: "said", role: "tooltip", hidden: true });
document.body.append(said);
const hide = () => {
  said.hidden = true;
  for (const word of all("[aria-describedby=said]")) word.removeAttribute("aria-describedby");
};
for (const word of all("a.term")) {
  const meaning = word.title;
  word.removeAttribute("title");
  const show = () => {
    hide();
    said.replaceChildren(meaning, " ", made("a", { href: word.href, textContent: "Glossary →", tabIndex: -1 }));
    said.hidden = false;
    word.setAttribute("aria-describedby", "said");
    const place = word.getClientRects()[0];
    said.style.left = `${Math.max(8, Math.min(place.left, document.documentElement.clientWidth - said.offsetWidth - 8)) + scrollX}px`;
    said.style.top = `${place.bottom + scrollY + 6}px`;
  };
  word.onpointerenter = (event) => event.pointerType === "mouse" && show();
  word.onfocus = () => word.matches(":focus-visible") && show();
  word.onclick = (event) => {
    if (event.pointerType === "mouse" || event.detail === 0 || word.hasAttribute("aria-describedby")) return;
    event.preventDefault();
    show();
  };
}
addEventListener("keydown", (event) => event.key === "Escape" && hide());
addEventListener("pointerdown", (event) => event.target.closest?.(".said, a.term") || hide());
addEventListener("scroll", () => said.matches(":hover") || said.hidden || document.activeElement?.matches("a.term") || hide(), { passive: true });

// The place in the book is remembered, and the first page leads back to it.
const title = document.querySelector("h1 .chapter")?.parentElement;
if (title) {
  let last = 0;
  addEventListener("scroll", () => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    const above = [...all("article :is(h1, h2)[id]")].filter((each) => each.getBoundingClientRect().top < innerHeight / 3).pop();
    const page = location.pathname.split("/").pop();
    const name = title.cloneNode(true);
    all(".headerlink", name).forEach((each) => each.remove());
    if (above) kept.set("place", JSON.stringify({ href: `${page}#${above.id}`, name: name.textContent.trim() }));
  }, { passive: true });
}
const back = document.querySelector("a.continue"), place = JSON.parse(kept.get("place") || "null");
if (back && place?.href) Object.assign(back, { href: place.href, textContent: `Continue at ${place.name}`, hidden: false });

// The drawer opens where the reader is.
document.getElementById("__drawer")?.addEventListener("change", () =>
  document.querySelector(".contents [aria-current]")?.scrollIntoView({ block: "center" }));
