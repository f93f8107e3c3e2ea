// The preview's line at the foot of each page: what runs, and whether the results on this page are of now.
(function () {
  const line = document.createElement("div")
  line.id = "preview-status"
  line.style.cssText =
    "position:fixed;bottom:0;left:0;right:0;z-index:9;padding:.3rem .8rem;font-size:.65rem;" +
    "color:var(--md-default-fg-color);background:var(--md-default-bg-color);border-top:2px solid var(--md-default-fg-color--lighter)"
  document.body.append(line)
  const page = location.pathname.replace(/.*\//, "").replace(/\.html$/, "") || "index"

  async function look() {
    try {
      const said = await (await fetch("status.json", { cache: "no-store" })).json()
      const stale = said.stale.includes(page)
      const words = stale ? `${said.words} · some results on this page are from before` : said.words
      if (line.textContent !== words) line.textContent = words
      line.style.borderColor = stale ? "#d55e00" : ""
    } catch {
      line.textContent = "the preview has ended: make serve"
    }
    setTimeout(look, 500)
  }
  look()
})()
