// The rich_text block to DOM.
import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { dateToken } from "./mrkdwn.js";

const BLOCK = {
  rich_text_section: (e, people) => el("div", {}, parts(e.elements, people)),
  rich_text_preformatted: (e, people) => el("pre", {}, parts(e.elements, people)),
  rich_text_quote: (e, people) => el("blockquote", {}, parts(e.elements, people)),
  rich_text_list: (e, people) => el(e.style === "ordered" ? "ol" : "ul", {},
    e.elements.map((item) => el("li", {}, parts(item.elements, people)))),
};

export function richText(block, people) {
  return el("div", { class: "rt" }, block.elements.map((item) => BLOCK[item.type]?.(item, people)));
}

function parts(elements, people) {
  return elements.flatMap((item) => styled(item, people));
}

function styled(item, people) {
  let nodes = plain(item, people);
  const style = item.style ?? {};
  if (style.code) nodes = [el("code", {}, nodes)];
  if (style.bold) nodes = [el("strong", {}, nodes)];
  if (style.italic) nodes = [el("em", {}, nodes)];
  if (style.strike) nodes = [el("s", {}, nodes)];
  return nodes;
}

function plain(item, people) {
  switch (item.type) {
    case "text": return lines(item.text);
    case "link": return [link(item.url, item.text || item.url)];
    case "emoji": return [emoji(item.name) ?? `:${item.name}:`];
    case "user": return [el("span", { class: "mention" }, "@" + people.name(item.user_id))];
    case "channel": return [el("span", { class: "mention" }, "#" + people.channel(item.channel_id))];
    case "broadcast": return [el("span", { class: "mention ping" }, "@" + item.range)];
    case "usergroup": return [el("span", { class: "mention ping" }, "@group")];
    case "date": return [dateToken(`!date^${item.timestamp}^${item.format}`, item.fallback)];
    case "color": return [el("code", {}, item.value)];
    default: return [];
  }
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line]));
}
