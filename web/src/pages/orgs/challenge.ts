import { useState } from "preact/hooks";
import type { OtpRequestInput } from "../../api";
import { send } from "../../core/http";

export type Role = OtpRequestInput["role"];
export type Country = OtpRequestInput["country"];

/** The countries that people sign in from. */
export const countries: Record<Country, string> = {
  BN: "Brunei",
  HK: "Hong Kong",
  ID: "Indonesia",
  JP: "Japan",
  KH: "Cambodia",
  KR: "South Korea",
  LA: "Laos",
  MM: "Myanmar",
  MY: "Malaysia",
  PH: "Philippines",
  SG: "Singapore",
  TH: "Thailand",
  TW: "Taiwan",
  VN: "Vietnam",
};

/** How many wrong codes may be tried for each that was sent. */
export const mostTries = 5;

/** A code that was sent. Its key is no secret. */
export interface Challenge extends OtpRequestInput {
  key: string;
  expiresAt: string;
  /** From when on another one can be sent. */
  againAt: string;
  tries: number;
}

const pause = 60_000; // milliseconds between two codes

/** Has a code sent. */
export async function request(to: OtpRequestInput): Promise<Challenge> {
  const { key, expiresAt } = await send("request-otp", {}, to);
  return { ...to, key, expiresAt, againAt: new Date(Date.now() + pause).toISOString(), tries: 0 };
}

const place = "foldstream.code";

/** The code that was sent last from this tab: who goes to read it, and comes back to a page that was loaded again, goes on with it. */
export function useChallenge(): [Challenge | undefined, (challenge: Challenge | undefined) => void] {
  const [challenge, set] = useState(kept);
  return [
    challenge,
    (next) => {
      if (next) {
        sessionStorage.setItem(place, JSON.stringify(next));
      } else {
        sessionStorage.removeItem(place);
      }
      set(next);
    },
  ];
}

function kept(): Challenge | undefined {
  const found = JSON.parse(sessionStorage.getItem(place) ?? "null") as Challenge | null;
  return found && Date.parse(found.expiresAt) > Date.now() ? found : undefined;
}

/** The country of the reader's language, if it is one of ours. */
export function likelyCountry(): Country {
  const regions = navigator.languages.map((language) => language.split("-").at(-1) ?? "");
  return (regions.find((region) => region in countries) as Country | undefined) ?? "SG";
}
