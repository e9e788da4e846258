import { clock } from "./session";
import { redraw } from "./signal";

export const locale = undefined; // the reader's, which the browser knows; what navigator.language says is not always one
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "long" });

let isShown = false;

/** The system's time, in milliseconds since 1970. What shows it is drawn anew every second. */
export const now = {
  get value() {
    isShown = true;
    return clock();
  },
};

setInterval(() => {
  if (isShown) {
    isShown = false;
    redraw();
  }
}, 1000);

/** A time in the reader's zone, as "21 Nov 2026, 19:47". */
export function when(time: string): string {
  return dayAndTime.format(new Date(time));
}

/** The same with seconds and the zone. */
export function exactly(time: string): string {
  return exact.format(new Date(time));
}

export function dayOf(time: string): string {
  return day.format(new Date(time));
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** How long ago a time is, as "5 minutes ago"; the date when that was more than a week ago. It changes by itself in a component. */
export function ago(time: string): string {
  const seconds = Math.round((Date.parse(time) - now.value) / 1000);
  if (Math.abs(seconds) > 7 * 86_400) {
    return dayOf(time);
  }
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) {
      return relative.format(Math.trunc(seconds / length), unit);
    }
  }
  return seconds < 10 && seconds > -45 ? "just now" : relative.format(seconds, "second");
}

/** What is left until a time, as "2 d 1:04:09", "1:04:09" or "4:09"; "0:00" when it is over. */
export function left(until: string): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now.value) / 1000));
  const [d, h, m, s] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return (d > 0 ? `${d} d ` : "") + (d > 0 || h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`);
}
