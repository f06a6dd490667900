// What the registry tells of its terms and records, fetched when it is first needed.

const LIGATURES = { œ: "oe", æ: "ae", "’": "'" };

/** Return a text without case and accents, as people type it in a hurry. */
export function fold(text) {
  const plain = text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return plain.replace(/[œæ’]/g, (c) => LIGATURES[c]);
}

async function json(address, signal) {
  const response = await fetch(address, { signal, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

/** Return what is at the addresses; what cannot be had now is asked for again the next time. */
export function registry({ terms, names }) {
  let known;
  return {
    terms() {
      known ??= json(terms).then(prepared).catch(() => (known = undefined));
      return known;
    },
    async names(question, signal) {
      const separator = names.includes("?") ? "&" : "?";
      const address = `${names}${separator}q=${encodeURIComponent(question)}`;
      return (await json(address, signal)).names;
    },
  };
}

function prepared({ prefixes, terms }) {
  const spaces = Object.entries(prefixes).map(([prefix, space]) => ({ prefix, space }));
  return {
    prefixes: spaces,
    terms: terms.map((term) => ({ ...term, ...place(term.iri, spaces), folded: fold(term.label) })),
  };
}

// What may stand after a prefix without an escape, as far as anybody needs it.
const LOCAL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u;

function place(iri, spaces) {
  const found = spaces.find(({ space }) => iri.startsWith(space) && LOCAL.test(iri.slice(space.length)));
  return found ? { ...found, local: iri.slice(found.space.length) } : { prefix: "", space: "", local: "" };
}

/** Say how well a term fits what was typed: 0 best, Infinity not at all. */
export function fit(term, typed) {
  if (!typed) return 2;
  if (term.local === typed) return 0;
  const [local, wanted] = [fold(term.local), fold(typed)];
  // faces:stage goes on from “st”, faces:StageStatement from “St”; their names from either.
  if (term.local.startsWith(typed) || term.folded.startsWith(wanted)) return 1;
  if (local.startsWith(wanted)) return 2;
  if (term.folded.split(/[\s'-]+/).some((word) => word.startsWith(wanted))) return 3;
  return local.includes(wanted) ? 4 : Infinity;
}
