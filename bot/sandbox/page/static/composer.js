// The box at the bottom: messages, and slash commands with suggestions.
import { el } from "./dom.js";

export function setUpComposer(form, box, { store, act, place }) {
  const menu = el("div", { class: "suggest", role: "listbox", "aria-label": "Commands", hidden: true });
  form.prepend(menu);
  const suggest = () => {
    const typed = box.value;
    const found = typed.startsWith("/") && !typed.includes(" ") && !place().thread_ts
      ? (store.app.commands ?? []).filter((command) => command.command.startsWith(typed)) : [];
    menu.hidden = !found.length;
    menu.replaceChildren(...found.map((command) => el("button", { type: "button", role: "option", onclick: () => { box.value = command.command + " "; menu.hidden = true; box.focus(); } },
      el("strong", {}, `${command.command} ${command.usage_hint}`), el("br"), el("small", {}, command.description))));
  };
  box.addEventListener("input", suggest);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !menu.hidden) { menu.hidden = true; event.stopPropagation(); }
    if (event.key === "Tab" && !menu.hidden) { event.preventDefault(); menu.querySelector("button").click(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    menu.hidden = true;
    const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
    if (command) await act({ do: "command", command: command[1], text: command[2], ...place() });
    else await act({ do: "post", text, ...place() });
  });
}
