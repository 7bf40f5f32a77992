// Slack's mrkdwn, and standard Markdown as in markdown blocks, to DOM nodes.
import { el, link, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";

const INLINE = /(```[\s\S]+?```|`[^`\n]+`|<[^<>\n]+>|:[a-z0-9_+'-]+:|(?<![\w*])\*(?=\S)[^*\n]+?(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)[^_\n]+?(?<=\S)_(?![\w_])|(?<![\w~])~(?=\S)[^~\n]+?(?<=\S)~(?![\w~]))/;

export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function mrkdwn(text, people, verbatim = false) {
  const out = el("div", { class: "mrkdwn" });
  let quote = null;
  const lines = splitKeepingFences(text);
  lines.forEach((line, index) => {
    const quoted = /^(&gt;|>) ?/.exec(line);
    if (quoted) {
      if (!quote) { quote = el("blockquote"); out.append(quote); } else quote.append(el("br"));
      quote.append(...inline(line.slice(quoted[0].length), people, verbatim));
      return;
    }
    const afterQuote = quote !== null;
    quote = null;
    if (index > 0 && !afterQuote) out.append(el("br"));
    out.append(...inline(line, people, verbatim));
  });
  return out;
}

function splitKeepingFences(text) {
  return text.split(/(```[\s\S]+?```)/).flatMap((part, index, all) => {
    if (part.startsWith("```")) return [part];
    const trimmed = part.replace(index > 0 ? /^\n/ : /^/, "").replace(index < all.length - 1 ? /\n$/ : /$/, "");
    return trimmed === "" && all.length > 1 ? [] : trimmed.split("\n");
  });
}

function inline(text, people, verbatim) {
  const nodes = [];
  for (const part of text.split(INLINE)) {
    if (!part) continue;
    nodes.push(...piece(part, people, verbatim));
  }
  return nodes;
}

function piece(part, people, verbatim) {
  if (part.startsWith("```") && part.length > 6) return [el("pre", {}, decode(part.slice(3, -3).replace(/^\n/, "")))];
  if (/^`[^`]+`$/.test(part)) return [el("code", {}, decode(part.slice(1, -1)))];
  if (/^<.+>$/.test(part)) return [token(part.slice(1, -1), people)];
  if (/^:[^:\s]+:$/.test(part)) return [emoji(part.slice(1, -1)) ?? part];
  if (/^\*.+\*$/.test(part)) return [el("strong", {}, inline(part.slice(1, -1), people, verbatim))];
  if (/^_.+_$/.test(part)) return [el("em", {}, inline(part.slice(1, -1), people, verbatim))];
  if (/^~.+~$/.test(part)) return [el("s", {}, inline(part.slice(1, -1), people, verbatim))];
  return verbatim ? [decode(part)] : autolink(decode(part));
}

function autolink(text) {
  return text.split(/(https?:\/\/[^\s<>"|]+[^\s<>"|.,;:!?)\]'])/).map((part, index) =>
    index % 2 && safeUrl(part) ? link(part, part) : part);
}

export function token(inner, people) {
  const [target, label] = splitOnce(inner, "|");
  const name = label === undefined ? undefined : decode(label);
  if (target.startsWith("@")) return mention("@" + people.name(target.slice(1), name), "user");
  if (target.startsWith("#")) return mention("#" + people.channel(target.slice(1), name), "channel");
  if (target.startsWith("!date^")) return document.createTextNode(dateToken(target, name));
  if (target.startsWith("!")) {
    const word = target.startsWith("!subteam^") ? name ?? "group" : target.slice(1);
    return mention("@" + word.replace(/^@/, ""), "ping");
  }
  const url = decode(target);
  return safeUrl(url) ? link(url, name ?? url) : document.createTextNode(`<${decode(inner)}>`);
}

function mention(text, kind) {
  return el("span", { class: kind === "ping" ? "mention ping" : "mention" }, text);
}

export function dateToken(target, fallback) {
  const [, seconds, format = "{date}"] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback ?? target;
  const day = when.toLocaleDateString(undefined, { dateStyle: "medium" });
  const time = when.toLocaleTimeString(undefined, { timeStyle: "short" });
  return format.replace(/\{date[a-z_]*\}/g, day).replace(/\{time[a-z_]*\}/g, time);
}

function splitOnce(text, sign) {
  const at = text.indexOf(sign);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
