import { useEffect, useRef, useState } from "preact/hooks";
import type { Events } from "../../api";
import { follow, type Outcome } from "../../core/live";

type WalletEvents = { [E in keyof Events as E extends `wallet.${infer Type}` ? Type : never]: Events[E] };

/** The events that are lines of a history, with their words; those that move money say which way. */
const lines: { [E in keyof WalletEvents]?: [what: string, sign?: "+" | "-"] } = {
  WalletOpened: ["Opened"],
  WalletClosed: ["Closed"],
  WalletCredited: ["Put in", "+"],
  WalletDebited: ["Taken out", "-"],
  TransferStarted: ["To", "-"],
  TransferReturned: ["Came back from", "+"],
  TransferReceived: ["From", "+"],
  TransferDeclined: ["Declined, from"],
};

/** The events that say how a transfer from here fares. */
const states = {
  TransferStarted: "under way",
  TransferOverdue: "overdue",
  TransferCompleted: "arrived",
  TransferReturned: "returned",
} as const;

/** One line of a wallet's history. */
export interface Entry {
  version: number;
  time: string;
  what: string;
  /** The other wallet, if there is one. */
  other?: string | undefined;
  sign?: "+" | "-" | undefined;
  amount?: string | undefined;
  balance?: string | undefined;
  /** Why not. */
  reason?: string | undefined;
  /** What left for another wallet. */
  transfer?: Transfer | undefined;
}

export interface Transfer {
  id: string;
  state: (typeof states)[keyof typeof states];
  reason?: string | undefined;
}

/** The history of a wallet, the newest first, live; undefined while nothing of it is there. */
export function useHistory(walletId: string): Entry[] | undefined {
  const outcomes = useRef(new Map<number, Outcome>());
  const [, draw] = useState(0);
  useEffect(() => {
    const have = new Map<number, Outcome>();
    let last = 0; // version up to which none is missing
    outcomes.current = have;
    draw((n) => n + 1);
    return follow("wallet-" + walletId, () => last, (outcome) => {
      if (outcome.type && outcome.version) {
        have.set(outcome.version, outcome);
        while (have.has(last + 1)) {
          last++;
        }
        draw((n) => n + 1);
      }
    });
  }, [walletId]);
  const inOrder = [...outcomes.current.values()].sort((a, b) => (a.version ?? 0) - (b.version ?? 0));
  return inOrder.length > 0 ? entries(inOrder) : undefined;
}

/** What the events of wallets say, as far as it is told. */
interface Said {
  transferId?: string;
  to?: string;
  from?: string;
  amount?: string;
  balance?: string;
  reason?: string;
}

function entries(outcomes: Outcome[]): Entry[] {
  const transfers = new Map<string, Transfer>();
  const told: Entry[] = [];
  for (const { type, payload, time, version = 0 } of outcomes) {
    const { transferId: id = "", to, from, amount, balance, reason } = (payload ?? {}) as Said;
    const state = states[type as keyof typeof states];
    if (state) {
      transfers.set(id, Object.assign(transfers.get(id) ?? {}, { id, state, reason }));
    }
    const [what, sign] = lines[type as keyof WalletEvents] ?? [];
    if (what) {
      const transfer = state === "under way" ? transfers.get(id) : undefined;
      told.push({ version, time, what, other: to ?? from, sign, amount, balance, reason, transfer });
    }
  }
  return told.reverse();
}

const reasons: Record<string, string> = {
  NoSuchWallet: "There is no such wallet.",
  WalletClosed: "The wallet is closed.",
  CurrencyMismatch: "The wallet has another currency.",
  BalanceTooLarge: "The wallet does not hold so much.",
  TransferExpired: "It was not received in time.",
};

/** Why a wallet declined a transfer, in a sentence. */
export function inWords(reason: string): string {
  return reasons[reason] ?? reason + ".";
}
