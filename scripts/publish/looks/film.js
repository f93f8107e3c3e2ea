// Films: a picture that plays by itself becomes one to step through, its captions below it, read out as they change.
// Whoever puts another SVG into a figure of the class "film", or another frame into its data-at, tells the figure so by the
// event "film", which bubbles to the document.
(() => {
  const made = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const players = new Map();
  const paper = matchMedia("print");

  function player(figure) {
    const button = (textContent, name, onclick) => {
      const one = made("button", { type: "button", textContent, onclick });
      one.setAttribute("aria-label", name);
      return one;
    };
    const said = made("p", { className: "said-now" });
    const speak = (how) => said.setAttribute("aria-live", how);
    const slider = made("input", { type: "range", min: 0, value: 0, oninput: () => go(Number(slider.value)) });
    slider.setAttribute("aria-label", "Step of the film");
    const count = made("span", { className: "count" });
    count.setAttribute("aria-hidden", "true");
    const back = button("‹", "Previous step", () => go(now - 1)), on = button("›", "Next step", () => go(now + 1));
    const play = button("Play", "Play", () => (timer ? stop() : run(now === last ? 0 : now)));
    const bar = made("div", { className: "player" });
    bar.append(back, play, on, slider, count);
    figure.append(said, bar);
    let svg, captions, last, now, timer = 0;

    function load() {
      speak(svg ? "off" : "polite"); // what moves under the reader's hand is not read out
      svg = figure.querySelector("svg.film");
      const groups = [...svg.querySelectorAll(".frame")], texts = [...svg.querySelectorAll(".caption")];
      last = Math.max(...groups.map((group) => group.dataset.to));
      captions = Array.from({ length: last + 1 }, (_, k) => {
        const text = texts.find((each) => each.closest(".frame").matches(`[data-from="${k}"]`)) ?? texts.find((each) => shows(each.closest(".frame"), k));
        return text ? [...text.children].map((line) => line.textContent).join(" ") : "";
      });
      svg.classList.add("held"); // its captions go, and their room
      const [, , width] = svg.getAttribute("viewBox").split(" ");
      const height = Math.min(...[...svg.querySelectorAll(".caption tspan")].map((line) => line.getAttribute("y"))) - 18;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("height", `${height}pt`);
      slider.max = last;
      show((now = Math.min(figure.dataset.at ?? 0, last)));
    }

    const shows = (group, k) => group.dataset.from <= k && k <= group.dataset.to;

    function show(k) {
      for (const group of svg.querySelectorAll(".frame")) group.classList.toggle("now", shows(group, k));
      if (said.textContent !== captions[k]) said.textContent = captions[k];
      slider.value = figure.dataset.at = k;
      slider.setAttribute("aria-valuetext", `step ${k + 1} of ${last + 1}`);
      count.textContent = `${k + 1} / ${last + 1}`;
    }

    function go(k) {
      stop();
      speak("polite");
      show(now = Math.max(0, Math.min(last, k)));
    }

    function run(k) {
      speak("polite");
      show(now = k);
      play.textContent = "Pause";
      play.setAttribute("aria-label", "Pause");
      timer = now < last ? setTimeout(() => run(now + 1), 2500 + (captions[now].length / 15) * 1000) : 0;
      if (!timer) stop();
    }

    function stop() {
      clearTimeout(timer);
      timer = 0;
      play.textContent = "Play";
      play.setAttribute("aria-label", "Play");
    }

    figure.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      go(step);
    });
    paper.addEventListener("change", () => show(paper.matches ? last : now));
    return load;
  }

  function play(figure) {
    if (!players.has(figure)) players.set(figure, player(figure));
    players.get(figure)();
  }

  document.addEventListener("film", ({ target }) => play(target));
  document.querySelectorAll("figure.film").forEach(play);
})();
