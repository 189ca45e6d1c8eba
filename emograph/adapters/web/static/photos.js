// Holds the photos of this tab, so that back, forward and reload find them. The last one is kept
// in the session's storage, which ends with the tab, if it is small enough for it.

const KEY = "emograph photo";
const MOST = 12;
const LARGEST = 3.5e6;

const held = new Map();

/** Hold a photo; gives the name under which it is found again. */
export function hold(file) {
  let name = file.name || "photo";
  for (let i = 2; held.has(name) && held.get(name) !== file; i += 1) {
    name = `${file.name} (${i})`;
  }
  held.set(name, file);
  if (held.size > MOST) held.delete(held.keys().next().value);
  keep(name, file);
  return name;
}

/** The photo with that name, or null if this tab no longer has it. */
export function find(name) {
  if (!held.has(name)) restore();
  return held.get(name) ?? null;
}

async function keep(name, file) {
  sessionStorage.removeItem(KEY);
  if (file.size > LARGEST) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ name, type: file.type, data: btoa(text) }));
  } catch {
    // The browser has no room for it: a reload then asks for the photo again.
  }
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (!kept) return;
  const bytes = Uint8Array.from(atob(kept.data), (letter) => letter.charCodeAt(0));
  held.set(kept.name, new File([bytes], kept.name, { type: kept.type }));
}
