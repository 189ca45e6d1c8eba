// How values are read out; the same as in the reports that emograph writes.

/** A share (0..1) as a whole percentage with a no-break space. */
export function percent(share) {
  let number = (share * 100).toFixed(0);
  if (number === "0" && share > 0) number = "<1";
  else if (number === "100" && share < 1) number = ">99";
  return `${number}\u00a0%`;
}

/** A number with its sign and two decimals, with a true minus. */
export function signed(number) {
  const text = Math.abs(number).toFixed(2);
  if (text === "0.00") return text;
  return (number < 0 ? "\u2212" : "+") + text;
}

/** A whole number with thousands apart. */
export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** A name of the data, such as `facial_expression` or `goes_with`, as words. */
export function spelt(name) {
  return String(name).replaceAll("_", " ");
}

/** The emotions of a distribution, the strongest first, ties by the alphabet. */
export function ranked(emotions) {
  return Object.entries(emotions).sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1));
}

const SEERS = {
  photometry: "measured",
  concepts: "image-text space",
  imagenet: "object classifier",
  attributes: "scene heads",
  disasters: "disaster heads",
  faces: "face detector",
  lvlm: "vision-language model",
};
const VOTERS = {
  graph: "knowledge graph",
  lvlm: "vision-language model",
  student: "distilled classifier",
};

/** Who saw a cue, in words. */
export function seer(cue) {
  return SEERS[cue.detector] ?? cue.detector;
}

/** Who cast a vote, in words. */
export function voter(name) {
  return VOTERS[name] ?? name;
}
