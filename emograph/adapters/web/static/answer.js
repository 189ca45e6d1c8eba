// An answer, and what becomes of it when a person changes what was seen.

import { address, changed, go, note, read } from "./address.js";
import { shown, tell } from "./api.js";
import { emotionBars, feeling } from "./bars.js";
import { colophon, unknown } from "./colophon.js";
import { cueList, leading } from "./cues.js";
import { announce, calmly, h } from "./dom.js";
import { evidenceGraph, pathList } from "./evidence.js";
import { hold } from "./photos.js";
import { photoWithRegions } from "./photo.js";
import { voteTable } from "./votes.js";
import { percent, ranked, seer, spelt } from "./words.js";

const PAUSE = 60; // milliseconds between a person's move and the question that follows it

/**
 * Show an explanation. `base` is what the server answered for `file`; problems are told in
 * `status`; `forgotten()` is called when the server no longer has the explanation.
 */
export function showAnswer(place, { base, file, schemes, status, forgotten }) {
  const changes = new Map(); // the cues that are not as they were seen, with their confidence
  const picture = URL.createObjectURL(file);
  const cues = cueList(base, change);
  const headline = h("h1", { tabindex: -1 });
  const why = h("div", { class: "why" });
  const moving = h("div", { class: "moving" });
  const told = h("div", { class: "changes", hidden: true });
  const evidence = h("section", { "aria-labelledby": "evidence-title" });
  const votes = h("section", { class: "pair" });
  let now = base;
  let ended = false;

  const { image } = base.explanation;
  cues.element.append(told);
  place.replaceChildren(
    h("header", {}, headline),
    h(
      "div",
      { class: "opening" },
      h(
        "figure",
        {},
        photoWithRegions(picture, base.explanation, cues.focus),
        h(
          "figcaption",
          { class: "soft" },
          h("bdi", {}, file.name),
          `, ${image.width} × ${image.height} pixels. `,
          h(
            "a",
            { href: address("gallery", { like: file.name }), onclick: findLike },
            "Find pictures like it",
          ),
        ),
      ),
      h("div", { class: "answer" }, why, moving),
      cues.element,
    ),
    evidence,
    votes,
    colophon(base.explanation, () => now.explanation),
  );
  place.addEventListener("pointerover", light);
  place.addEventListener("focusin", light);
  render();

  function findLike(event) {
    event.currentTarget.href = address("gallery", { like: hold(file) });
  }

  /** Light up a cue wherever it appears: in the photo, the list and the graph. */
  function light(event) {
    const id = event.target.closest("[data-cue]")?.dataset.cue;
    for (const part of place.querySelectorAll("[data-cue]")) {
      part.classList.toggle("lit", part.dataset.cue === id);
    }
  }

  function change(id, confidence) {
    const seen = base.explanation.cues.find((cue) => cue.id === id).confidence;
    const same = confidence === null || Math.round(100 * confidence) === Math.round(100 * seen);
    if (same) changes.delete(id);
    else changes.set(id, confidence);
    remember();
    cues.update(now, changes);
    follow();
  }

  function reset() {
    changes.clear();
    remember();
    headline.focus({ preventScroll: true });
    follow();
  }

  // Written into the address; browsers do not like that for each step of a slider.
  const remember = calmly(() => {
    if (ended || read().view !== "explain") return;
    const lists = { without: [], sure: [] };
    for (const [cue, value] of changes) {
      if (value === 0) lists.without.push(cue);
      else lists.sure.push(`${cue}@${value}`);
    }
    note(changed(lists));
  }, 150);

  /** Take up the changes that an address tells. */
  function restore(parameters) {
    const wanted = new Map(parameters.getAll("without").map((id) => [id, 0]));
    for (const text of parameters.getAll("sure")) {
      const at = text.lastIndexOf("@");
      const value = Number(text.slice(at + 1));
      if (value >= 0 && value <= 1) wanted.set(text.slice(0, at), value);
    }
    const known = new Set(base.explanation.cues.map((cue) => cue.id));
    const same = [...wanted].every(([id, value]) => changes.get(id) === value);
    if (same && wanted.size === changes.size) return;
    changes.clear();
    for (const [id, value] of wanted) if (known.has(id)) changes.set(id, value);
    cues.update(now, changes);
    follow();
  }

  let asking = false;
  let again = false;

  /** Ask what would be felt now: one question at a time, the latest wins. */
  async function follow() {
    again = asking;
    if (asking) return;
    asking = true;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE);
    });
    do {
      again = false;
      await whatIf();
    } while (again && !ended);
    asking = false;
  }

  async function whatIf() {
    const confidences = Object.fromEntries(changes);
    try {
      const answer = changes.size ? await tell("api/what-if", { id: base.id, confidences }) : base;
      if (ended) return;
      now = answer;
      status.textContent = "";
      render();
      announce(
        changes.size
          ? `${now.headline}. ${moved().join("; ").replaceAll("→", "becomes") || "Next to nothing moves"}.`
          : "As it was seen.",
      );
    } catch (problem) {
      if (ended) return;
      if (problem.status === 404) forgotten();
      else status.replaceChildren(shown(problem, follow));
    }
  }

  function render() {
    const before = changes.size ? base.explanation : null;
    const open = new Set(
      [...place.querySelectorAll("details[data-keep][open]")].map((one) => one.dataset.keep),
    );
    const focused = document.activeElement?.dataset?.key;
    headline.textContent = now.headline;
    why.replaceChildren(...now.explanation.why.map((sentence) => h("p", {}, sentence)));
    renderBars(before);
    cues.update(now, changes);
    renderChanges();
    evidence.replaceChildren(...evidenceOf(now));
    votes.replaceChildren(
      h("div", {}, h("h2", {}, "Who voted"), voteTable(now)),
      h("div", {}, h("h2", {}, "What is not known"), unknown(now.explanation)),
    );
    for (const one of place.querySelectorAll("details[data-keep]"))
      one.open = open.has(one.dataset.keep);
    if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  function renderBars(before) {
    const [bars, more] = emotionBars(now.explanation.emotions, base.colours, before?.emotions);
    const point = feeling(now.explanation, base.colours[leading(now.explanation)], before);
    if (!moving.firstChild) {
      moving.append(h("div", { class: "titled" }, h("h2", {}, "Emotions"), schemeSwitch() ?? ""));
    }
    moving.replaceChildren(moving.firstChild, bars, more ?? "", point);
  }

  function schemeSwitch() {
    if (!schemes.length) return null;
    const choice = h(
      "select",
      {
        id: "scheme",
        onchange: () =>
          go(changed({ scheme: choice.value, without: null, sure: null, node: null })),
      },
      schemes.map(({ name, label }) =>
        h("option", { value: name, selected: name === base.explanation.scheme }, label),
      ),
    );
    return h(
      "div",
      { class: "choice" },
      h("label", { for: "scheme", class: "soft" }, "Scheme"),
      choice,
    );
  }

  function evidenceOf({ explanation, graph, colours, paths }) {
    if (!explanation.paths.length) return [];
    return [
      h("h2", { id: "evidence-title" }, "How the evidence leads there"),
      ...evidenceGraph(graph, colours, openNode),
      h("h2", { class: "later" }, "The same in words"),
      ...pathList(paths),
    ].filter(Boolean);
  }

  function openNode({ type, id }) {
    const iri = type === "cue" ? base.explanation.cues.find((cue) => cue.id === id).concept : id;
    go(changed({ node: iri }));
  }

  /** What became of the two emotions that moved most. */
  function moved() {
    const [from, to] = [base.explanation.emotions, now.explanation.emotions];
    const far = Object.keys(to).map((name) => [name, Math.abs(to[name] - from[name])]);
    return ranked(Object.fromEntries(far))
      .slice(0, 2)
      .filter(([name]) => percent(from[name]) !== percent(to[name]))
      .map(([name]) => `${spelt(name)} ${percent(from[name])} → ${percent(to[name])}`);
  }

  function renderChanges() {
    told.hidden = !changes.size;
    const many = `${changes.size} ${changes.size === 1 ? "cue" : "cues"} changed`;
    const words = h(
      "span",
      {},
      h("strong", {}, many),
      `: ${moved().join("; ") || "next to nothing moves"}.`,
    );
    if (told.firstChild) told.firstChild.replaceWith(words);
    else
      told.append(words, h("button", { type: "button", class: "quiet", onclick: reset }, "Reset"));
  }

  /** What the picture shows of a concept, in words. */
  function about(iri) {
    return base.explanation.cues
      .filter((cue) => cue.concept === iri)
      .map(
        (cue) =>
          `“${cue.label}”, ${spelt(cue.kind)}, ${seer(cue)}, ${percent(cue.confidence)} sure`,
      );
  }

  function end() {
    ended = true;
    place.removeEventListener("pointerover", light);
    place.removeEventListener("focusin", light);
    URL.revokeObjectURL(picture);
  }

  return { restore, about, end };
}
