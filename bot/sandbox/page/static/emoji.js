// The emoji names that bots use most; others stay as typed, which is honest.
const KNOWN = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", eyes: "👀", wave: "👋", tada: "🎉", rocket: "🚀", fire: "🔥",
  bulb: "💡", newspaper: "📰", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", bell: "🔔", mag: "🔍",
  books: "📚", book: "📖", robot_face: "🤖", sparkles: "✨", star: "⭐", question: "❓", exclamation: "❗", gear: "⚙️",
  calendar: "📅", clock9: "🕘", hourglass_flowing_sand: "⏳", speech_balloon: "💬", link: "🔗", no_entry: "⛔", heart: "❤️",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", point_right: "👉", pushpin: "📌", chart_with_upwards_trend: "📈",
  bar_chart: "📊", zap: "⚡", information_source: "ℹ️", arrow_right: "➡️", game_die: "🎲", mute: "🔇", globe_with_meridians: "🌐",
};

export function emoji(name) {
  return KNOWN[name.split("::")[0]] ?? null;
}
