// The panel that tells of a node of the graph, or of a picture of the gallery.

import { address, changed, go, link } from "./address.js";
import { ask, shown } from "./api.js";
import { h } from "./dom.js";
import { counted, spelt } from "./words.js";

const FEW = 8;

/** What is said of the nodes that lead here, by the words for their way; `kind` is the kind of …. */
const INWARD = {
  "goes with": "goes with it",
  "is appraised as": "is appraised in this way",
  "counts as": "counts as it",
  broader: "narrower",
  example: "examples",
};

/** The panel; `about(iri)` tells what the present picture shows of a concept. */
export function sidePanel(element, about) {
  const body = element.querySelector(".panel-body");
  let opener = null;
  let shownKey = null;

  element.querySelector("button.close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !element.hidden && !document.querySelector("dialog[open]"))
      close();
  });

  function close() {
    go(changed({ node: null, image: null }));
  }

  function hide() {
    if (element.hidden) return;
    element.hidden = true;
    shownKey = null;
    document.body.classList.remove("beside");
    body.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  }

  /** Show what `fill()` gives; `key` tells whether it is there already. */
  async function open(key, fill) {
    if (key === shownKey) return;
    if (element.hidden)
      opener = document.activeElement === document.body ? null : document.activeElement;
    shownKey = key;
    element.hidden = false;
    document.body.classList.add("beside");
    body.setAttribute("aria-busy", "true");
    let content;
    try {
      content = await fill();
    } catch (problem) {
      content = [
        h("h2", {}, "Nothing to tell"),
        shown(problem, () => {
          shownKey = null;
          open(key, fill);
        }),
      ];
    }
    if (key !== shownKey) return;
    body.removeAttribute("aria-busy");
    body.replaceChildren(...content);
    element.scrollTop = 0;
    const title = body.querySelector("h2");
    title.id = "panel-title";
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }

  const openNode = (iri) =>
    open(`node ${iri}`, async () =>
      nodeContent(await ask(`api/node?${new URLSearchParams({ iri })}`), about(iri)),
    );
  return { openNode, open, hide };
}

function nodeContent(node, seen) {
  const groups = new Map();
  for (const one of node.neighbours) {
    const said = spelt(one.relation);
    const name = one.direction === "out" ? said : (INWARD[said] ?? `is the ${said} of`);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(one);
  }
  return [
    h(
      "p",
      { class: "kind soft" },
      node.types.map(spelt).join(", "),
      node.pack ? ` of the pack “${node.pack}”` : "",
    ),
    h("h2", {}, node.label),
    ...seen.map((text) => h("p", { class: "seen" }, "In this picture: ", text, ".")),
    h("p", {}, node.definition || "There is no definition of it."),
    node.source ? h("p", { class: "soft" }, "Source: ", linked(node.source)) : null,
    ...[...groups].map(([name, neighbours]) => neighbourGroup(name, neighbours)),
    node.left_off
      ? h("p", { class: "soft" }, `${counted(node.left_off, "further neighbour")} not listed here.`)
      : null,
    h("p", { class: "iri soft" }, h("code", {}, node.iri)),
    h(
      "p",
      {},
      h(
        "a",
        { href: address("ask", { language: "sparql", query: `DESCRIBE <${node.iri}>` }) },
        "Ask for it in SPARQL",
      ),
    ),
  ].filter(Boolean);
}

function neighbourGroup(name, neighbours) {
  const rows = neighbours.map(({ iri, label, note }) =>
    h(
      "li",
      {},
      link({ node: iri, image: null }, {}, label),
      note ? h("span", { class: "soft" }, ` ${note}`) : null,
    ),
  );
  const rest = rows.slice(FEW);
  return h(
    "section",
    { class: "neighbours" },
    h("h3", {}, name),
    h("ul", {}, rows.slice(0, FEW)),
    rest.length
      ? h("details", {}, h("summary", {}, counted(rest.length, "more", "more")), h("ul", {}, rest))
      : null,
  );
}

function linked(source) {
  return /^https?:\/\//.test(source)
    ? h("a", { href: source, rel: "noreferrer noopener", target: "_blank" }, source)
    : source;
}
