// Consoles for the two query languages.

import { address, go, read } from "./address.js";
import { Problem, ask, send, shown, tell } from "./api.js";
import { h } from "./dom.js";
import { resultTable } from "./table.js";
import { counted } from "./words.js";

const LANGUAGES = { sparql: "SPARQL", cypher: "Cypher" };
const CUT = "X-Emograph-Truncated";

/** Build the view into its section; gives what shows it. */
export function askView(section, server) {
  const prefixes = readPrefixes();
  const tabs = Object.entries(LANGUAGES).map(([language, name]) =>
    h("a", { class: "tab", href: address("ask", { language }) }, name),
  );
  const box = h("textarea", {
    id: "query",
    rows: 9,
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    onkeydown: (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    },
  });
  const label = h("label", { for: "query" });
  const form = h(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        const hash = address("ask", { language, query: box.value });
        answered = null;
        if (hash === location.hash) show(read().parameters);
        else go(hash);
      },
    },
    label,
    box,
    h(
      "div",
      { class: "row" },
      h("button", { type: "submit", class: "button" }, "Ask"),
      h(
        "span",
        { class: "soft" },
        `Ctrl + Enter asks too. Queries only read; at most ${counted(server.rows, "row")}, ${server.seconds} s.`,
      ),
    ),
  );
  const examples = h("ul", {});
  const status = h("p", { class: "status", role: "status" });
  const place = h("div", {});
  section.append(
    h("header", {}, h("h1", { tabindex: -1 }, "Ask the knowledge")),
    h("nav", { "aria-label": "Query language", class: "tabs" }, tabs),
    h(
      "div",
      { class: "console" },
      h("div", {}, form, status, place),
      h("nav", { class: "examples", "aria-label": "Examples" }, h("h2", {}, "Examples"), examples),
    ),
  );

  let language = null;
  let answered = null;
  let latest = 0;
  let prepared = false; // whether a question in Cypher was answered
  const ready = ask("api/examples").catch(() => ({ sparql: [], cypher: [] }));
  const drafts = {};

  async function show(parameters) {
    const next = parameters.get("language") in LANGUAGES ? parameters.get("language") : "sparql";
    if (language !== next) {
      if (language) drafts[language] = box.value;
      language = next;
      await choose(parameters.get("query") === null);
      if (language !== next) return;
    }
    const query = parameters.get("query");
    const question = JSON.stringify([language, query]);
    if (query === null || question === answered) return;
    answered = question;
    box.value = query;
    await run(query);
  }

  async function choose(fresh) {
    tabs.forEach((tab, i) => {
      if (Object.keys(LANGUAGES)[i] === language) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    });
    label.textContent = `Query in ${LANGUAGES[language]}`;
    status.replaceChildren();
    place.replaceChildren();
    answered = null;
    const now = language;
    if (fresh) box.value = drafts[now] ?? "";
    const all = (await ready)[now];
    if (now !== language) return;
    examples.replaceChildren(
      ...all.map(({ title, query }) =>
        h("li", {}, h("a", { href: address("ask", { language: now, query }) }, title)),
      ),
    );
    // Whoever began to write in the meantime keeps it.
    if (fresh && !box.value) box.value = all[0]?.query ?? "";
  }

  async function run(query) {
    const mine = (latest += 1);
    status.textContent =
      language === "cypher" && !prepared
        ? "Asking … The graph is prepared for Cypher at the first question, which takes a while."
        : "Asking …";
    place.classList.add("waiting");
    const start = performance.now();
    let told = "";
    let content = null;
    try {
      if (!query.trim())
        throw new Problem("There is no query.", "Write one, or take one of the examples.", 400);
      [told, content] = language === "sparql" ? await sparql(query) : await cypher(query);
      told += ` ${(performance.now() - start).toFixed(0)} ms.`;
    } catch (problem) {
      content = shown(problem);
    }
    if (mine !== latest) return;
    place.classList.remove("waiting");
    status.textContent = told;
    place.replaceChildren(...(content ? [content] : []));
  }

  async function sparql(query) {
    const answer = await send("sparql", {
      method: "POST",
      headers: {
        "Content-Type": "application/sparql-query",
        Accept: "application/sparql-results+json, text/turtle;q=0.9",
      },
      body: query,
    });
    const cut = answer.headers.get(CUT);
    const text = await answer.text();
    if (!answer.headers.get("Content-Type").includes("json")) {
      return [
        `The answer is a graph.${cut ? ` ${only(Number(cut), "triple")}` : ""}`,
        h("pre", { tabindex: 0 }, text),
      ];
    }
    const found = JSON.parse(text);
    if ("boolean" in found) return [found.boolean ? "Yes." : "No.", null];
    const rows = found.results.bindings;
    const { vars } = found.head;
    return told(
      vars,
      rows.map((row) => vars.map((name) => term(row[name]))),
      cut === null,
    );
  }

  async function cypher(query) {
    const { columns, rows, complete } = await tell("api/cypher", { query, parameters: {} });
    prepared = true;
    return told(
      columns,
      rows.map((row) => row.map(plain)),
      complete,
    );
  }

  function told(columns, rows, complete) {
    const many = complete ? `${counted(rows.length, "row")}.` : only(rows.length, "row");
    return [many, rows.length ? resultTable(columns, rows) : null];
  }

  function only(number, what) {
    return `The answer was cut short: only the first ${counted(number, what)}.`;
  }

  function term(value) {
    if (!value) return null;
    if (value.type === "uri") return { iri: value.value, text: short(value.value) };
    if (value.type === "bnode") return `_:${value.value}`;
    if (value.type === "triple") {
      const { subject, predicate, object } = value.value;
      return `<<( ${[subject, predicate, object].map((one) => short(one.value)).join(" ")} )>>`;
    }
    const kind = value["xml:lang"]
      ? `@${value["xml:lang"]}`
      : value.datatype && short(value.datatype);
    return {
      text: value.value,
      title: kind,
      number:
        Boolean(value.datatype) && value.value.trim() !== "" && !Number.isNaN(Number(value.value)),
    };
  }

  function plain(value) {
    if (typeof value === "string" && /^https?:\/\//.test(value))
      return { iri: value, text: short(value) };
    return value !== null && typeof value === "object"
      ? JSON.stringify(value)
      : typeof value === "boolean"
        ? String(value)
        : value;
  }

  function short(iri) {
    const found = prefixes.find(([, base]) => iri.startsWith(base));
    return found ? found[0] + iri.slice(found[1].length) : iri;
  }

  return { show };
}

/** The prefixes that the page lists, the longest base first: a name gets its closest prefix. */
function readPrefixes() {
  return [...document.querySelectorAll("#prefixes tr")]
    .map((row) => [row.cells[0].textContent, row.cells[1].textContent])
    .sort((one, other) => other[1].length - one[1].length);
}
