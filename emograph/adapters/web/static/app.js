// Starts the page: shows the view that the address names, and hands photos to it.

import { VIEWS, address, note, read } from "./address.js";
import { ask } from "./api.js";
import { askView } from "./ask.js";
import { explainView } from "./explain.js";
import { galleryView } from "./gallery.js";
import { ontologyView } from "./ontology.js";
import { sidePanel } from "./panel.js";

const TITLES = { explain: "Explain", gallery: "Gallery", ask: "Ask", ontology: "Ontology" };

const TITLE = "header h1, .intake:not(.compact) h1";

const sections = Object.fromEntries(VIEWS.map((name) => [name, document.getElementById(name)]));
const links = Object.fromEntries(
  VIEWS.map((name) => [name, document.querySelector(`nav a[href="#${name}"]`)]),
);

function start() {
  const server = describeServer();
  const views = {};
  const panel = sidePanel(document.getElementById("panel"), (iri) =>
    read().view === "explain" ? views.explain.about(iri) : [],
  );
  views.explain = explainView(sections.explain, server);
  views.gallery = galleryView(sections.gallery, server, panel);
  views.ask = askView(sections.ask, server);
  views.ontology = ontologyView(sections.ontology);

  let before = null;
  function arrive(event) {
    const { view, parameters } = read();
    for (const name of VIEWS) {
      sections[name].hidden = name !== view;
      if (name === view) links[name].setAttribute("aria-current", "page");
      else links[name].removeAttribute("aria-current");
    }
    document.title = `${TITLES[view]} – emograph`;
    if (event) keepWayBack(event.oldURL);
    links[view].href = address(view);
    const node = parameters.get("node");
    if (node) panel.openNode(node);
    else if (!parameters.get("image")) panel.hide();
    views[view].show(parameters, before !== null && before !== view);
    if (before !== null && before !== view) {
      window.scrollTo(0, 0);
      sections[view].querySelector(TITLE)?.focus({ preventScroll: true });
    }
    before = view;
  }

  const taker = () => views[read().view].take ?? views.explain.take;
  takePhotos((file) => taker()(file));
  addEventListener("hashchange", arrive);
  arrive();
}

/** Let the way back to a view lead to how it was left. */
function keepWayBack(left) {
  const { view, parameters } = read(new URL(left).hash);
  links[view].href = address(
    view,
    [...parameters].filter(([name]) => name !== "node" && name !== "image"),
  );
}

/** What the page says of its server; whether the models are loaded is asked. */
function describeServer() {
  const { writable, mostBytes, rows, seconds } = document.body.dataset;
  const server = {
    writable: writable === "true",
    mostBytes: Number(mostBytes),
    rows: Number(rows),
    seconds: Number(seconds),
    loading: false,
  };
  ask("health").then(
    ({ engine }) => {
      server.loading = engine === "loading";
    },
    () => {}, // whoever asks for something next is told
  );
  return server;
}

/** Photos may be dropped or pasted anywhere. */
function takePhotos(take) {
  const over = (on) => document.body.classList.toggle("over", on);
  document.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    over(false);
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files][0];
    if (file) take(file);
  });
}

// Addresses of earlier versions: `/?query=…` is a query in SPARQL.
const query = new URLSearchParams(location.search).get("query");
if (query) {
  history.replaceState(null, "", location.pathname);
  note(address("ask", { language: "sparql", query }));
}
start();
