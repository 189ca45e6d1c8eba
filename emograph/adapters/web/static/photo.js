// The photo with the regions of the cues drawn over it.

import { h, svg } from "./dom.js";

/** The photo at `source`, and a box for every cue that has a region; `pick(id)` when one is chosen. */
export function photoWithRegions(source, document, pick) {
  const { width, height } = document.image;
  const seen = document.cues
    .slice(0, 8)
    .map((cue) => cue.label)
    .join(", ");
  const alt = seen ? `The photo, in which was seen: ${seen}` : "The photo; nothing was recognised";
  const frame = h("div", { class: "photo" }, h("img", { src: source, alt, width, height }));
  // The photo fills its column, but a tall one must fit the window and a small one stay sharp.
  frame.style.width = `min(100%, calc(72vh * ${(width / height).toFixed(4)}), ${2 * width}px)`;
  const regions = document.cues.filter((cue) => cue.region);
  if (regions.length) {
    // Small boxes lie above large ones, so that the pointer reaches both.
    regions.sort((one, other) => other.region.w * other.region.h - one.region.w * one.region.h);
    frame.append(
      svg(
        "svg",
        { role: "group", "aria-label": "What was seen, and where" },
        regions.map((cue, i) =>
          regionBox(
            cue,
            width,
            height,
            pick,
            regions.slice(0, i).filter((other) => near(cue, other)).length,
          ),
        ),
      ),
    );
  }
  return frame;
}

/** Whether the labels of two regions would lie on each other. */
function near({ region: one }, { region: other }) {
  const apart = Math.max(Math.abs(one.x - other.x), Math.abs(one.y - other.y));
  return apart < 0.15 * Math.max(one.w, other.w);
}

/** A box and its label; `under` labels near it are told below their boxes. */
function regionBox(cue, width, height, pick, under) {
  const share = (value, whole) => Math.min(Math.max((100 * value) / whole, 0), 100);
  const { x, y, w, h: tall } = cue.region;
  const [left, right] = [share(x, width), share(x + w, width)];
  const [top, bottom] = [share(y, height), share(y + tall, height)];
  const box = {
    x: `${left}%`,
    y: `${top}%`,
    width: `${right - left}%`,
    height: `${bottom - top}%`,
  };
  const above = top > 8;
  const label = under
    ? { y: `${bottom}%`, dx: 6, dy: -8 - 16 * (under - 1) }
    : { y: `${top}%`, dx: above ? 0 : 6, dy: above ? -6 : 18 };
  return svg(
    "g",
    {
      class: "region",
      role: "button",
      tabindex: 0,
      "data-cue": cue.id,
      "aria-label": `${cue.label}: go to this cue`,
      onclick: () => pick(cue.id),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick(cue.id);
      },
    },
    svg("rect", { class: "halo", ...box }),
    svg("rect", { class: "box", ...box }),
    svg("text", { x: `${left}%`, ...label }, cue.label),
  );
}
