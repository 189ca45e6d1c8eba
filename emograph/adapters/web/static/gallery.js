// The gallery: what was annotated, and the search in it.

import { address, changed, go, link, read } from "./address.js";
import { Problem, ask, send, shown } from "./api.js";
import { h } from "./dom.js";
import { find, hold } from "./photos.js";
import { pictureCard, pictureDetail } from "./picture.js";
import { counted } from "./words.js";

const PAGE = 24;

/** Build the view into its section; gives what shows it and what takes a picture. */
export function galleryView(section, server, panel) {
  const box = h("input", {
    type: "search",
    id: "wanted",
    autocomplete: "off",
    spellcheck: "false",
  });
  const file = h("input", {
    type: "file",
    accept: "image/*",
    class: "unseen",
    id: "like-file",
    onchange: () => {
      if (file.files[0]) take(file.files[0]);
      file.value = "";
    },
  });
  const examples = h("p", { class: "examples soft" });
  const like = h("p", { class: "like", hidden: true });
  const status = h("p", { class: "status", role: "status" });
  const place = h("div", {});
  const form = h(
    "form",
    {
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        const q = box.value.trim();
        const name = read().parameters.get("like");
        go(address("gallery", { ...(q ? { q } : {}), ...(name ? { like: name } : {}) }));
      },
    },
    h("label", { for: "wanted" }, "Which pictures?"),
    h(
      "div",
      { class: "row" },
      box,
      h("button", { type: "submit", class: "button" }, "Search"),
      h("label", { for: "like-file", class: "button quiet" }, "Like a picture …"),
      file,
    ),
    h(
      "p",
      { class: "soft" },
      "A feeling or a mixture, words, or conditions on what was seen. A picture dropped here finds pictures like it.",
    ),
    like,
    examples,
  );
  section.append(h("header", {}, h("h1", { tabindex: -1 }, "Gallery")), form, status, place);

  let colours = {};
  let shownQuestion = null;
  const ready = Promise.all([
    ask("api/examples").then(
      (all) => {
        examples.replaceChildren(
          "For instance: ",
          ...all.retrieve.flatMap((q, i) => [
            i ? " · " : "",
            h("a", { href: address("gallery", { q }) }, q),
          ]),
        );
      },
      () => {},
    ),
    ask("api/schemes").then(
      (all) => {
        for (const scheme of all)
          colours[scheme.name] = Object.fromEntries(
            scheme.emotions.map((one) => [one.name, one.colour]),
          );
      },
      () => {},
    ),
  ]);

  function take(photo) {
    const q = box.value.trim();
    go(address("gallery", { ...(q ? { q } : {}), like: hold(photo) }));
  }

  async function show(parameters, anew = false) {
    const image = parameters.get("image");
    if (image) panel.open(`image ${image}`, () => detail(image));
    const [q, name, from] = [
      parameters.get("q") ?? "",
      parameters.get("like"),
      Number(parameters.get("from") ?? 0),
    ];
    const question = JSON.stringify([q, name, from]);
    // What is kept may have changed while another view was shown.
    if (question === shownQuestion && !anew) return;
    shownQuestion = question;
    box.value = q;
    like.hidden = name === null;
    if (name !== null)
      like.replaceChildren(
        `Like the picture “${name}”. `,
        link({ like: null, from: null, image: null }, {}, "Without it"),
      );
    status.textContent = "Looking …";
    place.classList.add("waiting");
    try {
      const found = await search(q, name, from);
      await ready;
      if (question !== shownQuestion) return;
      render(found, q || name !== null, from);
    } catch (problem) {
      if (question !== shownQuestion) return;
      shownQuestion = null;
      status.textContent = "";
      place.replaceChildren(shown(problem, () => show(read().parameters)));
    } finally {
      place.classList.remove("waiting");
    }
  }

  async function search(q, name, from) {
    if (name !== null) {
      const photo = find(name);
      if (!photo)
        throw new Problem(
          "This tab no longer has that picture.",
          "Choose it again, or search by words.",
          404,
        );
      const body = new FormData();
      body.append("photo", photo, photo.name);
      if (q) body.append("q", q);
      body.append("k", PAGE);
      const waiting = (seconds) => {
        status.textContent = `The server is busy. It is asked again in ${seconds} s.`;
      };
      return (await send("api/retrieve", { method: "POST", body, waiting })).json();
    }
    if (q) return ask(`api/retrieve?${new URLSearchParams({ q, k: PAGE })}`);
    return ask(`api/gallery?${new URLSearchParams({ offset: from, limit: PAGE })}`);
  }

  function render({ total, hits }, searched, from) {
    if (!hits.length) {
      status.textContent = "";
      place.replaceChildren(searched && total ? nothingFits() : emptyGallery(server.writable));
      return;
    }
    status.textContent = searched
      ? `${counted(hits.length, "picture")} of ${total.toLocaleString("en")}, the best first.`
      : `${counted(total, "picture")}${total > hits.length ? `; shown are ${from + 1} to ${from + hits.length}` : ""}.`;
    place.replaceChildren(
      h(
        "ol",
        { class: "hits" },
        hits.map((hit) => pictureCard(hit, colours[hit.scheme] ?? {})),
      ),
      searched ? "" : pages(total, from),
    );
  }

  function pages(total, from) {
    if (total <= PAGE) return "";
    const to = (start, words) =>
      link({ from: start || null, image: null, node: null }, { class: "button quiet" }, words);
    return h(
      "nav",
      { "aria-label": "Pages of the gallery", class: "row" },
      from > 0 ? to(Math.max(from - PAGE, 0), "Back") : null,
      from + PAGE < total ? to(from + PAGE, "Further") : null,
    );
  }

  async function detail(sha256) {
    const [hit] = await Promise.all([ask(`api/gallery/${sha256}`), ready]);
    return pictureDetail(hit, colours[hit.scheme] ?? {}, server.writable ? removed : null);
  }

  /** Show the gallery without the picture that is open. */
  function removed() {
    shownQuestion = null;
    go(changed({ image: null }));
  }

  return { show, take };
}

function nothingFits() {
  return h(
    "div",
    { class: "empty" },
    h(
      "p",
      {},
      h("strong", {}, "No picture fits."),
      " Ask for less at once, or ",
      h("a", { href: address("gallery") }, "see all of them"),
      ".",
    ),
  );
}

function emptyGallery(writable) {
  return h(
    "div",
    { class: "empty" },
    h(
      "p",
      {},
      h("strong", {}, "The gallery is empty."),
      " Fill it from a folder of photos, then start the server with the same store:",
    ),
    h("pre", {}, "emograph annotate photos/ --store disk:album\nemograph serve --store disk:album"),
    writable
      ? h(
          "p",
          {},
          "Or ",
          h("a", { href: address("explain") }, "explain a photo"),
          " and keep the answer.",
        )
      : "",
  );
}
