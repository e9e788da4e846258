import type { Page } from "../../core/router";
import { Wallet } from "./wallet";
import { Wallets } from "./wallets";

export const wallets: Page[] = [
  { pattern: "/wallets", role: "read", Shown: Wallets },
  { pattern: "/wallets/:walletId", role: "read", Shown: Wallet },
];
