// The page: sidebar, channel, thread, composer. Everything a person does goes to /sandbox/act.
import { ask, el } from "./dom.js";
import { Store } from "./store.js";
import { fill } from "./messages.js";
import { setUpComposer } from "./composer.js";
import { plainValue, showHome, showView } from "./views.js";

const $ = (id) => document.getElementById(id);
const store = new Store();
const now = { viewer: localStorage.getItem("viewer") ?? "", channel: "", thread: "", home: false };

export function complain(problem) {
  $("problem").textContent = problem.message ?? String(problem);
  $("problem").hidden = false;
  setTimeout(() => { $("problem").hidden = true; }, 8000);
}

export async function act(body) {
  try {
    const { result } = await ask("/sandbox/act", { user: now.viewer, ...body });
    if (result?.problem && !(body.do === "command")) complain(result.problem);
    return result;
  } catch (problem) {
    complain(problem);
    return undefined;
  }
}

const context = (inThread) => ({
  store, inThread, openThread,
  tools: (message) => tools(message, inThread),
  act: (message, done) => act({ do: "click", channel: message.channel ?? now.channel, ts: message.ts, block_id: done.block.block_id ?? "", action_id: done.item.action_id, value: plainValue(done.value) }),
});

function tools(message, inThread) {
  const made = inThread ? [] : [el("button", { onclick: () => openThread(message.thread_ts ?? message.ts) }, "Reply")];
  for (const shortcut of store.app.shortcuts ?? []) {
    if (shortcut.kind !== "message") continue;
    made.push(el("button", { onclick: () => act({ do: "shortcut", callback_id: shortcut.callback_id, channel: now.channel, ts: message.ts }) }, shortcut.name));
  }
  if (message.user === now.viewer) {
    made.push(el("button", { onclick: () => act({ do: "delete", channel: now.channel, ts: message.ts }) }, "Delete"));
  }
  return made;
}

function drawSidebar() {
  $("team").textContent = store.team.name;
  $("teams").hidden = store.teams.length < 2;
  $("workspace").replaceChildren(...store.teams.map((team) => el("option", { value: team.id, selected: team.id === store.team.id }, team.name)));
  const people = store.team.users.filter((user) => !user.is_bot && !user.deleted);
  if (!people.some((user) => user.id === now.viewer)) now.viewer = people[0]?.id ?? "";
  $("viewer").replaceChildren(...people.map((user) => el("option", { value: user.id, selected: user.id === now.viewer }, describe(user))));
  const visible = store.visibleTo(now.viewer);
  $("channels").replaceChildren(...visible.filter((c) => !c.is_im).map(channelButton));
  $("directs").replaceChildren(...[directButton(store.team.bot_user), ...visible.filter((c) => c.is_im && !c.members.includes(store.team.bot_user)).map(channelButton)]);
  const home = el("button", { "aria-current": now.home ? "true" : null, onclick: openHome }, el("span", { class: "sign" }, "⌂"), el("span", {}, `${store.app.name} Home`));
  $("apps").replaceChildren(el("li", {}, home));
  const on = store.connections > 0;
  $("link").className = on ? "on" : "";
  $("link").textContent = on ? "The app is connected" : "No app is connected";
}

function describe(user) {
  const notes = [user.is_admin && "admin", user.is_restricted && "guest", user.tz].filter(Boolean);
  return `${user.real_name} · ${notes.join(", ")}`;
}

function channelButton(channel) {
  const inside = channel.members.includes(now.viewer);
  const other = channel.is_im ? channel.members.find((id) => id !== now.viewer) : "";
  return navButton(channel.id, channel.is_im ? "●" : channel.is_private ? el("img", { src: "/page/lock.svg", alt: "private" }) : "#", channel.is_im ? store.name(other) : channel.name, inside, () => openChannel(channel.id));
}

function directButton(user) {
  const known = store.team.channels.find((c) => c.is_im && c.members.includes(user) && c.members.includes(now.viewer));
  return navButton(known?.id ?? "direct", "●", store.name(user), true, async () => {
    const made = known ?? (await act({ do: "direct" }));
    if (!made) return;
    await store.load();
    openChannel(made.id);
  });
}

function navButton(id, sign, name, inside, onclick) {
  const current = !now.home && id === now.channel;
  const classes = [store.unread.has(id) && "unread", !inside && "outside"].filter(Boolean).join(" ");
  return el("li", {}, el("button", { class: classes, "data-channel": id, "aria-current": current ? "true" : null, onclick },
    el("span", { class: "sign" }, sign), el("span", {}, name)));
}

function drawMessages() {
  if (now.home || !now.channel) return;
  const all = store.list(now.channel, now.viewer);
  const top = all.filter((m) => !m.thread_ts || m.thread_ts === m.ts || m.subtype === "thread_broadcast" || (m.is_ephemeral && !m.thread_ts));
  fill($("messages"), top, context(false));
  document.querySelector(`[data-ts="${CSS.escape(now.target || "none")}"]`)?.classList.add("target");
  if (now.thread) {
    const inside = all.filter((m) => m.ts === now.thread || m.thread_ts === now.thread);
    fill($("replies"), inside, context(true));
    const status = store.status.get(now.channel + now.thread);
    if (status) $("replies").append(el("li", { class: "status-line", role: "status" }, `${store.app.name} ${status}`));
  }
}

