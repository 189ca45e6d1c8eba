// What was seen: every cue with a switch, a slider for its confidence, and what it adds.

import { effectBar } from "./bars.js";
import { h } from "./dom.js";
import { percent, seer, signed, spelt } from "./words.js";

const FEWEST = 3;
const MOST = 12;

/**
 * The list of cues of an explanation. `change(id, confidence)` is called when a person moves one;
 * null means as it was seen. `update(now, changes)` shows what the answer has become.
 */
export function cueList(base, change) {
  const cues = new Map(base.explanation.cues.map((cue) => [cue.id, cue]));
  const order = [...base.order.matter, ...base.order.faint];
  const rows = new Map(order.map((id) => [id, cueRow(cues.get(id), change)]));
  const title = h("h2", { id: "cues-title" });
  const adds = h("span", {});
  const shown = Math.min(Math.max(base.order.matter.length, FEWEST), MOST);
  const [first, rest] = [order.slice(0, shown), order.slice(shown)];
  const elements = (ids) => ids.map((id) => rows.get(id).element);
  const element = h(
    "section",
    { class: "cues", "aria-labelledby": "cues-title" },
    title,
    order.length
      ? [
          h(
            "p",
            { class: "soft" },
            "Switch a cue off, or say how surely it is there, and see what would be felt then.",
          ),
          h(
            "div",
            { class: "cue head soft", "aria-hidden": "true" },
            h("span", {}),
            h("span", {}, "Cue"),
            h("span", {}, "How sure"),
            adds,
          ),
          h("ul", {}, elements(first)),
          rest.length
            ? h(
                "details",
                { class: "faint" },
                h("summary", {}, `${rest.length} fainter ${rest.length === 1 ? "cue" : "cues"}`),
                h("ul", {}, elements(rest)),
              )
            : null,
        ]
      : h("p", {}, "Nothing was recognised in this picture."),
  );

  function update(now, changes) {
    const emotion = leading(now.explanation);
    const effects = effectsOn(now.explanation, emotion);
    const before = effectsOn(base.explanation, emotion);
    const scale = Math.max(...[...effects.values(), ...before.values()].map(Math.abs), 1e-9);
    title.textContent = "What was seen, and what it adds";
    adds.textContent = `Against, or for ${spelt(emotion)}`;
    for (const [id, row] of rows) row.update(changes.get(id), effects.get(id) ?? 0, scale, emotion);
  }

  function focus(id) {
    const row = rows.get(id);
    const folded = row.element.closest("details");
    if (folded) folded.open = true;
    row.element.scrollIntoView({ block: "center" });
    row.element.querySelector("input").focus({ preventScroll: true });
  }
  return { element, update, focus };
}

/** The emotion with the highest share. */
export function leading(document) {
  return Object.entries(document.emotions).reduce((best, one) =>
    one[1] > best[1] ? one : best,
  )[0];
}

function effectsOn(document, emotion) {
  const given = document.contributions.filter((one) => one.emotion === emotion);
  return new Map(given.map((one) => [one.cue, one.log_odds]));
}

function cueRow(cue, change) {
  const toggle = h("input", {
    type: "checkbox",
    role: "switch",
    checked: true,
    "aria-label": `Count “${cue.label}”`,
    onchange: () => change(cue.id, toggle.checked ? null : 0),
  });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    value: 100 * cue.confidence,
    "aria-label": `How surely “${cue.label}” is there`,
    oninput: () => change(cue.id, slider.value / 100),
  });
  const share = h("span", { class: "number" });
  const effect = h("div", { class: "effect" });
  const element = h(
    "li",
    { class: "cue", "data-cue": cue.id },
    toggle,
    h(
      "div",
      { class: "what" },
      h("bdi", {}, cue.label),
      " ",
      h("span", { class: "soft" }, `${spelt(cue.kind)}, ${seer(cue)}`),
    ),
    h("div", { class: "sure" }, slider, share),
    effect,
  );

  function update(changed, logOdds, scale, emotion) {
    const confidence = changed ?? cue.confidence;
    toggle.checked = confidence > 0;
    slider.value = Math.round(100 * confidence);
    slider.setAttribute("aria-valuetext", percent(confidence));
    share.textContent = percent(confidence);
    element.classList.toggle("off", confidence === 0);
    element.classList.toggle("changed", changed !== undefined);
    effect.replaceChildren(
      effectBar(logOdds, scale),
      h(
        "span",
        { class: "number" },
        signed(logOdds),
        h("span", { class: "unseen" }, ` ${logOdds >= 0 ? "for" : "against"} ${spelt(emotion)}`),
      ),
    );
  }
  return { element, update };
}
