import { QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Session } from "./generated";
import { ProblemError } from "./problems";
import { clearBetweenPersons, makeQueryClient } from "./queries";
import { began, ended, leave, session } from "./session";

const signedIn = (principal: string) => began({ principal, csrf: "c" } as unknown as Session);

test("what one person read is gone before anything is drawn for the next, and kept for the same one", () => {
  signedIn("anna");
  const queries = makeQueryClient();
  clearBetweenPersons(queries);
  const drawn: unknown[] = [];
  session.subscribe(() => drawn.push(queries.getQueryData(["assets", "list"])));
  queries.setQueryData(["assets", "list"], "Anna's");
  void ended();
  signedIn("anna");
  signedIn("bert");
  queries.setQueryData(["assets", "list"], "Bert's");
  leave();
  expect(drawn).toEqual(["Anna's", "Anna's", undefined, undefined]);
});

test.each([
  ["no_answer_in_time", 1],
  ["no_answer_there", 3],
])("a service of which the gateway says %s is asked %i time(s) before its part says so", async (why, times) => {
  const params = { service: "dataset", why: "…", "why-template": why };
  const away = new ProblemError(503, "unavailable", "…", "r-1", "service_away", params, [], 0, "service_away");
  let asked = 0;
  const queryFn = () => {
    asked += 1;
    throw away;
  };
  const part = new QueryObserver(makeQueryClient(), { queryKey: ["datasets"], queryFn });
  const error = await new Promise((said) => part.subscribe((now) => now.isError && said(now.error)));
  expect(error).toBe(away);
  expect(asked).toBe(times);
});
