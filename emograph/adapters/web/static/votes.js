// Who voted for what, side by side, and how much each vote counts.

import { shareBar } from "./bars.js";
import { h, tinted } from "./dom.js";
import { percent, ranked, spelt, voter } from "./words.js";

const FEW = 8;

/** A table of the votes: an emotion a row, a voter a column, the answer first. */
export function voteTable(answer) {
  const { explanation: document, colours, counted } = answer;
  const names = Object.keys(document.votes);
  if (!names.length) return h("p", {}, "Nobody voted.");
  const columns = [
    ["the answer", document.emotions, null],
    ...names.map((name) => [voter(name), document.votes[name], document.gate[name] ?? null]),
  ];
  const order = ranked(document.emotions).map(([emotion]) => emotion);
  const top = Math.max(...columns.flatMap(([, shares]) => Object.values(shares)));
  const head = ([title, , weight], i) =>
    h(
      "th",
      { scope: "col" },
      title,
      h(
        "span",
        { class: "weight" },
        i === 0 ? "weighed" : weight === null ? "not counted" : `counts ${percent(weight)}`,
      ),
    );
  const cell = (share) =>
    h(
      "td",
      {},
      share === undefined
        ? "–"
        : [shareBar(share, top), h("span", { class: "number" }, percent(share))],
    );
  const row = (emotion) =>
    tinted(
      h(
        "tr",
        {},
        h("th", { scope: "row" }, spelt(emotion)),
        columns.map(([, shares]) => cell(shares[emotion])),
      ),
      colours[emotion],
    );
  const table = h(
    "table",
    { class: "votes" },
    h("caption", { class: "unseen" }, "The shares that each vote gives to the emotions"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Emotion"), columns.map(head))),
    h("tbody", {}, order.slice(0, FEW).map(row)),
  );
  const rest = order.slice(FEW);
  return [
    counted ? h("p", {}, counted) : null,
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Votes" }, table),
    rest.length
      ? h("p", { class: "soft" }, `${rest.length} further emotions have smaller shares.`)
      : null,
  ];
}
