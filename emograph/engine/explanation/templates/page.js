// Light up a cue everywhere it appears: in the photo, the table and the evidence graph.
for (const part of document.querySelectorAll("[data-cue]")) {
  const light = (on) => () => {
    for (const same of document.querySelectorAll(`[data-cue="${part.dataset.cue}"]`)) {
      same.classList.toggle("lit", on);
    }
  };
  part.addEventListener("pointerenter", light(true));
  part.addEventListener("focusin", light(true));
  part.addEventListener("pointerleave", light(false));
  part.addEventListener("focusout", light(false));
}
