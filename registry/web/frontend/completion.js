// Proposals of the editor: prefixes, terms of the registry, variables, records by their names.
import { pickedCompletion } from "@codemirror/autocomplete";
import { EditorView } from "@codemirror/view";
import { fit } from "./terms.js";

const MOST = 60;
const KIND_ORDER = ["class", "property", "concept", "graph"];
const DECLARED = /\bPREFIX\s+([\p{L}\p{N}_.-]*)\s*:\s*<([^<>]*)>/giu;

/** Return the sources of completion; `phrase` translates what is said to who listens. */
export function sources(known) {
  return [
    (context) => declaration(context, known),
    (context) => variable(context),
    (context) => term(context, known),
    (context) => record(context, known),
  ];
}

/** Say what the cursor stands in: code, a comment, a string or an IRI, and where that begins. */
export function surroundings(before) {
  let kind = "code";
  let start = 0;
  for (let at = 0; at < before.length; at += 1) {
    const c = before[at];
    if (kind === "string" && c === "\\") at += 1;
    else if (kind === "string" && c === before[start]) kind = "code";
    else if (kind === "iri" && c === ">") kind = "code";
    else if (kind === "code") {
      if (c === "#") return { kind: "comment", start: at };
      if (c === '"' || c === "'") [kind, start] = ["string", at];
      // Otherwise it compares: an IRI goes on with a letter.
      if (c === "<" && /^(?:\p{L}|$)/u.test(before.slice(at + 1))) [kind, start] = ["iri", at];
    }
  }
  return { kind, start };
}

function line(context) {
  const { from } = context.state.doc.lineAt(context.pos);
  const before = context.state.sliceDoc(from, context.pos);
  return { from, before, ...surroundings(before) };
}

async function declaration(context, known) {
  const here = context.matchBefore(/\bPREFIX\s+[\p{L}\p{N}_.-]*$/iu);
  if (!here || line(context).kind !== "code") return null;
  const found = await known.terms();
  if (!found) return null;
  const from = here.from + here.text.match(/^PREFIX\s+/i)[0].length;
  const typed = here.text.slice(from - here.from);
  const options = found.prefixes
    .filter(({ prefix }) => prefix.startsWith(typed))
    .map(({ prefix, space }) => ({ label: `${prefix}:`, detail: space, apply: `${prefix}: <${space}>` }));
  return { from, options, filter: false };
}

function variable(context) {
  const here = context.matchBefore(/[?$][\p{L}\p{N}_]*$/u);
  if (!here || (here.text.length < 2 && !context.explicit) || line(context).kind !== "code") return null;
  const outside = context.state.sliceDoc(0, here.from) + " " + context.state.sliceDoc(context.pos);
  const names = new Set([...outside.matchAll(/[?$]([\p{L}\p{N}_]+)/gu)].map(([, name]) => name));
  const options = [...names].map((name) => ({ label: here.text[0] + name }));
  return { from: here.from, options, validFor: /^[?$][\p{L}\p{N}_]*$/u };
}

async function term(context, known) {
  const here = context.matchBefore(/(?:[\p{L}\p{N}_-]*:)?[\p{L}\p{N}_-]*$/u);
  const { from, before, kind } = line(context);
  if (kind !== "code" || /[?$@^<]$/.test(before.slice(0, here.from - from))) return null;
  const [, prefix, typed] = here.text.match(/^(?:([^:]*):)?(.*)$/);
  const qualified = prefix !== undefined;
  // SPARQL's own words are written in capitals, and are no names.
  const word = typed.length > 1 && !/^\p{Lu}+$/u.test(typed);
  if (!context.explicit && !(qualified && prefix) && !word) return null;
  const found = await known.terms();
  if (!found || context.aborted) return null;
  const declared = prefixes(context.state.doc.toString());
  const space = qualified ? (declared.get(prefix) ?? spaceOf(found, prefix)) : null;
  if (qualified && !space) return null;
  const wantsClass = /(?:\s|^)(?:a|rdf:type)\s+$/.test(before.slice(0, here.from - from));
  const rank = (each) => (wantsClass && each.kind === "class" ? -5 : 0) + fit(each, typed);
  const ranked = found.terms
    .filter((each) => !qualified || each.space === space)
    .map((each) => ({ each, score: rank(each) }))
    .filter(({ score }) => score < Infinity)
    .sort(
      (a, b) =>
        a.score - b.score ||
        KIND_ORDER.indexOf(a.each.kind) - KIND_ORDER.indexOf(b.each.kind) ||
        a.each.folded.localeCompare(b.each.folded),
    );
  if (!ranked.length) return null;
  return { from: here.from, options: ranked.slice(0, MOST).map(({ each }) => option(each)), filter: false };
}

