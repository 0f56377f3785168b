import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type ApiToken, listTokens, revokeToken } from "../api/generated";
import { type Key, pageAt, paged } from "../api/queries";
import { type AccessWords, useAccessWords } from "../words/access";
import { type ShellWords, useShellWords } from "../words/shell";
import { Answer } from "./Answer";
import { Button } from "./Button";
import { Empty } from "./Empty";
import { Sheet, type SheetColumn } from "./Sheet";
import { useStatus } from "./status";
import { useRefusal } from "./useRefusal";
import { Time } from "./values";

/** The tokens of a user, newest first, each to be revoked at once. */
export function TokenList({ userId }: { userId: string }) {
  const all = useAccessWords();
  const words = all.tokens;
  const shell = useShellWords();
  const found = useInfiniteQuery({
    queryKey: ["tokens", "list", userId] satisfies Key,
    queryFn: ({ pageParam }) => listTokens({ userId, ...pageAt(pageParam) }),
    ...paged,
  });
  const revoke = useRevoke();
  const columns = columnsOf(all, shell, (token) => (
    <Button
      look="bare"
      onPress={() => revoke.mutate(token)}
      isDisabled={revoke.isPending}
      aria-label={`${words.revoke}: ${token.name}`}
    >
      {words.revoke}
    </Button>
  ));
  return (
    <Answer query={found} small>
      {(data) => {
        const tokens = data.pages.flatMap((page) => page.tokens);
        if (tokens.length === 0) return <Empty title={words.none} small />;
        return <Sheet label={words.title} rows={tokens} keyOf={(one) => one.token_id} more={found} columns={columns} />;
      }}
    </Answer>
  );
}

function useRevoke() {
  const words = useAccessWords().tokens;
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: ApiToken) => revokeToken(token.token_id),
    onSuccess: (_, token) => status.say(words.revoked(token.name)),
    onError: (error) => status.warn(refusal(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

function columnsOf(
  all: AccessWords,
  shell: ShellWords,
  revoke: SheetColumn<ApiToken>["render"],
): readonly SheetColumn<ApiToken>[] {
  const words = all.tokens;
  return [
    { id: "name", label: words.name, render: (token) => token.name },
    { id: "role", label: all.role, fit: "whole", render: (token) => shell.roles[token.role ?? "viewer"] },
    { id: "ends", label: words.ends, fit: "whole", render: (token) => <Time at={token.expires_at} day /> },
    { id: "used", label: words.used, fit: "whole", render: (token) => <Time at={token.used_at} ago /> },
    { id: "revoke", label: words.revoke, labelHidden: true, align: "end", render: revoke },
  ];
}
