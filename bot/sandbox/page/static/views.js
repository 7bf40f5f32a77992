// App Home and modals.
import { ask, el } from "./dom.js";
import { blocks } from "./blocks.js";

// What an element reports, as the one value that the sandbox takes.
export function plainValue(done) {
  if (done.options) return done.options.map((option) => option.value);
  return done.option?.value ?? done.id ?? done.ids ?? done.date ?? done.time ?? done.datetime ?? done.text ?? done.choice?.value ?? null;
}

export async function showHome(root, store, viewer, act) {
  const data = await ask(`/sandbox/home?user=${viewer}`);
  if (!data.view) { root.replaceChildren(el("p", { class: "empty" }, "The app has published nothing here yet.")); return; }
  const place = {
    people: store.people,
    act: (done) => act({ do: "view_action", view_id: data.view.id, block_id: done.block.block_id, action_id: done.item.action_id, value: plainValue(done.value) }),
    input: (block, done, dispatch) => { if (dispatch) place.act(done); },
  };
  root.replaceChildren(el("div", { class: "home" }, blocks(data.view.blocks, place)));
}

export function showView(dialog, note, store, act) {
  const { view } = note;
  if (!view) { if (dialog.open) dialog.close(); return; }
  const values = {};
  const remember = (done) => { (values[done.block.block_id] ??= {})[done.item.action_id] = plainValue(done.value); };
  const place = {
    people: store.people,
    act: (done) => { remember(done); return act({ do: "view_action", view_id: view.id, block_id: done.block.block_id, action_id: done.item.action_id, value: plainValue(done.value), typed: values }); },
    input: (block, done, dispatch) => { remember(done); if (dispatch) place.act(done); },
  };
  const form = el("form", { method: "dialog" },
    el("header", {}, el("h2", { id: "modal-title" }, view.title.text),
      el("button", { class: "icon", type: "button", "aria-label": "Close", onclick: () => act({ do: "close_view", view_id: view.id }) }, "✕")),
    el("div", { class: "fields" }, blocks(view.blocks, place)),
    el("footer", {},
      el("button", { class: "secondary", type: "button", onclick: () => act({ do: "close_view", view_id: view.id }) }, view.close?.text ?? "Cancel"),
      view.submit ? el("button", { class: "primary", type: "submit" }, view.submit.text) : null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelectorAll(".field-error").forEach((node) => { node.textContent = ""; });
    const answer = await act({ do: "submit_view", view_id: view.id, typed: collect(form, values) });
    for (const [block, words] of Object.entries(answer?.errors ?? {})) {
      const field = form.querySelector(`[data-block="${CSS.escape(block)}"]`);
      if (!field) continue;
      field.querySelector(".field-error").textContent = words;
      field.querySelector("input,select,textarea")?.focus();
    }
  });
  dialog.replaceChildren(form);
  dialog.oncancel = (event) => { event.preventDefault(); act({ do: "close_view", view_id: view.id }); };
  if (!dialog.open) dialog.showModal();
  form.querySelector(".fields input, .fields select, .fields textarea")?.focus();
}

// Text that was typed but not yet reported by a change event counts too.
function collect(form, values) {
  document.activeElement?.dispatchEvent(new Event("change", { bubbles: true }));
  return values;
}
