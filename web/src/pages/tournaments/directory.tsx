import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Listing } from "../../core/list";
import { go, to } from "../../core/router";
import { useSearch, useWords } from "../../core/search";
import { Dialog } from "../../parts/dialog";
import { Button } from "../../parts/form";
import { List } from "../../parts/list";
import { Empty, Page } from "../../parts/page";
import { Search } from "../../parts/search";
import { Sub } from "./sub";

interface Kind<T> {
  at: "/tournaments" | "/teams";
  title: string;
  hint: string;
  /** What one of them is called. */
  one: string;
  search: "search-tournaments" | "search-teams";
  searchHint: string;
  all: Listing<T>;
  /** The form that creates one. */
  create: ComponentChildren;
  children: (item: T) => ComponentChildren;
}

/** The page of all things of a kind: the newest of them or those that are searched for, and the way to create one. */
export function Directory<T>({ at, title, hint, one, search, searchHint, all, create, children }: Kind<T>) {
  const words = useWords();
  const [creating, setCreating] = useState(false);
  const found = useSearch(search, words) as Listing<unknown> as Listing<T>;
  const open = () => setCreating(true);
  return (
    <>
      <Page
        title={title}
        hint={hint}
        wide
        actions={
          <Button kind="main" onClick={open}>
            New {one}
          </Button>
        }
      >
        <Sub at={at} />
        <Search label={"Search " + title.toLowerCase()} hint={searchHint} words={words} onWords={(q) => go(to(at, { q }), "replace")} />
        <List
          of={words ? found : all}
          label={title}
          empty={
            words ? (
              <Empty>No {one} has all these words. Try fewer of them.</Empty>
            ) : (
              <Empty action={<Button onClick={open}>Create the first</Button>}>There are no {one}s yet.</Empty>
            )
          }
        >
          {children}
        </List>
      </Page>
      <Dialog open={creating} title={"New " + one} onClose={() => setCreating(false)}>
        {create}
      </Dialog>
    </>
  );
}
