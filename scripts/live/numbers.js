// Numbers in code that can be moved: by mouse, finger and arrow keys.
const PIXELS = 5; // of a drag for one step
const UNARY = /(?:^|[([{,=:+\-*/%<>|&^~]|\b(?:return|in|and|or|not|if|else|yield))\s*-$/;
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

// A number (or True, False) as it is written, moved by some steps. What `form` is like says how far a step goes: the
// last digit of 3, -3.0 and 0.25; the leading one of 0.001 and 1e-5, which so never come to 0; the second one of 1000.
export function moved(written, steps, form = written) {
  if (/^[TF]/.test(written)) return steps ? (steps > 0 ? "True" : "False") : written;
  const [, sign, digits, exponent] = /^(-?)([\d._]+)(?:e([-+]?\d+))?$/i.exec(written);
  const [whole, part] = digits.replaceAll("_", "").split(".");
  const magnitude = /e|^0\.0*1$|^0\.0+[1-9]$/i.test(form) && Number(whole + (part ?? "")) ? leading(whole, part ?? "", Number(exponent ?? 0)) : null;
  if (magnitude) {
    const { places, at } = magnitude, decade = 9 * 10 ** places, next = at + (sign ? -steps : steps);
    const power = Math.max(-99, Math.min(99, Math.floor(next / decade)));
    const number = (next - Math.floor(next / decade) * decade + 10 ** places) / 10 ** places;
    return sign + (exponent !== undefined ? `${number.toFixed(places)}e${power}` : (number * 10 ** power).toFixed(Math.max(1, places - power)));
  }
  const unit = part === undefined ? 10 ** Math.max(0, /0*$/.exec(whole)[0].length - 1) : 1;
  const scale = 10 ** (part ?? "").length, value = Math.round(Number(sign + digits.replaceAll("_", "")) * scale) + steps * (whole === "0" ? 1 : unit);
  const text = (value / scale).toFixed((part ?? "").length);
  return part === "" ? `${text}.` : text;
}

// A number above 0 as so many steps of its leading digits (`places` more than one) from 1.
function leading(whole, part, exponent) {
  const digits = (whole + part).replace(/^0+/, ""), places = /^0/.test(whole) ? digits.length - 1 : part.length + whole.length - 1;
  const power = exponent + whole.length - 1 - ((whole + part).length - digits.length);
  return { places, at: Number(digits) - 10 ** places + power * 9 * 10 ** places };
}

export const isNumber = (span) => span.matches(".mf, .mi") ? /^-?(?=.{1,15}$)[\d._]+(e[-+]?\d+)?$/i.test(span.textContent) : /^(True|False)$/.test(span.textContent);
export const numbersOf = (code) => [...code.querySelectorAll(".mf, .mi, .kc")].filter(isNumber);

// Makes a block's numbers sliders for the keyboard and for a screen reader. Their minus signs become theirs.
export function awaken(code) {
  for (const span of numbersOf(code)) {
    if (span.role) continue;
    const before = span.previousSibling, range = document.createRange();
    range.setStart(code, 0);
    range.setEndBefore(span);
    const text = range.toString();
    if (before?.nodeType === Node.TEXT_NODE && !/^[TF]/.test(span.textContent) && UNARY.test(text)) {
      before.data = before.data.slice(0, -1);
      span.prepend("-");
    }
    const line = text.split("\n"), name = /(\w+)\s*=[^=,]*$/.exec(line.at(-1))?.[1];
    span.dataset.form = span.textContent;
    span.ariaLabel = `${name ?? "a number"}, line ${line.length}`;
    span.role = "slider";
    span.ariaOrientation = "horizontal";
    span.tabIndex = 0;
    write(span, span.textContent);
  }
}

function write(span, text) {
  span.textContent = span.ariaValueText = text;
  span.ariaValueNow = /^[TF]/.test(text) ? Number(text === "True") : Number(text);
}

// Watches the numbers of all code within `root`: changed(code) while one moves, released(span) when it rests.
export function watchNumbers(root, changed, released) {
  const at = (event) => {
    const span = event.target.closest?.("[data-live] pre :is(.mf, .mi, .kc)");
    return span && isNumber(span) ? span : null;
  };
  const put = (span, text) => {
    if (span.textContent === text) return false;
    write(span, text);
    changed(span.closest("code"));
    return true;
  };
  let drag = null, moving = false; // by mouse or finger, by keys
  root.addEventListener("pointerdown", (event) => {
    const span = event.button === 0 ? at(event) : null;
    if (!span) return;
    awaken(span.closest("code"));
    drag = { span, x: event.clientX, text: span.textContent, far: false };
    span.setPointerCapture(event.pointerId);
    span.focus({ preventScroll: true });
    event.preventDefault(); // no text is selected
  });
  root.addEventListener("pointermove", (event) => {
    const steps = drag ? Math.trunc((event.clientX - drag.x) / PIXELS) : 0;
    if (!drag || (!steps && !drag.far)) return;
    drag.far = true;
    put(drag.span, moved(drag.text, steps * (event.shiftKey ? 10 : 1), drag.span.dataset.form));
  });
  for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, () => {
    if (!drag) return;
    const { span, far } = drag;
    drag = null;
    const turned = !far && span.matches(".kc") && put(span, span.textContent === "True" ? "False" : "True");
    if (far || turned) released(span);
  });
  root.addEventListener("keydown", (event) => {
    const span = at(event);
    if (!span || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = event.key === "Enter" || event.key === " " ? (span.textContent === "True" ? -1 : 1) * span.matches(".kc") : KEYS[event.key];
    if (drag && event.key === "Escape") put(span, drag.text), (drag = null), released(span);
    if (!steps || (event.shiftKey && event.key === "Enter")) return;
    event.preventDefault();
    if (put(span, moved(span.textContent, steps * (event.shiftKey ? 10 : 1), span.dataset.form))) moving = true;
  });
  root.addEventListener("keyup", (event) => {
    if (!moving || !at(event)) return;
    moving = false;
    released(at(event));
  });
}
