// Proposes names below the search boxes while they are typed: an editable combobox with a list
// (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Arrow keys choose, Enter goes to the record,
// Escape closes; without a choice the form searches, as it does without this script.
const WAIT = 120;
const SHORTEST = 2;

document.querySelectorAll("form[data-suggest]").forEach(start);

function start(form, number) {
  const words = JSON.parse(form.dataset.words);
  const input = form.querySelector("input[name=q]");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.className = "typed";
  list.id = `typed-${number}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.title);
  status.className = "unseen";
  status.setAttribute("aria-live", "polite");
  input.type = "text"; // a search field may not be a combobox
  input.enterKeyHint = "search";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.after(list, status);
  let chosen = -1;
  let timer;
  let running;

  function stop() {
    clearTimeout(timer);
    running?.abort();
  }

  function open(wanted) {
    list.hidden = !wanted;
    input.setAttribute("aria-expanded", String(wanted));
    choose(-1);
  }

  function choose(index) {
    chosen = index;
    [...list.children].forEach((each, i) => each.setAttribute("aria-selected", String(i === index)));
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    const question = input.value.trim();
    const address = new URL(form.dataset.suggest, location.href);
    address.searchParams.set("q", question);
    running = new AbortController();
    const { signal } = running;
    const answer = await fetch(address, { signal }).catch(() => undefined);
    const found = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
    if (!found || signal.aborted || document.activeElement !== input) return;
    list.replaceChildren(...found.names.map((each, i) => option(`${list.id}-${i}`, each)));
    const [none, one, many] = [words.none, words.one, words.many];
    status.textContent = [none, one][found.names.length] ?? many.replace("#", found.names.length);
    open(found.names.length > 0);
  }

  function option(id, { label, kind, fictitious, href }) {
    const item = document.createElement("li");
    item.id = id;
    item.dataset.href = href;
    item.setAttribute("role", "option");
    item.append(piece("name", label), piece("kind", kind));
    if (fictitious) item.append(piece("made-up", words.fictitious));
    return item;
  }

  function follow(item) {
    open(false);
    location.assign(item.dataset.href);
  }

  input.addEventListener("input", () => {
    stop();
    open(false);
    status.textContent = "";
    if (input.value.trim().length >= SHORTEST) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    const length = list.children.length;
    if (event.isComposing || !length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) open(true);
      // One place more than there are names: back in the field.
      choose(((chosen + 1 + step + length + 1) % (length + 1)) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      follow(list.children[chosen]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    }
  });
  input.addEventListener("blur", () => {
    stop();
    open(false);
  });
  form.addEventListener("submit", stop);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) follow(item);
  });
}

function piece(name, text) {
  const part = document.createElement("span");
  part.className = name;
  part.textContent = text;
  return part;
}
