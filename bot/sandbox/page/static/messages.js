// One message, and lists of them.
import { el } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { blocks } from "./blocks.js";
import { emoji } from "./emoji.js";

const time = (ts) => new Date(Number(ts) * 1000);
const clock = (ts) => time(ts).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
const day = (ts) => time(ts).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });

export function avatar(name, id) {
  const hue = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8;
  const initials = name.split(/[\s._-]+/).filter(Boolean).slice(0, 2).map((part) => part[0].toUpperCase()).join("");
  return el("span", { class: `avatar av${hue}`, "aria-hidden": "true" }, initials);
}

export function messageNode(message, context) {
  const { store, openThread, tools, act, inThread } = context;
  const name = message.username ?? store.name(message.user);
  const place = { people: store.people, act: (done) => act(message, done) };
  const classes = ["message", message.is_ephemeral && "ephemeral", message.streaming_state && "streaming",
    ["channel_join", "channel_leave", "tombstone"].includes(message.subtype) && "service"].filter(Boolean).join(" ");
  return el("li", { class: classes, "data-ts": message.ts },
    avatar(name, message.user ?? ""),
    el("div", {},
      message.is_ephemeral ? el("div", { class: "only-you" }, "Only visible to you") : null,
      el("div", { class: "who" }, el("strong", {}, name), message.bot_id ? el("span", { class: "tag" }, "APP") : null,
        el("time", { datetime: time(message.ts).toISOString(), title: time(message.ts).toLocaleString() }, clock(message.ts)),
        message.edited ? el("span", { class: "edited" }, "(edited)") : null),
      el("div", { class: "body" }, content(message, place)),
      under(message, openThread, inThread)),
    message.is_ephemeral ? null : el("div", { class: "tools" }, tools(message)));
}

function content(message, place) {
  const parts = [];
  if (message.blocks?.length) parts.push(...blocks(message.blocks, place));
  else if (message.text) parts.push(mrkdwn(message.text, place.people));
  for (const extra of message.attachments ?? []) {
    parts.push(el("div", { class: "attachment" }, extra.blocks ? blocks(extra.blocks, place) : mrkdwn(extra.text ?? extra.fallback ?? "", place.people)));
  }
  for (const file of message.files ?? []) parts.push(fileNode(file));
  return parts;
}

function fileNode(file) {
  const own = file.url_private && file.url_private.startsWith(location.origin);
  if (own && (file.mimetype ?? "").startsWith("image/")) return el("img", { class: "shown", src: file.url_private, alt: file.alt_txt || file.title });
  return el("div", { class: "b-unknown" }, own ? el("a", { href: file.url_private, download: file.name }, file.title) : file.title, ` · ${file.size} bytes`);
}

function under(message, openThread, inThread) {
  const items = (message.reactions ?? []).map((reaction) => el("span", { class: "reaction", title: reaction.users.length + " people" }, `${emoji(reaction.name) ?? `:${reaction.name}:`} ${reaction.count}`));
  if (message.reply_count && !inThread) {
    items.push(el("button", { class: "replies", onclick: () => openThread(message.ts) }, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`));
  }
  return items.length ? el("div", { class: "under" }, items) : null;
}

export function fill(list, messages, context) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80 || !list.childElementCount;
  const nodes = [];
  let shownDay = "";
  for (const message of messages) {
    if (day(message.ts) !== shownDay) { shownDay = day(message.ts); nodes.push(el("li", { class: "day", role: "presentation" }, shownDay)); }
    nodes.push(messageNode(message, context));
  }
  if (!nodes.length) nodes.push(el("li", { class: "empty" }, "Nothing here yet. Write the first message."));
  list.replaceChildren(...nodes);
  if (atEnd) list.scrollTop = list.scrollHeight;
}
