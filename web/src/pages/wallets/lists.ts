import { useRef } from "preact/hooks";
import type { WalletRecord } from "../../api";
import { ask } from "../../core/http";
import { useList, type Listing, type Upkeep } from "../../core/list";
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

const upkeep: Upkeep<WalletRecord> = {
  events,
  read: (walletId, least, signal) => ask("get-wallet", { walletId }, least, signal),
  id: (wallet) => wallet.id,
};

/** Somebody's wallets, the newest first, live. */
export function useWalletsOf(userId: string): Listing<WalletRecord> {
  const shown = useRef<WalletRecord[]>([]);
  const isOurs = ({ aggregateId, payload }: Outcome) =>
    (payload as { owner?: string } | undefined)?.owner === userId || shown.current.some(({ id }) => aggregateId === "wallet-" + id);
  const list = useList("list-user-wallets", { userId }, {}, {
    ...upkeep,
    heeds: isOurs,
  });
  shown.current = list.items ?? [];
  return list;
}

/** The open wallets that hold most: of a currency, or of all of them by what they are worth in euro. It is live. */
export function useTop(currency: string): Listing<WalletRecord> {
  const query = currency ? "list-top-wallets" : "list-top-wallets-converted";
  const held = ({ balance, balanceInEuro }: WalletRecord) => (currency ? balance : balanceInEuro);
  return useList(query, currency ? { currency } : {}, {}, {
    ...upkeep,
    keep: (wallet) => wallet.open && (!currency || wallet.currency === currency),
    order: (one, other) => byAmount(held(one), held(other)) || (one.id < other.id ? -1 : 1),
  });
}
