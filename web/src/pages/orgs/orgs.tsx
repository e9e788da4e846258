import type { OrgRecord } from "../../api";
import { useDocument, write } from "../../core/document";
import { ask } from "../../core/http";
import { useList } from "../../core/list";
import { say } from "../../core/notices";
import { Refusal } from "../../core/problem";
import { go, parameters, to } from "../../core/router";
import { useSearch } from "../../core/search";
import { has, session } from "../../core/session";
import { Badge } from "../../parts/badge";
import { List } from "../../parts/list";
import { Empty, Loading, Page, Trouble } from "../../parts/page";
import { Search } from "../../parts/search";
import { ProfileForm } from "./profile";

/** All organisations, and that of whoever is signed in as one. */
export function Orgs() {
  const words = parameters.value.get("q") ?? "";
  const all = useOrgs();
  const found = useSearch("search-orgs", words);
  return (
    <Page title="Organisations" hint="Whoever signs in with a code as an organisation says here who they are." wide>
      {has("org") ? <Own /> : <HowTo />}
      <section class="section" aria-labelledby="all-orgs">
        <h2 id="all-orgs">All organisations</h2>
        <Search
          label="Search organisations"
          hint="By what they say of themselves."
          words={words}
          onWords={(q) => go(to("/orgs", { q }), "replace")}
        />
        <List
          of={words ? found : all}
          label="Organisations"
          empty={<Empty>{words ? "No organisation has all these words. Try fewer of them." : "There are no organisations yet."}</Empty>}
        >
          {(org) => <Card key={org.id} of={org} />}
        </List>
      </section>
    </Page>
  );
}

/** All organisations by name, live. */
function useOrgs() {
  return useList("list-orgs", {}, {}, {
    events: ["OrgCreated", "OrgUpdated"],
    read: (orgId, least, signal) => ask("get-org", { orgId }, least, signal),
    id: (org) => org.id,
    order: byName,
  });
}

function byName(one: OrgRecord, other: OrgRecord): number {
  const [a, b] = [one, other].map((org) => org.name.toLowerCase() + " " + org.id) as [string, string];
  return a < b ? -1 : 1;
}

function Card({ of }: { of: OrgRecord }) {
  return (
    <li class="entry org">
      <h3>
        <a href={to("/orgs/" + of.id)}>{of.name}</a> {of.id === session.value?.userId && <Badge tone="accent">Yours</Badge>}
      </h3>
      <p class="hint">{of.location}</p>
      {of.description && <p class="excerpt">{of.description}</p>}
    </li>
  );
}

function HowTo() {
  return (
    <p>
      To have an organisation of your own here, <a href={to("/sign-in/code")}>sign in as one</a>: with a code, by e-mail.
    </p>
  );
}

/** The organisation of whoever is signed in, or the way to it. */
function Own() {
  const id = session.value?.userId ?? "";
  const { value, error } = useDocument("get-org", { orgId: id }, "org-" + id);
  if (value) {
    return (
      <p>
        You are signed in for <a href={to("/orgs/" + id)}>{value.name}</a>.
      </p>
    );
  }
  if (!(error instanceof Refusal && error.status === 404)) {
    return error ? <Trouble error={error} /> : <Loading />;
  }
  return (
    <section class="section card" aria-labelledby="own-org">
      <h2 id="own-org">Your organisation</h2>
      <p class="hint">Say who you are. Everybody who is signed in sees it, and you can change it at any time.</p>
      <ProfileForm
        label="Create your organisation"
        button="Create organisation"
        save={async (profile) => {
          const { id } = await write("org", "create-org", {}, profile);
          say("good", "Your organisation is created.");
          go("/orgs/" + id);
        }}
      />
    </section>
  );
}
