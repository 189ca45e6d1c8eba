// Where a photo comes in: chosen, dropped, pasted, or one of the samples.

import { address } from "./address.js";
import { ask, bytes } from "./api.js";
import { h } from "./dom.js";

/** The place to give a photo; `take(file)` gets what was chosen. */
export function intake(take, writable) {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    class: "unseen",
    id: "photo-file",
    onchange: () => {
      if (input.files[0]) take(input.files[0]);
      input.value = "";
    },
  });
  const keep = h("input", { type: "checkbox", role: "switch", id: "keep" });
  const samples = h("div", { class: "samples", hidden: true });
  const element = h(
    "div",
    { class: "intake" },
    h(
      "div",
      { class: "welcome" },
      h("h1", { tabindex: -1 }, "What does a picture make people feel, and why?"),
      h(
        "p",
        {},
        "Give it a photo. It says what most people would feel at it, shows what it saw and which knowledge led there, and lets you ask what would change.",
      ),
    ),
    h(
      "div",
      { class: "drop" },
      h("label", { class: "button", for: "photo-file" }, "Choose a photo"),
      input,
      h("p", { class: "soft" }, "Or drop one anywhere on the page, or paste it."),
      writable
        ? h("label", { class: "switched", for: "keep" }, keep, " Keep the answer in the gallery")
        : h("p", { class: "soft" }, "The server does not keep it."),
    ),
    samples,
  );
  fillSamples(samples);
  return { element, kept: () => writable && keep.checked };
}

async function fillSamples(place) {
  const samples = await ask("api/samples").catch(() => []);
  if (!samples.length) return;
  const one = ({ name, title, credit }) => {
    const picture = h("img", { alt: "", width: 120, height: 90 });
    bytes(`api/samples/${encodeURIComponent(name)}`).then(
      (blob) => {
        picture.src = URL.createObjectURL(blob);
      },
      () => picture.remove(),
    );
    const link = h(
      "a",
      { href: address("explain", { sample: name }), title: credit },
      picture,
      h("span", {}, title),
    );
    return h("li", {}, link);
  };
  place.append(h("h2", {}, "Or try one of these"), h("ul", {}, samples.map(one)));
  place.hidden = false;
}
