import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { isLost } from "./core/live";
import { dismiss, said } from "./core/notices";
import { find, path, to } from "./core/router";
import { ended, has, session } from "./core/session";
import { menu, pages } from "./pages";
import { SignIn } from "./pages/people/signin";
import { Page } from "./parts/page";

/** What stands around every page. */
export function Shell() {
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Head />
      <Connection />
      <main id="main" tabIndex={-1}>
        <Current />
      </main>
      <footer class="foot">
        <a href="docs/">Read and try the API</a>
      </footer>
      <Said />
    </>
  );
}

/** The address behind # says which page it is, and cannot be an anchor's too. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Head() {
  const who = session.value;
  return (
    <header class="head">
      <a class="brand" href={to("/")}>
        <img src="icon.svg" alt="" width="28" height="28" />
        Foldstream
      </a>
      <nav aria-label="Main">
        {who &&
          menu
            .filter((entry) => !entry.role || has(entry.role))
            .map((entry) => (
              <a key={entry.to} href={to(entry.to)} aria-current={isAt(entry.to) || isAt(entry.also) ? "page" : undefined}>
                {entry.label}
              </a>
            ))}
      </nav>
      <a class="who" href={to(who ? "/profile" : "/sign-in")} aria-current={isAt("/profile") ? "page" : undefined}>
        {who ? "Profile" : "Sign in"}
      </a>
    </header>
  );
}

function isAt(at: string | undefined): boolean {
  return at !== undefined && (path.value === at || (at !== "/" && path.value.startsWith(at + "/")));
}

/** A quiet word while nothing comes in live. It waits a moment: most breaks are over before anybody needs to know. */
function Connection() {
  const [isLate, setLate] = useState(false);
  const isOut = isLost.value;
  useEffect(() => {
    if (!isOut) {
      setLate(false);
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), 700);
    return () => clearTimeout(timer);
  }, [isOut]);
  return (
    <div class="connection" role="status">
      {isOut && isLate && <p>The connection is lost. Trying again; what happens meanwhile will be shown then.</p>}
    </div>
  );
}

function Current() {
  const at = path.value;
  const match = find(pages, at);
  if (!match) {
    return (
      <Page title="There is nothing here">
        <p>
          The address may be mistyped. <a href={to("/")}>To the start</a>
        </p>
      </Page>
    );
  }
  const { page, found } = match;
  if (page.role !== undefined && !session.value) {
    return <SignIn why={ended.value} />;
  }
  if (page.role && !has(page.role)) {
    return (
      <Page title="Not for you yet">
        <p>
          This page takes the role {page.role}. Admins grant roles; when you have it, <a href={to("/profile")}>sign out</a> and in again.
        </p>
      </Page>
    );
  }
  return (
    <Guarded key={JSON.stringify([page.pattern, found, page.role !== undefined && session.value?.token])}>
      <page.Shown {...found} />
    </Guarded>
  );
}

/** Shows that a page broke, in its place, and the way on. The browser's console has the reason. */
function Guarded(props: { children: ComponentChildren }) {
  const [error] = useErrorBoundary((error) => console.error(error));
  if (!error) {
    return <>{props.children}</>;
  }
  return (
    <Page title="This page broke">
      <p>What was sent is not lost. Load the page again.</p>
    </Page>
  );
}

/** What was said, in a corner, and to screen readers. */
function Said() {
  return (
    <div class="said" role="log" aria-label="Messages" aria-live="polite">
      {said.value.map((s) => (
        <p key={s.id} class={s.kind}>
          {s.text}
          <button type="button" class="close" aria-label="Dismiss" onClick={() => dismiss(s.id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
