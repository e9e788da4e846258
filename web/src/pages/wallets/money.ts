import type { WalletOpenInput } from "../../api";
import { locale } from "../../core/time";

export type Currency = WalletOpenInput["currency"];

/** The currencies, with their names. */
export const currencies: [Currency, string][] = [
  ["EUR", "Euro"],
  ["USD", "US dollar"],
  ["CAD", "Canadian dollar"],
];

/** An amount as the reader's language has it. It is exact: the text is never made a number. It may break at the currency. */
export function money(amount: string, currency: string, sign: "" | "+" | "-" = ""): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "code",
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
    signDisplay: sign ? "always" : "auto",
  });
  return format.format(((sign === "-" ? "-" : "") + amount) as Intl.StringNumericLiteral).replace("\u00a0", " ");
}

const hasComma = new Intl.NumberFormat(locale).format(1.5).includes(",");

/** An amount as the system takes it, of what somebody typed in the way of their language. */
export function decimal(typed: string): string {
  const text = typed.replace(/\s/g, "");
  return hasComma ? text.replace(",", ".") : text;
}

/** The same as it will be understood, or nothing while it is no amount. */
export function understood(typed: string, currency: string): string {
  const text = decimal(typed);
  return /^\d{1,12}(\.\d{1,4})?$/.test(text) ? money(text, currency) : "";
}

/** Compares amounts: the larger comes first. */
export function byAmount(one: string, other: string): number {
  const [a, b] = [padded(one), padded(other)];
  return a === b ? 0 : a > b ? -1 : 1;
}

function padded(amount: string): string {
  const [whole = "", fraction = ""] = amount.split(".");
  return whole.padStart(12, "0") + fraction.padEnd(4, "0");
}
