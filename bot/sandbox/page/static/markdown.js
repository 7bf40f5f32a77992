// Standard Markdown, as Slack's markdown block and streamed answers use it, to DOM nodes.
import { el, link } from "./dom.js";
import { decode, token } from "./mrkdwn.js";
import { emoji } from "./emoji.js";

const SPAN = /(`[^`\n]+`|!?\[[^\]\n]*\]\([^()\s]+(?:\s+"[^"]*")?\)|<[^<>\n]+>|\*\*(?=\S).+?(?<=\S)\*\*|__(?=\S).+?(?<=\S)__|~~(?=\S).+?(?<=\S)~~|(?<!\w)\*(?=\S)[^*\n]+?(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)[^_\n]+?(?<=\S)_(?!\w)|:[a-z0-9_+'-]+:|https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'])/;

export function markdown(text, people) {
  const out = el("div", { class: "md" });
  const lines = text.split("\n");
  let at = 0;
  while (at < lines.length) {
    const [node, next] = blockAt(lines, at, people);
    if (node) out.append(node);
    at = next;
  }
  return out;
}

function blockAt(lines, at, people) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (/^\s*```/.test(line)) return fence(lines, at);
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) return [el(heading[1].length < 3 ? "h3" : "h4", {}, spans(heading[2], people)), at + 1];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [el("hr"), at + 1];
  if (/^\s*>/.test(line)) return quote(lines, at, people);
  if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) return list(lines, at, people);
  if (line.includes("|") && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[at + 1] ?? "")) return table(lines, at, people);
  return paragraph(lines, at, people);
}

function fence(lines, at) {
  const end = lines.findIndex((line, index) => index > at && /^\s*```/.test(line));
  const stop = end < 0 ? lines.length : end;
  return [el("pre", {}, lines.slice(at + 1, stop).join("\n")), stop + 1];
}

function quote(lines, at, people) {
  let stop = at;
  while (stop < lines.length && /^\s*>/.test(lines[stop])) stop += 1;
  const inner = lines.slice(at, stop).map((line) => line.replace(/^\s*> ?/, "")).join("\n");
  return [el("blockquote", {}, ...markdown(inner, people).childNodes), stop];
}

function list(lines, at, people) {
  const ordered = /^\s*\d/.test(lines[at]);
  const indent = lines[at].search(/\S/);
  const out = el(ordered ? "ol" : "ul");
  let index = at;
  while (index < lines.length) {
    const item = /^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$/.exec(lines[index]);
    if (!item || item[1].length < indent) break;
    if (item[1].length > indent && out.lastChild) {
      const [nested, next] = list(lines, index, people);
      out.lastChild.append(nested);
      index = next;
    } else {
      out.append(el("li", {}, spans(item[2].replace(/^\[ \]/, "☐").replace(/^\[[xX]\]/, "☑"), people)));
      index += 1;
    }
  }
  return [out, index];
}

function table(lines, at, people) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const head = el("tr", {}, cells(lines[at]).map((cell) => el("th", { scope: "col" }, spans(cell, people))));
  const body = [];
  let index = at + 2;
  while (index < lines.length && lines[index].includes("|")) {
    body.push(el("tr", {}, cells(lines[index]).map((cell) => el("td", {}, spans(cell, people)))));
    index += 1;
  }
  return [el("div", { class: "table" }, el("table", {}, el("thead", {}, head), el("tbody", {}, body))), index];
}

function paragraph(lines, at, people) {
  let stop = at + 1;
  while (stop < lines.length && lines[stop].trim() && !/^\s*(#{1,6}\s|>|```|[-*+]\s|\d+[.)]\s)/.test(lines[stop])) stop += 1;
  const out = el("p");
  lines.slice(at, stop).forEach((line, index) => {
    if (index) out.append(el("br"));
    out.append(...spans(line, people));
  });
  return [out, stop];
}

export function spans(text, people) {
  return text.split(SPAN).filter(Boolean).map((part) => span(part, people));
}

function span(part, people) {
  const linked = /^!?\[([^\]]*)\]\(([^()\s]+)/.exec(part);
  if (linked) return link(linked[2], spans(linked[1] || linked[2], people));
  if (/^`[^`]+`$/.test(part)) return el("code", {}, part.slice(1, -1));
  if (/^<[@#!]/.test(part) || /^<https?:/.test(part)) return token(part.slice(1, -1), people);
  if (/^(\*\*|__).+\1$/.test(part)) return el("strong", {}, spans(part.slice(2, -2), people));
  if (/^~~.+~~$/.test(part)) return el("s", {}, spans(part.slice(2, -2), people));
  if (/^([*_]).+\1$/.test(part)) return el("em", {}, spans(part.slice(1, -1), people));
  if (/^:[^:\s]+:$/.test(part)) return emoji(part.slice(1, -1)) ?? part;
  if (/^https?:\/\//.test(part)) return link(part, part);
  return document.createTextNode(decode(part.replace(/\\([\\`*_{}[\]()#+.!|~<>-])/g, "$1")));
}
