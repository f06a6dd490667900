// Gives each block of lines below [data-copy] a button that copies it, and says so to who listens.
for (const list of document.querySelectorAll("[data-copy]")) {
  const words = JSON.parse(list.dataset.copy);
  const said = document.createElement("p");
  said.className = "hint copy-said";
  said.setAttribute("role", "status");
  list.querySelector("summary").after(said);
  for (const head of list.querySelectorAll(".snippet")) {
    const title = head.querySelector(".title").textContent;
    const lines = head.parentElement.querySelector(`pre[aria-label="${CSS.escape(title)}"]`);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.setAttribute("aria-label", `${words.copy} : ${title}`);
    button.addEventListener("click", async () => {
      let done = words.copied;
      try {
        await navigator.clipboard.writeText(lines.textContent);
      } catch {
        // Only pages that came by HTTPS may write to the clipboard.
        getSelection().selectAllChildren(lines);
        done = words.selected;
      }
      said.textContent = `${done} : ${title}`;
    });
    head.append(button);
  }
}
