/** What the console is made of: its providers, and every page with where it is. */

import { type QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { Activity, BrainCircuit, Film, House, KeyRound, ListChecks, Scale, Search, UsersRound } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { Redirect, Route, Router, Switch, useLocation } from "wouter";
import { keptUnsent } from "./api/unsent";
import type { Role } from "./domain/roles";
import { Boundary } from "./parts/Boundary";
import { KeysProvider } from "./parts/keys";
import { ChunkedPage, PageChunk } from "./parts/page_chunk";
import { Forbidden, NotFound } from "./parts/places";
import { type Entry, Shell } from "./parts/Shell";
import { StatusProvider } from "./parts/status";
import { useSession } from "./parts/useSession";
import { SetLanguageContext } from "./parts/useSetLanguage";
import { firstLanguage, keepLanguage, LanguageContext } from "./words/language";

const BASE = "/console";

/** The desk of Review, read only where something was decided there. */
async function sendLater(principal: string, queries: QueryClient): Promise<void> {
  const { deskOf } = await import("./pages/review/desk");
  deskOf(principal, queries).send();
}

const home = new PageChunk(() => import("./pages/home/page"));
const assets = new PageChunk(() => import("./pages/assets/page"));
const programme = new PageChunk(() => import("./pages/programme/page"));
const review = new PageChunk(() => import("./pages/review/page"));
const people = new PageChunk(() => import("./pages/people/page"));
const rights = new PageChunk(() => import("./pages/rights/page"));
const training = new PageChunk(() => import("./pages/training/page"));
const search = new PageChunk(() => import("./pages/search/page"));
const mesh = new PageChunk(() => import("./pages/mesh/page"));
const access = new PageChunk(() => import("./pages/access/page"));
const account = new PageChunk(() => import("./pages/account/page"));
const signIn = new PageChunk(() => import("./pages/sign-in/page"));
const setup = new PageChunk(() => import("./pages/sign-in/setup"));
const invitation = new PageChunk(() => import("./pages/sign-in/invitation"));

/** The pages that the navigation names, in its order. */
const ENTRIES: readonly Entry[] = [
  { path: "/", name: "home", icon: House, letter: "h", least: "viewer" },
  { path: "/assets", name: "assets", icon: Film, letter: "a", least: "viewer" },
  { path: "/search", name: "search", icon: Search, letter: "s", least: "viewer" },
  { path: "/review", name: "review", icon: ListChecks, letter: "r", least: "curator" },
  { path: "/people", name: "people", icon: UsersRound, letter: "p", least: "viewer" },
  { path: "/rights", name: "rights", icon: Scale, letter: "l", least: "rights" },
  { path: "/training", name: "training", icon: BrainCircuit, letter: "t", least: "viewer" },
  { path: "/mesh", name: "mesh", icon: Activity, letter: "m", least: "admin" },
  { path: "/access", name: "access", icon: KeyRound, letter: "c", least: "admin" },
];

interface Place {
  path: string;
  page: PageChunk;
  least: Role;
}

/** Every page by its address below /console; parameters come by wouter's `useParams`. */
const PLACES: readonly Place[] = [
  { path: "/", page: home, least: "viewer" },
  { path: "/assets", page: assets, least: "viewer" },
  { path: "/assets/:assetId", page: programme, least: "viewer" },
  { path: "/search", page: search, least: "viewer" },
  { path: "/review", page: review, least: "curator" },
  { path: "/people/:classId?", page: people, least: "viewer" },
  { path: "/rights", page: rights, least: "rights" },
  { path: "/training/:runId?", page: training, least: "viewer" },
  { path: "/mesh", page: mesh, least: "admin" },
  { path: "/access", page: access, least: "admin" },
  { path: "/account", page: account, least: "viewer" },
];

/** Pages for somebody who is not signed in, without anything around them. */
const OPEN_PLACES: readonly Omit<Place, "least">[] = [
  { path: "/sign-in", page: signIn },
  { path: "/setup", page: setup },
  { path: "/invitation", page: invitation },
];

/** The whole console on a cache of queries. */
export function Console({ queries }: { queries: QueryClient }) {
  const [language, setLanguage] = useState(firstLanguage);
  const speak = useMemo(
    () => (next: typeof language) => {
      keepLanguage(next);
      setLanguage(next);
    },
    [],
  );
  document.documentElement.lang = language;
  return (
    <LanguageContext value={language}>
      <SetLanguageContext value={speak}>
        <I18nProvider locale={language}>
          <QueryClientProvider client={queries}>
            <KeysProvider>
              <Router base={BASE}>
                <AriaLinks>
                  <Rooms />
                </AriaLinks>
              </Router>
            </KeysProvider>
          </QueryClientProvider>
        </I18nProvider>
      </SetLanguageContext>
    </LanguageContext>
  );
}

/** React Aria's links go by the console's router. */
function AriaLinks({ children }: { children: ReactNode }) {
  const [, navigate] = useLocation();
  return (
    <RouterProvider navigate={navigate} useHref={(path) => BASE + path}>
      {children}
    </RouterProvider>
  );
}

function Rooms() {
  const { session } = useSession();
  useSending(session?.principal ?? "");
  const [path] = useLocation();
  const open = OPEN_PLACES.map((place) => (
    <Route key={place.path} path={place.path}>
      <Shown page={place.page} />
    </Route>
  ));
  if (OPEN_PLACES.some((place) => place.path === path)) return <Switch>{open}</Switch>;
  if (session?.principal === "") return <Redirect to={`/sign-in?to=${encodeURIComponent(path + location.search)}`} />;
  // Made anew for every person: what one has open, wrote, chose or can undo is none of the next one's.
  return (
    <StatusProvider key={session?.principal}>
      <Shell entries={ENTRIES}>
        <Switch>
          {PLACES.map((place) => (
            <Route key={place.path} path={place.path}>
              <Allowed least={place.least}>
                <Shown page={place.page} key={place.path} />
              </Allowed>
            </Route>
          ))}
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Shell>
    </StatusProvider>
  );
}

/** Sends what a person decided before this tab was loaded anew, on whichever page they are. */
function useSending(principal: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    // Where the desk cannot be read now, Review sends it when it is opened.
    if (keptUnsent(principal) > 0) sendLater(principal, queries).catch(() => {});
  }, [principal, queries]);
}

function Allowed({ least, children }: { least: Role; children: ReactNode }) {
  const { may } = useSession();
  return may(least) ? children : <Forbidden least={least} />;
}

function Shown({ page }: { page: PageChunk }) {
  return (
    <Boundary>
      <ChunkedPage chunk={page} />
    </Boundary>
  );
}
