// Material wraps the copy button of every block of code in a landmark of its own; a page has no use for so many.
new MutationObserver(() => document.querySelectorAll("nav.md-code__nav:not([role])").forEach((nav) => nav.setAttribute("role", "none")))
  .observe(document.documentElement, { childList: true, subtree: true });
