// The emotions as bars, and the feeling as a point between calm and excited.

import { h, svg, tinted } from "./dom.js";
import { percent, ranked, signed, spelt } from "./words.js";

const FEW = 8;

/** A bar of a share; `was`, if given, is marked by a line. */
export function shareBar(share, scale, was = null) {
  const at = (value) => ((100 * value) / scale).toFixed(2);
  return svg(
    "svg",
    { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", width: 100, height: 10 }),
    svg("rect", { class: "fill", width: at(share), height: 10 }),
    was === null
      ? null
      : svg("rect", { class: "was", x: at(was) - 0.4, y: -2, width: 0.8, height: 14 }),
  );
}

/** A bar to the right for what speaks for an emotion, to the left for what speaks against it. */
export function effectBar(logOdds, scale) {
  const width = (50 * Math.abs(logOdds)) / scale;
  return svg(
    "svg",
    { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", width: 100, height: 10 }),
    svg("rect", {
      class: logOdds >= 0 ? "for" : "against",
      x: (logOdds >= 0 ? 50 : 50 - width).toFixed(2),
      width: width.toFixed(2),
      height: 10,
    }),
    svg("rect", { class: "zero", x: 49.8, y: -2, width: 0.4, height: 14 }),
  );
}

/**
 * The bars of a distribution. With `before`, its order is kept and what was is told, so that rows
 * stay where they are while a person changes a cue.
 */
export function emotionBars(emotions, colours, before = null) {
  const order = ranked(before ?? emotions).map(([emotion]) => emotion);
  const [[first, top]] = ranked(emotions);
  const scale = Math.max(top, before ? ranked(before)[0][1] : 0, 1e-9);
  const row = (emotion) => {
    const share = emotions[emotion];
    const was = before && percent(before[emotion]) !== percent(share) ? before[emotion] : null;
    return tinted(
      h(
        "li",
        { class: emotion === first ? "first" : null, "data-emotion": emotion },
        h("span", { class: "name" }, spelt(emotion)),
        shareBar(share, scale, was),
        h(
          "span",
          { class: "number" },
          was === null
            ? null
            : h(
                "span",
                { class: "soft" },
                h("span", { class: "unseen" }, "was "),
                percent(was),
                h("span", { "aria-hidden": "true" }, " →"),
              ),
          was === null ? null : " ",
          percent(share),
        ),
      ),
      colours[emotion],
    );
  };
  const rest = order.slice(FEW);
  const kind = before ? "bars compared" : "bars";
  return [
    h("ol", { class: kind }, order.slice(0, FEW).map(row)),
    rest.length
      ? h(
          "details",
          { "data-keep": "bars" },
          h("summary", {}, `${rest.length} more`),
          h("ol", { class: kind }, rest.map(row)),
        )
      : null,
  ];
}

/** Valence and arousal as a point, and in numbers. */
export function feeling(document, colour, before = null) {
  const x = (valence) => (75 + 55 * valence).toFixed(1);
  const y = (arousal) => (66 - 50 * arousal).toFixed(1);
  const middle = { "text-anchor": "middle" };
  const picture = svg(
    "svg",
    {
      viewBox: "0 0 150 132",
      role: "img",
      "aria-label": `Valence ${signed(document.valence)}, arousal ${signed(document.arousal)}`,
    },
    svg("rect", { class: "frame", x: 20, y: 16, width: 110, height: 100 }),
    svg("line", { x1: 75, y1: 16, x2: 75, y2: 116 }),
    svg("line", { x1: 20, y1: 66, x2: 130, y2: 66 }),
    svg("text", { x: 75, y: 11, ...middle }, "excited"),
    svg("text", { x: 75, y: 129, ...middle }, "calm"),
    svg("text", { transform: "translate(14 66) rotate(-90)", ...middle }, "unpleasant"),
    svg("text", { transform: "translate(136 66) rotate(90)", ...middle }, "pleasant"),
    before &&
      svg("circle", { class: "before", cx: x(before.valence), cy: y(before.arousal), r: 6 }),
    tinted(
      svg("circle", { class: "swatch", cx: x(document.valence), cy: y(document.arousal), r: 6 }),
      colour,
    ),
  );
  const number = (name) =>
    h(
      "dd",
      {},
      before && signed(before[name]) !== signed(document[name])
        ? h(
            "span",
            { class: "soft" },
            h("span", { class: "unseen" }, "was "),
            signed(before[name]),
            h("span", { "aria-hidden": "true" }, " → "),
          )
        : null,
      signed(document[name]),
    );
  return h(
    "div",
    { class: "feeling" },
    picture,
    h(
      "dl",
      { class: "number" },
      h("dt", {}, "Valence"),
      number("valence"),
      h("dt", {}, "Arousal"),
      number("arousal"),
    ),
  );
}
