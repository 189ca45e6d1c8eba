// What is shown is written in the part of the address behind `#`, which no server sees:
// `#gallery?q=awe` is the view and what it was asked.

import { h } from "./dom.js";

export const VIEWS = ["explain", "gallery", "ask", "ontology"];

/** The view and its parameters, as the present address has them, or another one. */
export function read(hash = location.hash) {
  const [name, query = ""] = hash.slice(1).split(/\?(.*)/s);
  return {
    view: VIEWS.includes(name) ? name : VIEWS[0],
    parameters: new URLSearchParams(query),
  };
}

/** The address of a view. */
export function address(view, parameters = {}) {
  const query = String(new URLSearchParams(parameters));
  return `#${view}${query ? `?${query}` : ""}`;
}

/** The present address with other values; null takes a parameter out, a list gives it often. */
export function changed(values) {
  const { view, parameters } = read();
  for (const [name, value] of Object.entries(values)) {
    parameters.delete(name);
    for (const one of value === null ? [] : [value].flat()) parameters.append(name, one);
  }
  return address(view, parameters);
}

/** A link to the present address with other values; the address may change before it is followed. */
export function link(values, attributes, ...children) {
  const follow = (event) => {
    event.currentTarget.href = changed(values);
  };
  return h("a", { href: changed(values), onclick: follow, ...attributes }, ...children);
}

/** Go to an address: a new entry of the browser's history. */
export function go(hash) {
  location.hash = hash;
}

/** Put an address in place of the present one, without a new entry and without showing it anew. */
export function note(hash) {
  history.replaceState(history.state, "", hash);
}
