/** Files made from what the page shows. */

import type { Value } from "./api";

/** A cell of a CSV file: quoted where it must be, and never a formula to a spreadsheet. */
function cell(value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  const words = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}

export function csv(head: string[], rows: (Value | undefined)[][]): string {
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Hands a file to the reader. The mark at its head tells Excel that it is UTF-8. */
export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob(type.startsWith("text/csv") ? ["\uFEFF", text] : [text], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
