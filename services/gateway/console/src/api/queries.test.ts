import { expect, test } from "vitest";
import type { Session } from "./generated";
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
