// Turns the query page's <textarea data-editor="…"> into an editor. The textarea stays the form's
// own field, and stays usable where this fails.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { sources } from "./completion.js";
import { registry } from "./terms.js";

/** An address may not be longer than this: the server refuses 8,190 bytes, and proxies less. */
const LONGEST_ADDRESS = 7000;

// Colours are in site.css: they differ in light and dark.
const colours = tagHighlighter([
  { tag: tags.keyword, class: "sparql-keyword" },
  { tag: tags.variableName, class: "sparql-variable" },
  { tag: tags.string, class: "sparql-string" },
  { tag: [tags.integer, tags.float, tags.bool], class: "sparql-number" },
  { tag: tags.comment, class: "sparql-comment" },
  { tag: [tags.namespace, tags.url, tags.typeName], class: "sparql-iri" },
]);

function enhance(textarea) {
  const { addresses, fault, phrases } = JSON.parse(textarea.dataset.editor);
  const form = textarea.form;
  const label = form.querySelector(`label[for="${textarea.id}"]`);
  const hint = document.getElementById("editor-keys");
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run: () => ask(form) },
          { key: "Ctrl-Enter", run: () => ask(form) },
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorState.phrases.of(phrases),
        EditorView.contentAttributes.of(attributes(textarea, label, hint)),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) textarea.value = update.state.doc.toString();
        }),
        EditorView.domEventHandlers({ beforeinput: typedOver }),
        EditorView.lineWrapping,
        lineNumbers(),
        history(),
        bracketMatching(),
        sparql(),
        syntaxHighlighting(colours),
        autocompletion({ override: sources(registry(addresses)), icons: false }),
        fault ? lintGutter() : [],
      ],
    }),
  });
  textarea.before(view.dom);
  textarea.hidden = true;
  // A field that cannot be seen cannot be asked to be filled in: `ask` minds that.
  textarea.required = false;
  hint.hidden = false;
  // `submitted` sees by itself which questions are too long for an address.
  document.getElementById("ask-by-post").hidden = true;
  label.addEventListener("click", () => view.focus());
  form.addEventListener("submit", (event) => submitted(event, form, textarea, view));
  // What browsers put back into the field when one goes back to the page.
  addEventListener("pageshow", () => {
    const doc = view.state.doc;
    if (textarea.value !== doc.toString()) {
      view.dispatch({ changes: { from: 0, to: doc.length, insert: textarea.value } });
    }
  });
  if (fault) mark(view, fault);
}

function attributes(textarea, label, hint) {
  label.id ||= `${textarea.id}-label`;
  const described = [textarea.getAttribute("aria-describedby"), hint.id].filter(Boolean).join(" ");
  return {
    "aria-labelledby": label.id,
    // It can be reached without; this tells the tools that ask whether its frame can be scrolled.
    tabindex: "0",
    ...(described && { "aria-describedby": described }),
    ...(textarea.hasAttribute("aria-invalid") && { "aria-invalid": "true" }),
  };
}

// Chromium keeps the colour of what is typed over, as an inline style that the policy of our pages
// blocks, with a complaint: the editor replaces it by itself.
function typedOver(event, view) {
  const replaces = event.inputType === "insertText" && event.data && !event.isComposing;
  if (!replaces || view.state.selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type" });
  return true;
}

function ask(form) {
  form.requestSubmit();
  return true;
}

function submitted(event, form, textarea, view) {
  if (!textarea.value.trim()) {
    event.preventDefault();
    view.focus();
    return;
  }
  const asked = new URLSearchParams(new FormData(form)).toString();
  form.method = asked.length + form.action.length > LONGEST_ADDRESS ? "post" : "get";
}

/** Underline the mistake and put the cursor there; columns count characters, not code units. */
function mark(view, { line, column, text }) {
  const doc = view.state.doc;
  const at = doc.line(Math.min(line, doc.lines));
  const before = [...at.text].slice(0, column - 1).join("");
  const cursor = Math.min(at.from + before.length, at.to);
  const word = at.text.slice(cursor - at.from).match(/^[^\s{}()[\].,;]+|^./u);
  const to = cursor + (word ? word[0].length : 0);
  // At the end of a line there is nothing to underline but what comes before.
  const from = to > cursor ? cursor : Math.max(at.from, cursor - 1);
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message: text }]));
  view.dispatch({ selection: { anchor: cursor }, scrollIntoView: true });
  view.focus();
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) enhance(textarea);
