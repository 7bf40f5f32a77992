// Block Kit to DOM. `place` says where the blocks are: { people, act(payload), inputs }.
import { el, link, safeUrl } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { markdown } from "./markdown.js";
import { richText } from "./rich_text.js";
import { element, input } from "./elements.js";

const RENDER = {
  header: (b) => el("h3", { class: "b-header" }, b.text.text),
  section: (b, place) => el("div", { class: "b-section" },
    b.text ? text(b.text, place) : null,
    b.fields ? el("div", { class: "fields" }, b.fields.map((field) => text(field, place))) : null,
    b.accessory ? el("div", { class: "accessory" }, element(b.accessory, b, place)) : null),
  context: (b, place) => el("div", { class: "b-context" },
    b.elements.map((item) => (item.type === "image" ? picture(item) : text(item, place)))),
  divider: () => el("hr"),
  actions: (b, place) => el("div", { class: "b-actions" }, b.elements.map((item) => element(item, b, place))),
  context_actions: (b, place) => el("div", { class: "b-context_actions" }, b.elements.map((item) => element(item, b, place))),
  markdown: (b, place) => markdown(b.text, place.people),
  rich_text: (b, place) => richText(b, place.people),
  image: (b) => el("div", {}, b.title ? el("p", { class: "picture-title" }, b.title.text) : null, picture(b)),
  table: (b, place) => grid(b, place),
  data_table: (b, place) => grid(b, place),
  data_visualization: (b) => chart(b),
  container: (b, place) => container(b, place),
  card: (b, place) => card(b, place),
  carousel: (b, place) => el("div", { class: "b-carousel", tabindex: "0" }, b.elements.map((item) => card(item, place))),
  alert: (b, place) => el("div", { class: `b-alert ${b.level ?? "default"}` }, text(b.text, place)),
  task_card: (b) => task(b),
  plan: (b) => el("div", {}, el("strong", {}, b.title), (b.tasks ?? []).map(task)),
  input: (b, place) => input(b, place),
  file: (b) => el("div", { class: "b-unknown" }, `File ${b.external_id}`),
  video: (b) => el("div", {}, link(b.title_url ?? b.video_url, b.title.text)),
};

export function blocks(list, place) {
  return list.map((block) => {
    const render = RENDER[block.type];
    if (!render) return el("div", { class: "b-unknown" }, `A block of type ${block.type}`);
    try {
      return render(block, place);
    } catch (problem) {
      console.error(problem, block);
      return el("div", { class: "b-unknown" }, `A ${block.type} block that could not be drawn`);
    }
  });
}

export function text(object, place) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, place.people, object.verbatim);
  return el("div", {}, object.text.split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line])));
}

// Pictures of other sites are not fetched: the page makes no request outside the sandbox.
export function picture(image) {
  const stored = image.slack_file?.id ? `${location.origin}/files-pri/${image.slack_file.id}/picture` : undefined;
  const url = stored ?? image.slack_file?.url ?? image.image_url ?? "";
  const own = url.startsWith(location.origin) || url.startsWith("data:image/");
  if (own) return el("img", { class: "shown", src: url, alt: image.alt_text });
  const named = el("span", { class: "picture", role: "img", "aria-label": image.alt_text }, `Picture: ${image.alt_text || "without description"}`);
  return safeUrl(url) ? link(url, named) : named;
}

function grid(b, place) {
  const align = (index) => b.column_settings?.[index]?.align ?? "";
  const cell = (value) => (value.type === "rich_text" ? richText(value, place.people) : String(value.text ?? value.value ?? ""));
  const [head, ...rest] = b.rows;
  const row = (cells, tag) => el("tr", {}, cells.map((value, index) =>
    el(tag, { class: align(index), scope: tag === "th" ? "col" : null }, cell(value))));
  return el("div", { class: "table", tabindex: "0" }, el("table", {},
    b.caption ? el("caption", {}, b.caption) : null,
    el("thead", {}, row(head, "th")), el("tbody", {}, rest.map((cells) => row(cells, "td")))));
}

function chart(b) {
  const points = findPoints(b.chart);
  const most = Math.max(1, ...points.map(([, value]) => value));
  return el("figure", { class: "chart" }, el("strong", {}, b.title), points.map(([label, value]) =>
    el("div", { class: "row" }, el("span", {}, label), el("progress", { max: most, value, "aria-label": label }), el("span", {}, String(value)))));
}

function findPoints(value, found = []) {
  if (Array.isArray(value)) value.forEach((item) => findPoints(item, found));
  else if (value && typeof value === "object") {
    const label = value.label ?? value.name;
    if (typeof label === "string" && typeof value.value === "number") found.push([label, value.value]);
    else Object.values(value).forEach((item) => findPoints(item, found));
  }
  return found;
}

function container(b, place) {
  const title = b.rich_text_title ? richText(b.rich_text_title, place.people) : el("span", { class: "title" }, b.title?.text ?? "");
  const head = [title, b.subtitle ? el("div", { class: "subtitle" }, text(b.subtitle, place)) : null];
  const inside = el("div", { class: "inside" }, blocks(b.child_blocks, place));
  if (!b.is_collapsible) return el("section", { class: "b-container" }, head, inside);
  return el("details", { class: "b-container", open: !b.default_collapsed }, el("summary", {}, head), inside);
}

function card(b, place) {
  return el("article", { class: "b-card" },
    b.hero_image ? picture(b.hero_image) : null,
    b.title ? el("strong", {}, text(b.title, place)) : null,
    b.subtitle ? el("small", {}, text(b.subtitle, place)) : null,
    b.body ? text(b.body, place) : null,
    b.actions ? el("div", { class: "b-actions" }, b.actions.map((item) => element(item, b, place))) : null);
}

const TASK_SIGNS = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

function task(b) {
  return el("div", { class: "task" }, el("span", { "aria-label": b.status ?? "pending" }, TASK_SIGNS[b.status] ?? "○"), b.title);
}
