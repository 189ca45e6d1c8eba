// What stands at the end of an answer: what is not known, how it was made, and the file of it.

import { h } from "./dom.js";
import { percent } from "./words.js";

/** What the answer does not rest on, in sentences. */
export function unknown({ cues, unknown_share: share, notes }) {
  const first = !cues.length
    ? "No cue was found, so the shares say nothing about this picture."
    : share > 0
      ? `The knowledge graph knows nothing about ${percent(share)} of what was seen; that part could not count.`
      : "The knowledge graph knows everything that was seen.";
  return [first, ...notes].map((text) => h("p", {}, text));
}

/** Image, times and versions; `current()` gives the document to download. */
export function colophon({ image, timings_ms: times, versions }, current) {
  const list = (values, unit) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${unit(value)}`)
      .join(", ");
  return h(
    "section",
    { class: "colophon soft" },
    h(
      "dl",
      {},
      h("dt", {}, "Image"),
      h("dd", {}, `SHA-256 ${image.sha256.slice(0, 12)}`),
      h("dt", {}, "Time"),
      h(
        "dd",
        {},
        list(times, (value) => `${value.toFixed(1)} ms`),
      ),
      h("dt", {}, "Versions"),
      h("dd", {}, list(versions, String)),
    ),
    h(
      "button",
      { type: "button", class: "quiet", onclick: () => download(current()) },
      "Download as JSON",
    ),
  );
}

function download(document) {
  const blob = new Blob([JSON.stringify(document, null, 2)], { type: "application/json" });
  const name = (document.image.source || "explanation").replace(/\.[^.]*$/, "");
  const link = h("a", { href: URL.createObjectURL(blob), download: `${name}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
