import { useRef, useState } from "preact/hooks";
import type { WalletRecord } from "../../api";
import { ask } from "../../core/http";
import { latest, useList, type Listing } from "../../core/list";
import type { Outcome } from "../../core/live";
import { byAmount } from "./money";

const events = [
  "WalletOpened",
  "WalletCredited",
  "WalletDebited",
  "WalletClosed",
  "TransferStarted",
  "TransferReceived",
  "TransferReturned",
  "TransferCompleted",
];

const reader = () => latest(async (walletId, version) => (await ask("get-wallet", { walletId }, { "min-version": version })).value);

/** Somebody's wallets, the newest first, live. */
export function useWalletsOf(userId: string): Listing<WalletRecord> {
  const [read] = useState(reader);
  const shown = useRef<WalletRecord[]>([]);
  const isOurs = ({ aggregateId, payload }: Outcome) =>
    (payload as { owner?: string } | undefined)?.owner === userId || shown.current.some(({ id }) => aggregateId === "wallet-" + id);
  const list = useList("list-user-wallets", { userId }, {}, {
    events,
    read: (outcome) => (isOurs(outcome) ? read(outcome) : undefined),
    id: (wallet) => wallet.id,
  });
  shown.current = list.items ?? [];
  return list;
}

/** The open wallets that hold most: of a currency, or of all of them by what they are worth in euro. It is live. */
export function useTop(currency: string): Listing<WalletRecord> {
  const [read] = useState(reader);
  const query = currency ? "list-top-wallets" : "list-top-wallets-converted";
  const held = ({ balance, balanceInEuro }: WalletRecord) => (currency ? balance : balanceInEuro);
  return useList(query, currency ? { currency } : {}, {}, {
    events,
    read,
    id: (wallet) => wallet.id,
    keep: (wallet) => wallet.open && (!currency || wallet.currency === currency),
    order: (one, other) => byAmount(held(one), held(other)) || (one.id < other.id ? -1 : 1),
  });
}