function spaceOf({ prefixes }, prefix) {
  return prefixes.find((each) => each.prefix === prefix)?.space;
}

function option(term) {
  const name = term.prefix ? `${term.prefix}:${term.local}` : term.label;
  const detail = term.prefix ? `${term.label} · ${term.what}` : term.what;
  return { label: name, detail, info: term.text || undefined, apply: (...where) => insert(term, ...where) };
}

/** Return the namespaces that a query declares, by prefix. */
export function prefixes(text) {
  return new Map([...text.matchAll(DECLARED)].map(([, prefix, space]) => [prefix, space]));
}

/** Write a term in the query's own words, and the line that declares its prefix where it misses. */
function insert(term, view, picked, from, to) {
  const text = view.state.doc.toString();
  const declared = prefixes(text);
  const own = [...declared].find(([, space]) => term.prefix && space === term.space);
  const taken = declared.has(term.prefix);
  const named = own || (term.prefix && !taken);
  const written = named ? `${own ? own[0] : term.prefix}:${term.local}` : `<${term.iri}>`;
  const declaration = named && !own ? `PREFIX ${term.prefix}: <${term.space}>` : "";
  // In this order, since both may begin at the same place.
  const changes = [{ from, to, insert: written }];
  if (declaration) changes.unshift({ from: afterPrologue(text), insert: `${declaration}\n` });
  const added = declaration && changes[0].from <= from ? declaration.length + 1 : 0;
  view.dispatch({
    changes,
    selection: { anchor: from + added + written.length },
    effects: declaration ? EditorView.announce.of(declaration) : [],
    scrollIntoView: true,
    annotations: pickedCompletion.of(picked),
  });
}

/** Return where a further declaration goes: below the last one, else on top. */
function afterPrologue(text) {
  let end = 0;
  for (const found of text.matchAll(DECLARED)) {
    const next = text.indexOf("\n", found.index + found[0].length);
    const rest = text.slice(found.index + found[0].length, next < 0 ? undefined : next);
    // Where the query goes on in the same line, the new line goes on top instead.
    if (next >= 0 && !rest.replace(/#.*/, "").trim()) end = next + 1;
  }
  return end;
}

async function record(context, known) {
  const { from, before, kind, start } = line(context);
  if (kind !== "string" && kind !== "iri") return null;
  const typed = before.slice(start + 1);
  if (typed.length < 2 || typed.includes(":")) return null;
  const controller = new AbortController();
  context.addEventListener("abort", () => controller.abort(), { onDocChange: true });
  const names = await known.names(typed, controller.signal).catch(() => []);
  if (!names.length) return null;
  const closing = kind === "iri" ? ">" : before[start];
  const closed = context.state.sliceDoc(context.pos, context.pos + 1) === closing ? 1 : 0;
  const options = names.map(({ iri, label, what, text }) => ({
    label,
    detail: what,
    info: text || undefined,
    apply: (view, picked, at, to) => {
      const written = `<${iri}>`;
      view.dispatch({
        changes: { from: at, to: to + closed, insert: written },
        selection: { anchor: at + written.length },
        annotations: pickedCompletion.of(picked),
      });
    },
  }));
  return { from: from + start, options, filter: false };
}
