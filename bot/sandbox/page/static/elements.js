// Interactive elements. Each tells `place.act` what was done; `place.inputs` collects a view's values.
import { el, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";

const words = (object) => object?.text ?? "";

export function element(item, block, place) {
  const act = (value) => confirmed(item.confirm, () => place.act({ block, item, value }));
  const make = MAKE[item.type];
  return make ? make(item, act, block, place) : el("span", { class: "b-unknown" }, `An element of type ${item.type}`);
}

function confirmed(question, go) {
  if (!question || window.confirm(`${words(question.title)}\n\n${words(question.text)}`)) return go();
  return undefined;
}

const MAKE = {
  button(item, act) {
    const settings = { type: "button", class: item.style ? `style-${item.style}` : "", "aria-label": item.accessibility_label };
    const open = () => { if (item.url && safeUrl(item.url)) window.open(item.url, "_blank", "noopener"); act({ value: item.value }); };
    return el("button", { ...settings, onclick: open }, withEmoji(words(item.text)));
  },
  workflow_button: (item) => el("button", { type: "button", disabled: true }, words(item.text)),
  icon_button: (item, act) => el("button", { type: "button", "aria-label": item.accessibility_label ?? words(item.text), onclick: () => act({ value: item.value }) }, item.icon === "trash" ? "🗑" : words(item.text)),
  feedback_buttons(item, act) {
    const one = (choice, sign) => el("button", { type: "button", title: words(choice.text), "aria-label": choice.accessibility_label ?? words(choice.text), onclick: (event) => {
      event.currentTarget.setAttribute("aria-pressed", "true"); act({ value: choice.value, choice });
    } }, `${sign} ${words(choice.text)}`);
    return el("span", { class: "b-context_actions" }, one(item.positive_button, "👍"), one(item.negative_button, "👎"));
  },
  overflow(item, act) {
    const menu = el("details", { class: "overflow" });
    menu.append(el("summary", { "aria-label": "More" }, "⋯"), el("div", { class: "menu" }, item.options.map((option) =>
      el("button", { type: "button", onclick: () => { menu.open = false; act({ option }); } }, words(option.text)))));
    return menu;
  },
  image: (item) => el("span", { class: "picture", role: "img", "aria-label": item.alt_text }, item.alt_text),
  static_select: (item, act) => chooser(item, optionsOf(item), item.initial_option?.value, (option) => act({ option })),
  external_select: (item, act) => chooser(item, item.initial_option ? [item.initial_option] : [], item.initial_option?.value, (option) => act({ option })),
  users_select: (item, act, block, place) => chooser(item, place.people.userOptions(), item.initial_user, (option) => act({ id: option.value })),
  conversations_select: (item, act, block, place) => chooser(item, place.people.channelOptions(), item.initial_conversation, (option) => act({ id: option.value })),
  channels_select: (item, act, block, place) => chooser(item, place.people.channelOptions(), item.initial_channel, (option) => act({ id: option.value })),
  multi_static_select: (item, act) => many(item, optionsOf(item), (item.initial_options ?? []).map((o) => o.value), (options) => act({ options })),
  multi_external_select: (item, act) => many(item, item.initial_options ?? [], (item.initial_options ?? []).map((o) => o.value), (options) => act({ options })),
  multi_users_select: (item, act, block, place) => many(item, place.people.userOptions(), item.initial_users ?? [], (options) => act({ ids: options.map((o) => o.value) })),
  multi_conversations_select: (item, act, block, place) => many(item, place.people.channelOptions(), item.initial_conversations ?? [], (options) => act({ ids: options.map((o) => o.value) })),
  multi_channels_select: (item, act, block, place) => many(item, place.people.channelOptions(), item.initial_channels ?? [], (options) => act({ ids: options.map((o) => o.value) })),
  checkboxes: (item, act) => choices(item, "checkbox", (item.initial_options ?? []).map((o) => o.value), (options) => act({ options })),
  radio_buttons: (item, act) => choices(item, "radio", item.initial_option ? [item.initial_option.value] : [], (options) => act({ option: options[0] ?? null })),
  datepicker: (item, act) => field(item, "date", item.initial_date, (value) => act({ date: value })),
  timepicker: (item, act) => field(item, "time", item.initial_time, (value) => act({ time: value })),
  datetimepicker: (item, act) => field(item, "datetime-local", item.initial_date_time ? new Date(item.initial_date_time * 1000).toISOString().slice(0, 16) : "", (value) => act({ datetime: Math.floor(Date.parse(value) / 1000) })),
  plain_text_input: (item, act) => (item.multiline
    ? el("textarea", { rows: "4", placeholder: words(item.placeholder), maxlength: item.max_length, onchange: (e) => act({ text: e.target.value }) }, item.initial_value ?? "")
    : field(item, "text", item.initial_value, (value) => act({ text: value }))),
  email_text_input: (item, act) => field(item, "email", item.initial_value, (value) => act({ text: value })),
  url_text_input: (item, act) => field(item, "url", item.initial_value, (value) => act({ text: value })),
  number_input: (item, act) => field(item, "number", item.initial_value, (value) => act({ text: value })),
};

function withEmoji(text) {
  return text.split(/(:[a-z0-9_+-]+:)/).map((part) => (part.startsWith(":") && part.endsWith(":") ? emoji(part.slice(1, -1)) ?? part : part)).join("");
}

function optionsOf(item) {
  return item.options ?? (item.option_groups ?? []).flatMap((group) => group.options);
}

function chooser(item, options, chosen, done) {
  const pick = (event) => { const option = options.find((o) => o.value === event.target.value); if (option) done(option); };
  const label = words(item.placeholder) || "Choose";
  return el("select", { class: "el-select", "aria-label": label, onchange: pick },
    chosen ? null : el("option", { value: "" }, label),
    options.map((option) => el("option", { value: option.value, selected: option.value === chosen }, words(option.text))));
}

function many(item, options, chosen, done) {
  return choices({ ...item, options }, "checkbox", chosen, done);
}

function choices(item, type, chosen, done) {
  const group = el("div", { role: "group", class: "choices" });
  const name = `${item.action_id ?? "choice"}-${Math.random().toString(36).slice(2)}`;
  const report = () => done(item.options.filter((_, index) => group.querySelectorAll("input")[index].checked));
  group.append(...item.options.map((option) => el("label", { class: "choice" },
    el("input", { type, name, value: option.value, checked: chosen.includes(option.value), onchange: report }),
    el("span", {}, words(option.text), option.description ? el("small", {}, words(option.description)) : null))));
  return group;
}

function field(item, type, value, done) {
  return el("input", { type, value, placeholder: words(item.placeholder), step: type === "number" ? "any" : null, min: item.min_value, max: item.max_value,
    maxlength: item.max_length, onchange: (event) => done(event.target.value) });
}

let counter = 0;

export function input(block, place) {
  const control = element(block.element, block, { ...place, act: (done) => place.input(block, done, block.dispatch_action) });
  const id = `field-${(counter += 1)}`;
  const target = control.matches("input,select,textarea") ? control : null;
  if (target) { target.id = id; target.setAttribute("aria-describedby", `${id}-help`); }
  return el("div", { class: "b-input", "data-block": block.block_id },
    el("label", { class: "label", for: target ? id : null }, words(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : null),
    control,
    el("p", { class: "help", id: `${id}-help` }, words(block.hint)),
    el("p", { class: "field-error", role: "alert" }));
}
