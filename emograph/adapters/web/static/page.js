"use strict";

const form = document.getElementById("ask");
const box = document.getElementById("query");
const status = document.getElementById("status");
const result = document.getElementById("result");

// The longest base first, so that a name gets its closest prefix.
const prefixes = [...document.querySelectorAll("#prefixes tr")]
  .map((row) => [row.cells[0].textContent, row.cells[1].textContent])
  .sort((one, other) => other[1].length - one[1].length);

let latest = 0;

function say(text, wrong = false) {
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function short(iri) {
  const found = prefixes.find(([, base]) => iri.startsWith(base));
  return found ? found[0] + iri.slice(found[1].length) : iri;
}

function written(term) {
  if (term.type === "uri") return short(term.value);
  if (term.type === "bnode") return `_:${term.value}`;
  if (term.type === "triple") {
    const { subject, predicate, object } = term.value;
    return `<<( ${[subject, predicate, object].map(written).join(" ")} )>>`;
  }
  return term.value;
}

function cell(term) {
  const made = element("td");
  if (!term) return made;
  made.textContent = written(term);
  if (term.type === "uri") made.title = term.value;
  if (term["xml:lang"]) made.title = `@${term["xml:lang"]}`;
  if (term.datatype) {
    made.title = short(term.datatype);
    made.className = "number";
  }
  return made;
}

function table(columns, rows) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const column of columns) {
    const title = element("th", column);
    title.scope = "col";
    head.append(title);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    line.append(...columns.map((column) => cell(row[column])));
  }
  return made;
}

async function show(answer) {
  const cut = answer.headers.get("X-Emograph-Truncated");
  const more = cut ? ` Only the first ${Number(cut).toLocaleString("en")} are given.` : "";
  const text = await answer.text();
  if (!answer.ok) return [text, null];
  if (!answer.headers.get("Content-Type").includes("json")) {
    return [`The answer is a graph.${more}`, element("pre", text)];
  }
  const found = JSON.parse(text);
  if ("boolean" in found) return [found.boolean ? "Yes." : "No.", null];
  const rows = found.results.bindings;
  const count = `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "row" : "rows"}.`;
  return [count + more, rows.length ? table(found.head.vars, rows) : null];
}

async function ask() {
  const mine = ++latest;
  say("Asking …");
  result.replaceChildren();
  let told, shown = null, wrong = false;
  try {
    const answer = await fetch("sparql", {
      method: "POST",
      headers: {
        "Content-Type": "application/sparql-query",
        Accept: "application/sparql-results+json, text/turtle;q=0.9",
      },
      body: box.value,
    });
    wrong = !answer.ok;
    [told, shown] = await show(answer);
  } catch {
    told = "The server did not answer. See whether it still runs.";
    wrong = true;
  }
  if (mine !== latest) return;
  say(told, wrong);
  if (shown) result.append(shown);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  history.replaceState(null, "", `?query=${encodeURIComponent(box.value)}`);
  ask();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

const given = new URLSearchParams(location.search).get("query");
if (given) {
  box.value = given;
  ask();
}
