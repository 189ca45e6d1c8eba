// The browser of the ontology: schemes, vocabularies and classes, a search, and the packs.

import { changed, link, note, read } from "./address.js";
import { ask, shown } from "./api.js";
import { announce, calmly, h } from "./dom.js";
import { counted, spelt } from "./words.js";

const STEP = 50;
const LOADED = 500;
const KINDS = [
  ["scheme", "Schemes of emotions"],
  ["vocabulary", "Vocabularies of concepts"],
  ["class", "Classes"],
];

/** Build the view into its section; gives what shows it. */
export function ontologyView(section) {
  const box = h("input", {
    type: "search",
    id: "sought",
    autocomplete: "off",
    oninput: calmly(() => {
      const q = box.value.trim();
      note(changed({ q: q || null }));
      search(q);
    }, 200),
  });
  const found = h("div", {});
  const tree = h("div", { class: "tree" });
  const packs = h("section", { class: "packs", "aria-labelledby": "packs-title" });
  section.append(
    h(
      "header",
      {},
      h("h1", { tabindex: -1 }, "Ontology"),
      h("p", { class: "soft" }, "What the knowledge graph knows of, and where it is from."),
    ),
    h(
      "form",
      {
        role: "search",
        onsubmit: (event) => {
          event.preventDefault();
          search(box.value.trim());
        },
      },
      h("label", { for: "sought" }, "Find a concept"),
      h("div", { class: "row" }, box),
    ),
    found,
    h("div", { class: "knowledge" }, tree, packs),
  );
  let filled = false;
  let sought = "";

  async function show(parameters) {
    const q = parameters.get("q") ?? "";
    if (q !== sought) {
      box.value = q;
      search(q);
    }
    if (filled) return;
    filled = true;
    await Promise.all([fillTree(), fillPacks()]);
  }

  async function fillTree() {
    try {
      const all = await ask("api/ontology");
      tree.replaceChildren(
        ...KINDS.map(([kind, title]) => {
          const ones = all.filter((one) => one.kind === kind);
          return ones.length ? h("section", {}, h("h2", {}, title), branch(ones)) : "";
        }),
      );
    } catch (problem) {
      filled = false;
      tree.replaceChildren(shown(problem, () => show(read().parameters)));
    }
  }

  async function search(q) {
    sought = q;
    if (!q) {
      found.replaceChildren();
      return;
    }
    try {
      const hits = await ask(`api/concepts?${new URLSearchParams({ q, limit: 20 })}`);
      if (q !== sought) return;
      const told = hits.length ? counted(hits.length, "concept") : "No concept is called so";
      announce(told);
      found.replaceChildren(
        h(
          "div",
          { class: "found-concepts" },
          h("p", { class: "soft" }, `${told}.`),
          h(
            "ul",
            {},
            hits.map((hit) =>
              h(
                "li",
                {},
                nodeLink(hit),
                h(
                  "span",
                  { class: "soft" },
                  ` ${[hit.kind && spelt(hit.kind), hit.vocabulary, hit.pack && `pack ${hit.pack}`].filter(Boolean).join(", ")}`,
                ),
              ),
            ),
          ),
        ),
      );
    } catch (problem) {
      if (q === sought) found.replaceChildren(shown(problem, () => search(q)));
    }
  }

  /** A list of `size` entries, a step at a time; `load(offset)` gives those that are not there. */
  function branch(ones, size = ones.length, load = null) {
    const list = h("ul", {});
    let given = 0;
    const more = h("button", { type: "button", class: "quiet", onclick: () => add() });
    async function add() {
      if (given >= ones.length && load) ones.push(...(await load(given)));
      const next = ones.slice(given, given + STEP);
      const rows = next.map(twig);
      list.append(...rows);
      if (given) rows[0]?.querySelector("button, a").focus();
      given += next.length;
      more.textContent = `${Math.min(STEP, size - given)} more of ${counted(size, "entry", "entries")}`;
      more.hidden = given >= size || !next.length;
    }
    add();
    return h("div", {}, list, more);
  }

  function twig(one) {
    const size = one.count ?? one.narrower;
    const place = h("div", { class: "below", hidden: true });
    const item = h(
      "li",
      {},
      size ? expander(one, size, place) : h("span", { class: "leaf", "aria-hidden": "true" }),
      nodeLink(one),
      size ? h("span", { class: "soft number" }, ` ${size.toLocaleString("en")}`) : null,
      one.pack ? h("span", { class: "badge" }, one.pack) : null,
      one.definition ? h("span", { class: "definition soft" }, one.definition) : null,
      place,
    );
    return item;
  }

  function expander(one, size, place) {
    const button = h("button", {
      type: "button",
      class: "expand",
      "aria-expanded": "false",
      "aria-label": `What is below ${one.label}`,
      onclick: async () => {
        const open = button.getAttribute("aria-expanded") === "false";
        button.setAttribute("aria-expanded", String(open));
        place.hidden = !open;
        if (!open || place.childElementCount) return;
        place.replaceChildren(h("p", { class: "soft" }, "Looking …"));
        try {
          const load = (offset) =>
            ask(
              `api/ontology/children?${new URLSearchParams({ iri: one.iri, offset, limit: LOADED })}`,
            );
          const children = await load(0);
          const all = children.length < LOADED ? children.length : size;
          place.replaceChildren(
            children.length
              ? branch(children, all, load)
              : h("p", { class: "soft" }, "There is nothing below it."),
          );
        } catch (problem) {
          place.replaceChildren(
            shown(problem, () => {
              place.replaceChildren();
              button.click();
              button.click();
            }),
          );
        }
      },
    });
    return button;
  }

  async function fillPacks() {
    const title = h("h2", { id: "packs-title" }, "Packs");
    try {
      const all = await ask("api/packs");
      packs.replaceChildren(
        title,
        h(
          "p",
          { class: "soft" },
          "Knowledge of further domains. “emograph ontology add NAME --store …” brings one in.",
        ),
        h(
          "ul",
          {},
          all.map((pack) =>
            h(
              "li",
              {},
              h(
                "h3",
                {},
                pack.title || pack.name,
                " ",
                h(
                  "span",
                  { class: pack.active ? "badge on" : "badge" },
                  pack.active ? "active" : "not active",
                ),
              ),
              h("p", {}, pack.description),
              h(
                "p",
                { class: "soft" },
                `${pack.name} ${pack.version}, ${counted(pack.concepts, "concept")}`,
              ),
            ),
          ),
        ),
      );
    } catch (problem) {
      packs.replaceChildren(title, shown(problem, fillPacks));
    }
  }

  return { show };
}

function nodeLink({ iri, label }) {
  return link({ node: iri }, {}, label);
}
