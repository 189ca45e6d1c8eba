// The view that explains a photo: takes it, sends it, and says what goes wrong.

import { address, go, read } from "./address.js";
import { showAnswer } from "./answer.js";
import { Problem, ask, bytes, shown } from "./api.js";
import { announce, h } from "./dom.js";
import { intake } from "./intake.js";
import { find, hold } from "./photos.js";

/** Build the view into its section; gives what shows it and what takes a photo. */
export function explainView(section, server) {
  const give = intake(take, server.writable);
  const status = h("p", { class: "status", role: "status" });
  const place = h("div", { class: "result" });
  section.append(give.element, status, place);

  let schemes = [];
  let asked = null; // what the shown answer, or the one on its way, answers
  let leaving = new AbortController();
  let answer = null;

  const schemesThere = ask("api/schemes").then(
    (all) => {
      schemes = all;
    },
    () => {}, // without the list the switch is left out
  );

  function take(file) {
    asked = null;
    const { view, parameters } = read();
    const scheme = view === "explain" ? parameters.get("scheme") : null;
    const hash = address("explain", { photo: hold(file), ...(scheme ? { scheme } : {}) });
    if (hash === location.hash) show(read().parameters);
    else go(hash);
  }

  async function show(parameters) {
    const sample = parameters.get("sample");
    const photo = parameters.get("photo");
    const question = JSON.stringify([sample, photo, parameters.get("scheme")]);
    if (question === asked) {
      answer?.restore(parameters);
      return;
    }
    leaving.abort();
    leaving = new AbortController();
    asked = question;
    const { signal } = leaving;
    answer?.end();
    answer = null;
    const there = sample !== null || photo !== null;
    give.element.classList.toggle("compact", there);
    if (!there) {
      status.textContent = "";
      place.replaceChildren();
      return;
    }
    try {
      await explain(sample, photo, parameters, signal);
    } catch (problem) {
      if (signal.aborted) return;
      asked = null;
      status.textContent = "";
      place.replaceChildren(shown(problem, () => show(read().parameters)));
    }
  }

  async function explain(sample, photo, parameters, signal) {
    status.textContent = server.loading
      ? "Looking at the picture. The models are still being loaded, so it takes longer this time …"
      : "Looking at the picture …";
    place.classList.add("waiting");
    try {
      const file = sample === null ? find(photo) : await sampleFile(sample, signal);
      if (!file) throw new Problem("This tab no longer has the photo.", "Choose it again.", 404);
      refuseTooLarge(file);
      const keep = give.kept();
      const base = await post(file, parameters.get("scheme"), keep, signal);
      server.loading = false;
      await schemesThere;
      if (signal.aborted) return;
      status.textContent = keep ? "The answer is kept in the gallery." : "";
      const focused = document.activeElement;
      answer = showAnswer(place, { base, file, schemes, status, forgotten });
      answer.restore(parameters);
      // What had the focus may be gone, or stand above an answer that is news.
      const next =
        focused.id === "scheme" ? "#scheme" : give.element.contains(focused) ? "h1" : null;
      if (next) place.querySelector(next)?.focus({ preventScroll: true });
      announce(`${base.headline}. ${base.explanation.why[0]}`);
    } finally {
      if (!signal.aborted) place.classList.remove("waiting");
    }
  }

  function refuseTooLarge(file) {
    if (file.size <= server.mostBytes) return;
    const most = (server.mostBytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
    throw new Problem(
      `The photo is over ${most} MB.`,
      "Make it smaller, then choose it again.",
      413,
    );
  }

  async function sampleFile(name, signal) {
    const blob = await bytes(`api/samples/${encodeURIComponent(name)}`, { signal });
    return new File([blob], `${name}.jpg`, { type: blob.type });
  }

  async function post(file, scheme, keep, signal) {
    const query = new URLSearchParams();
    if (scheme) query.set("scheme", scheme);
    if (keep) query.set("keep", "true");
    const body = new FormData();
    body.append("photo", file, file.name);
    return ask(`api/explain?${query}`, {
      method: "POST",
      body,
      signal,
      waiting: (seconds) => {
        status.textContent = `The server is busy with other photos. It is asked again in ${seconds} s.`;
      },
    });
  }

  /** The server no longer has the explanation: give it the photo once more. */
  function forgotten() {
    asked = null;
    show(read().parameters);
  }

  return { show, take, about: (iri) => answer?.about(iri) ?? [] };
}
