// Films from the room. looks/film.js steps through them, for which they have to be in the page itself: of what they say,
// only what draws is taken.
import { made } from "./made.js";

const DRAWS = /^(svg|g|path|poly(gon|line)|ellipse|circle|rect|line|text|tspan|defs|use|clipPath)$/;
const SAYS = new RegExp(`^(${[
  /class=(film|frame( last)?|caption)/, /data-(from|to)=\d{1,3}/, /(xlink:)?href=#.*/,
  /(id|d|points|viewBox|width|height|[cr]?[xy][12]?|r|transform|style|clip-path|text-anchor|opacity|(fill|stroke|font)(-\w+)?)=[^]*/,
].map((part) => part.source).join("|")})$`);
const FETCHES = /\\|(?<!\b(translate|scale|rotate|matrix|rgb|url(?=\(#)))\(/; // any function of CSS but these

export const isFilm = (svg) => svg.startsWith('<svg class="film"');

// Puts a film into a figure, at the frame that another one has been left at.
export function show(svg, figure, ariaLabel) {
  const film = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  for (const element of [film, ...film.querySelectorAll("*")]) {
    if (element.namespaceURI !== "http://www.w3.org/2000/svg" || !DRAWS.test(element.localName)) element.remove();
    for (const { name, value } of [...element.attributes]) if (!SAYS.test(`${name}=${value}`) || FETCHES.test(value)) element.removeAttribute(name);
  }
  film.setAttribute("style", `--own: ${parseFloat(film.getAttribute("width"))}pt`);
  Object.assign(film, { role: "img", ariaLabel });
  if (!figure.querySelector(".reel")) figure.prepend(made("div", { className: "reel" }));
  figure.querySelector(".reel").replaceChildren(film);
  turn(figure, figure.dataset.at);
}

// Turns the film in a figure to a frame.
export function turn(figure, at = 0) {
  figure.dataset.at = at;
  figure.dispatchEvent(new Event("film", { bubbles: true }));
}
