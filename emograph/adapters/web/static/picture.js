// A picture of the gallery: as one among others, and all that is known of it.

import { link } from "./address.js";
import { bytes, send, shown } from "./api.js";
import { emotionBars, feeling } from "./bars.js";
import { h, tinted } from "./dom.js";
import { percent, ranked, spelt } from "./words.js";

/** A picture among others: what it evokes, and why it was found; `colours` are its scheme's. */
export function pictureCard(hit, colours) {
  const [emotion, share] = ranked(hit.emotions)[0];
  return h(
    "li",
    {},
    link(
      { image: hit.sha256, node: null },
      { class: "hit" },
      thumbnail(hit),
      h("span", { class: "name" }, h("bdi", {}, hit.name)),
      tinted(
        h(
          "span",
          { class: "feels" },
          h("span", { class: "dot", "aria-hidden": "true" }),
          `${spelt(emotion)} ${percent(share)}`,
        ),
        colours[emotion],
      ),
      hit.score === null ? null : h("span", { class: "soft" }, `fits ${percent(hit.score)}`),
    ),
    hit.why.length
      ? h(
          "ul",
          { class: "why-hit soft" },
          hit.why.map((text) => h("li", {}, text)),
        )
      : null,
  );
}

/** A small copy of a picture; the browser forgets its bytes once it is drawn. */
function thumbnail(hit) {
  const frame = h("span", { class: "thumb" });
  bytes(`api/gallery/${hit.sha256}/thumbnail`).then(
    (blob) => {
      const source = URL.createObjectURL(blob);
      const seen = hit.cues
        .slice(0, 3)
        .map((cue) => cue.label)
        .join(", ");
      const forget = () => URL.revokeObjectURL(source);
      const alt = seen ? `Seen: ${seen}.` : "";
      frame.replaceChildren(h("img", { src: source, alt, onload: forget }));
    },
    () => frame.replaceChildren(h("span", { class: "soft" }, "no thumbnail")),
  );
  return frame;
}

/** All that is known of a picture, for the panel; `removed()`, if given, follows its removal. */
export function pictureDetail(hit, colours, removed) {
  return [
    h("p", { class: "kind soft" }, "Picture"),
    h("h2", {}, hit.name),
    thumbnail(hit),
    h("h3", {}, "Emotions"),
    ...emotionBars(hit.emotions, colours).filter(Boolean),
    feeling(hit, colours[ranked(hit.emotions)[0][0]]),
    h("h3", {}, "What was seen"),
    h(
      "ul",
      {},
      hit.cues
        .slice(0, 20)
        .map((cue) =>
          h(
            "li",
            {},
            cue.concept ? link({ node: cue.concept, image: null }, {}, cue.label) : cue.label,
            h("span", { class: "soft" }, ` ${spelt(cue.kind)}, ${percent(cue.confidence)}`),
          ),
        ),
    ),
    removed && removal(hit, removed),
  ].filter(Boolean);
}

function removal(hit, removed) {
  const place = h("p", {});
  const button = h(
    "button",
    {
      type: "button",
      class: "quiet",
      onclick: async () => {
        if (!window.confirm(`Take “${hit.name}” out of the gallery?`)) return;
        try {
          await send(`api/gallery/${hit.sha256}`, { method: "DELETE" });
          removed();
        } catch (problem) {
          place.replaceChildren(shown(problem));
        }
      },
    },
    "Take it out of the gallery",
  );
  place.append(button);
  return place;
}
