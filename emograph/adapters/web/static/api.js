// Speaks to the server. Every failure becomes a `Problem`: what happened, and what to do.

import { h } from "./dom.js";

const KEY = "emograph token";
const TRIES = 6;

export class Problem extends Error {
  constructor(what, todo, status = 0) {
    super(what);
    this.what = what;
    this.todo = todo;
    this.status = status;
  }
}

/** The JSON that the server answers. */
export async function ask(path, options) {
  return (await send(path, options)).json();
}

/** The bytes that the server answers, such as a thumbnail's. */
export async function bytes(path, options) {
  return (await send(path, options)).blob();
}

/** Send a value as JSON; gives the JSON of the answer. */
export function tell(path, value, options = {}) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(value), ...options });
}

/**
 * Send a request until it is answered: asks for the token where one is needed, and waits as long
 * as a busy server says. `waiting(seconds)` is called before each wait.
 */
export async function send(path, { waiting, ...options } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await reach(path, options);
    if (answer.status === 401) {
      await askForToken();
      continue;
    }
    const pause = Number(answer.headers.get("Retry-After"));
    if (answer.status === 503 && pause > 0 && attempt < TRIES) {
      waiting?.(pause);
      await rest(pause, options.signal);
      continue;
    }
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }
}

async function reach(path, { headers = {}, ...options }) {
  const token = sessionStorage.getItem(KEY);
  const all = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
  try {
    return await fetch(path, { ...options, headers: all });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    // A server may close the line on a body that is too large before it is read.
    const there =
      options.body &&
      (await fetch("health").then(
        (r) => r.ok,
        () => false,
      ));
    if (there) {
      throw new Problem(
        "The server ended the request.",
        "It may have been too large; send something smaller.",
        413,
      );
    }
    throw new Problem(
      "The server did not answer.",
      "See whether “emograph serve” still runs, then try again.",
    );
  }
}

async function problemOf(answer) {
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.includes("json")) {
    const told = JSON.parse(text);
    if (told.error) return new Problem(told.error, told.todo ?? "", answer.status);
  } else if (text.length < 2000) {
    const [, what, todo] = text.match(/^(.*?\.)\s+(.*)$/s) ?? [null, text, ""];
    return new Problem(what, todo, answer.status);
  }
  return new Problem(`The server answered with ${answer.status}.`, "Try again.", answer.status);
}

function rest(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

let asking = null;

/** Ask the person for the token, once for all requests that wait for it. */
function askForToken() {
  asking ??= new Promise((resolve, reject) => {
    const dialog = document.getElementById("token");
    const box = dialog.querySelector("input");
    const wrong = sessionStorage.getItem(KEY) !== null;
    dialog.querySelector(".problem").hidden = !wrong;
    sessionStorage.removeItem(KEY);
    box.value = "";
    dialog.addEventListener(
      "close",
      () => {
        asking = null;
        if (dialog.returnValue === "given" && box.value) {
          sessionStorage.setItem(KEY, box.value);
          resolve();
        } else {
          reject(new Problem("This server asks for a token.", "Reload the page to give it.", 401));
        }
      },
      { once: true },
    );
    dialog.returnValue = "";
    dialog.showModal();
  });
  return asking;
}

/** How a problem is shown; `again` tries once more, which helps where the server or line was at fault. */
export function shown(problem, again = null) {
  if (!(problem instanceof Problem)) throw problem;
  const helps = problem.status < 400 || problem.status >= 500 || problem.status === 401;
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", {}, h("strong", {}, problem.what), problem.todo ? ` ${problem.todo}` : ""),
    again && helps
      ? h("button", { type: "button", class: "quiet", onclick: again }, "Try again")
      : null,
  );
}
