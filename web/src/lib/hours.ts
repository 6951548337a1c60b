/** Opening hours in plain words: "Mo-Fr 09:30-15:30" → "Monday to Friday 9.30am to 3.30pm". */

const DAYS: Record<string, string> = { Mo: "Monday", Tu: "Tuesday", We: "Wednesday", Th: "Thursday", Fr: "Friday", Sa: "Saturday", Su: "Sunday", PH: "public holidays", SH: "school holidays" };
const DAY = /^(Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)(?:-(Mo|Tu|We|Th|Fr|Sa|Su))?$/;
const TIMES = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})(\+)?$/;

function clock(hour: string, minute: string): string {
  const h = Number(hour) % 24;
  if (minute === "00" && h === 0) return "midnight";
  if (minute === "00" && h === 12) return "noon";
  return `${h % 12 || 12}${minute === "00" ? "" : `.${minute}`}${h < 12 ? "am" : "pm"}`;
}

function listed(parts: string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** One rule; `null` where it says more than days and times. */
function rule(text: string): string | null {
  if (text === "24/7") return "at all hours";
  const [first = "", ...rest] = text.split(/\s+/);
  const hasDays = first.split(",").every((each) => DAY.test(each));
  const times = (hasDays ? rest.join("") : text.replace(/\s+/g, "")) || "";
  const days = hasDays
    ? listed(first.split(",").map((each) => {
        const [, from = "", to] = DAY.exec(each) ?? [];
        return to ? `${DAYS[from]} to ${DAYS[to]}` : (DAYS[from] ?? from);
      }))
    : "every day";
  if (/^(off|closed)$/.test(times)) return `closed ${days === "every day" ? days : `on ${days}`}`;
  const spans = times.split(",").map((each) => TIMES.exec(each));
  if (!times || spans.some((each) => !each)) return null;
  return `${days} ${listed(spans.map((each) => (each ? `${clock(each[1] ?? "", each[2] ?? "")} to ${clock(each[3] ?? "", each[4] ?? "")}${each[5] ? " or later" : ""}` : "")))}`;
}

/** Days with words instead of times, such as "Mo All Day; Tu All Day; We AM": the words as they stand, days that follow each other together; `null` where it is not so. */
function worded(parts: string[]): string | null {
  const week = Object.keys(DAYS).slice(0, 7);
  const runs: { first: number; last: number; words: string }[] = [];
  for (const part of parts) {
    const [, day = "", words = ""] = /^(Mo|Tu|We|Th|Fr|Sa|Su)\s+(.*[a-z]{2}.*)$/i.exec(part) ?? [];
    const at = week.indexOf(day);
    if (at < 0) return null;
    const before = runs.at(-1);
    if (before?.words === words && before.last === at - 1) before.last = at;
    else runs.push({ first: at, last: at, words });
  }
  const name = (at: number): string => DAYS[week[at] ?? ""] ?? "";
  return runs.map(({ first, last, words }) => `${first === last ? name(first) : `${name(first)} to ${name(last)}`} “${words}”`).join("; ") || null;
}

/** Hours as people say them; what is written otherwise is given as it stands. */
export function plainly(hours: string): string {
  const parts = hours.split(";").map((each) => each.trim()).filter(Boolean);
  const rules = parts.map(rule);
  if (rules.length && rules.every((each) => each !== null)) return rules.join("; ");
  return worded(parts) ?? hours;
}
