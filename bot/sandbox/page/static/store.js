// What the page knows of the workspace, kept fresh by /sandbox/live.
import { ask } from "./dom.js";

export class Store {
  constructor() {
    this.team = null; this.app = null; this.messages = new Map(); this.unread = new Set(); this.home = null; this.status = new Map();
  }

  async load() {
    const state = await ask("/sandbox/state");
    const wanted = new URLSearchParams(location.search).get("team");
    this.team = state.workspaces.find((team) => team.id === wanted) ?? state.workspaces[0];
    this.app = state.app;
    this.teams = state.workspaces.map(({ id, name }) => ({ id, name }));
    this.connections = state.connections;
    return this;
  }

  async loadChannel(id) {
    const data = await ask(`/sandbox/messages?channel=${encodeURIComponent(id)}&team=${this.team.id}`);
    const known = new Map();
    for (const message of [...data.messages, ...data.ephemerals]) known.set(message.ts, message);
    this.messages.set(id, known);
  }

  user(id) { return this.team.users.find((user) => user.id === id); }
  channel(id) { return this.team.channels.find((channel) => channel.id === id); }

  name(id, fallback) {
    if (id === "USLACKBOT") return "Slackbot";
    return this.user(id)?.real_name ?? fallback ?? id;
  }

  get people() {
    return {
      name: (id, fallback) => this.name(id, fallback),
      channel: (id, fallback) => this.channel(id)?.name ?? fallback ?? id,
      userOptions: () => this.team.users.map((user) => ({ value: user.id, text: { text: user.real_name } })),
      channelOptions: () => this.team.channels.filter((c) => c.name).map((c) => ({ value: c.id, text: { text: "#" + c.name } })),
    };
  }

  visibleTo(viewer) {
    return this.team.channels.filter((channel) => channel.is_im ? channel.members.includes(viewer) : !channel.is_private || channel.members.includes(viewer));
  }

  list(channel, viewer) {
    const all = [...(this.messages.get(channel)?.values() ?? [])];
    return all.filter((m) => !m.is_ephemeral || m.to === viewer).sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }

  // Take one note of the live stream; returns what has to be drawn again.
  take(note, shown) {
    if (note.team !== this.team.id) return "";
    if (note.kind === "message" || note.kind === "ephemeral") {
      this.messages.get(note.channel)?.set(note.message.ts, note.message);
      if (note.channel !== shown) { this.unread.add(note.channel); return "sidebar"; }
      return "messages";
    }
    if (note.kind === "deleted") { this.messages.get(note.channel)?.delete(note.ts); return "messages"; }
    if (note.kind === "status") { this.status.set(note.channel + note.thread_ts, note.status); return "messages"; }
    if (note.kind === "home" || note.kind === "view") return note.kind;
    return "state";
  }
}
