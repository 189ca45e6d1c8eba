// Results of queries as tables.

import { link } from "./address.js";
import { h } from "./dom.js";

const KNOWN = "https://w3id.org/emograph/";

/** A table; a cell is a string, a number, null, or `{ iri, text, title }`. */
export function resultTable(columns, rows) {
  const numeric = columns.map((_, i) => rows.every((row) => row[i] === null || isNumber(row[i])));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Result" },
    h(
      "table",
      { class: "found" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((column, i) =>
            h("th", { scope: "col", class: numeric[i] ? "number" : null }, column),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) => h("tr", {}, row.map(cell))),
      ),
    ),
  );
}

function isNumber(value) {
  return typeof value === "number" || Boolean(value?.number);
}

function cell(value) {
  if (value === null || value === undefined) return h("td", { class: "soft" }, "–");
  if (typeof value === "number") return h("td", { class: "number" }, String(value));
  if (typeof value === "string") return h("td", {}, value);
  const { iri, text, title, number } = value;
  if (iri?.startsWith(KNOWN)) return h("td", {}, link({ node: iri }, { title: iri }, text));
  return h("td", { title: title ?? iri, class: number ? "number" : null }, text);
}