function drawPlace() {
  const channel = store.channel(now.channel);
  if (!channel) return;
  const other = channel.is_im ? store.name(channel.members.find((id) => id !== now.viewer)) : "";
  $("place").textContent = channel.is_im ? other : "#" + channel.name;
  $("purpose").textContent = channel.purpose?.value ?? "";
  const inside = channel.members.includes(now.viewer);
  const bot = channel.members.includes(store.team.bot_user);
  const button = (label, body) => el("button", { class: "secondary", onclick: () => act({ channel: channel.id, ...body }) }, label);
  $("place-actions").replaceChildren(...[
    !inside && button("Join", { do: "join" }),
    inside && !bot && !channel.is_im && button(`Invite ${store.app.name}`, { do: "invite" }),
  ].filter(Boolean));
  $("composer").hidden = !inside || channel.is_archived || now.home;
  $("text").placeholder = `Write to ${channel.is_im ? other : "#" + channel.name}`;
}

async function openChannel(id, ts = "") {
  Object.assign(now, { channel: id, home: false, target: ts });
  closeThread();
  store.unread.delete(id);
  $("home").hidden = true;
  $("messages").hidden = false;
  $("messages").replaceChildren();
  await store.loadChannel(id);
  draw();
  closeMenu();
  if (!ts) history.replaceState(null, "", location.search ? "/" + location.search : "/");
  else document.querySelector(".target")?.scrollIntoView({ block: "center" });
}

function openThread(ts) {
  now.thread = ts;
  $("thread").hidden = false;
  $("replies").replaceChildren();
  drawMessages();
  $("reply-text").focus();
}

function closeThread() {
  now.thread = "";
  $("thread").hidden = true;
}

async function openHome() {
  now.home = true;
  closeThread();
  closeMenu();
  $("messages").hidden = true;
  $("composer").hidden = true;
  $("home").hidden = false;
  $("place").textContent = `${store.app.name} Home`;
  $("purpose").textContent = "What the app shows to you alone";
  $("place-actions").replaceChildren();
  drawSidebar();
  await act({ do: "open_home" });
  await showHome($("home"), store, now.viewer, act);
}

function draw() {
  drawSidebar();
  if (now.home) return;
  drawPlace();
  drawMessages();
}

function closeMenu() {
  $("sidebar").classList.remove("open");
  $("menu").setAttribute("aria-expanded", "false");
}

async function onNote(note) {
  const what = store.take(note, now.home ? "" : now.channel);
  if (what === "messages") drawMessages();
  else if (what === "sidebar") drawSidebar();
  else if (what === "home" && now.home && note.user === now.viewer) await showHome($("home"), store, now.viewer, act);
  else if (what === "view" && note.user === now.viewer) showView($("modal"), note, store, act);
  else if (what === "state") { await store.load(); draw(); }
}

// A modal that was open before the page was loaded, or that another person has open, is shown too.
async function resume() {
  const { modal } = await ask(`/sandbox/home?user=${now.viewer}`);
  showView($("modal"), { view: modal }, store, act);
}

function listen() {
  const stream = new EventSource("/sandbox/live");
  stream.onmessage = (event) => onNote(JSON.parse(event.data)).catch(complain);
  stream.onopen = async () => { await store.load(); if (now.channel) await store.loadChannel(now.channel); draw(); document.body.dataset.live = "true"; };
  stream.onerror = () => { $("link").className = ""; $("link").textContent = "The sandbox is not running; trying again"; };
}

function setUp() {
  $("viewer").addEventListener("change", (event) => { now.viewer = event.target.value; localStorage.setItem("viewer", now.viewer); now.home ? openHome() : draw(); resume().catch(complain); });
  $("workspace").addEventListener("change", (event) => { location.href = `/?team=${encodeURIComponent(event.target.value)}`; });
  $("close-thread").addEventListener("click", closeThread);
  $("menu").addEventListener("click", () => {
    const open = $("sidebar").classList.toggle("open");
    $("menu").setAttribute("aria-expanded", String(open));
    if (open) $("sidebar").querySelector("nav button")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || $("modal").open) return;
    if ($("sidebar").classList.contains("open")) closeMenu(); else if (now.thread) closeThread();
  });
  setUpComposer($("composer"), $("text"), { store, act, place: () => ({ channel: now.channel }) });
  setUpComposer($("reply"), $("reply-text"), { store, act, place: () => ({ channel: now.channel, thread_ts: now.thread }) });
}

async function start() {
  setUp();
  await store.load();
  drawSidebar();
  const [, channel, stamp] = /^\/archives\/([^/]+)(?:\/p(\d+))?/.exec(location.pathname) ?? [];
  const first = store.visibleTo(now.viewer).find((c) => c.name === "ai-news") ?? store.visibleTo(now.viewer)[0];
  const ts = stamp ? `${stamp.slice(0, -6)}.${stamp.slice(-6)}` : "";
  if (channel || first) await openChannel(channel ?? first.id, ts);
  await resume();
  listen();
}

start().catch(complain);
