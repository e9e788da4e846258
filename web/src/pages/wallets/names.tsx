import { useEffect, useState } from "preact/hooks";
import { ask } from "../../core/http";
import { Refusal } from "../../core/problem";
import { to } from "../../core/router";
import { session } from "../../core/session";

const known = new Map<string, Promise<string>>();

/** Looks something up once, as long as it can be found. */
function once(key: string, find: () => Promise<string>): Promise<string> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  found.then(
    (name) => name || known.delete(key),
    () => known.delete(key),
  );
  return found;
}

/** The name that somebody plays by, or that of their organisation; empty for those who have neither. */
function nameOf(userId: string): Promise<string> {
  return once(userId, () => orNone(ask("get-user", { userId })).then(async (name) => name || orNone(ask("get-org", { orgId: userId }))));
}

function ownerOf(walletId: string): Promise<string> {
  return once("wallet-" + walletId, async () => (await ask("get-wallet", { walletId })).value.owner);
}

async function orNone(asked: Promise<{ value: { name: string } }>): Promise<string> {
  try {
    return (await asked).value.name;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) {
      return "";
    }
    throw error;
  }
}

/** What is found; nothing until then, and where there is nothing: an id stands in for it. */
function useFound(key: string, find: (key: string) => Promise<string>): string {
  const [found, setFound] = useState("");
  useEffect(() => {
    let isGone = false;
    setFound("");
    if (key) {
      find(key).then(
        (name) => isGone || setFound(name),
        () => undefined, // the id is told
      );
    }
    return () => {
      isGone = true;
    };
  }, [key]);
  return found;
}

/** The end of an id: those that were made at about the same time may begin alike. */
export function short(id: string): string {
  return "…" + id.slice(-6);
}

export function Short({ id }: { id: string }) {
  return <span class="mono short">{short(id)}</span>;
}

/** Whose something is. */
export function Owner({ id }: { id: string }) {
  const name = useFound(id, nameOf);
  return <>{id === session.value?.userId ? "You" : name || (id && "Somebody " + short(id))}</>;
}

/** A wallet, by its owner and the end of its id. */
export function WalletLink({ id, owner }: { id: string; owner?: string }) {
  const found = useFound(owner ? "" : id, ownerOf);
  return (
    <a href={to("/wallets/" + id)}>
      <Owner id={owner ?? found} /> <Short id={id} />
    </a>
  );
}
