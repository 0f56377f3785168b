import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { listUsers, type User } from "../../api/generated";
import type { Key } from "../../api/queries";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Empty } from "../../parts/Empty";
import { Page } from "../../parts/Page";
import { Sheet } from "../../parts/Sheet";
import { TokenList } from "../../parts/TokenList";
import { useSession } from "../../parts/useSession";
import { Time } from "../../parts/values";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { CodeDialog, type Coded } from "./CodeDialog";
import { InviteDialog } from "./InviteDialog";
import { RoleDialog } from "./RoleDialog";
import { UserActions } from "./UserActions";

/** Who may use the mesh, in which role. */
export default function Access() {
  const words = useAccessWords();
  const shell = useShellWords();
  const { session } = useSession();
  const [inviting, setInviting] = useState(false);
  const [coded, setCoded] = useState<Coded>();
  const [tokensOf, setTokensOf] = useState<User>();
  const [roleOf, setRoleOf] = useState<User>();
  const users = useInfiniteQuery({
    queryKey: ["users", "list"] satisfies Key,
    queryFn: ({ pageParam }) => listUsers({ pageSize: 100, ...(pageParam ? { pageToken: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    placeholderData: keepPreviousData,
  });
  const isLocal = session?.setup_open ?? false;
  return (
    <Page
      title={shell.pages.access}
      actions={
        !isLocal && (
          <Button look="main" onPress={() => setInviting(true)}>
            {words.users.invite}
          </Button>
        )
      }
    >
      <Answer query={users}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.users);
          if (rows.length === 0) {
            return (
              <Empty
                icon={<KeyRound aria-hidden="true" />}
                title={words.users.none}
                action={
                  <Link href="/setup" className="button button-main">
                    {words.setup.link}
                  </Link>
                }
              >
                {words.users.noneText}
              </Empty>
            );
          }
          return (
            <Sheet
              label={words.users.title}
              rows={rows}
              keyOf={(user) => user.user_id}
              more={users}
              columns={[
                { id: "name", label: words.name, render: (user) => user.name },
                { id: "login", label: words.login, render: (user) => user.login },
                { id: "role", label: words.role, render: (user) => shell.roles[user.role ?? "viewer"] },
                { id: "state", label: words.users.state, render: (user) => <StateOf user={user} /> },
                {
                  id: "signed-in",
                  label: words.users.signedIn,
                  render: (user) =>
                    user.signed_in_at === undefined ? words.users.never : <Time at={user.signed_in_at} ago />,
                },
                {
                  id: "actions",
                  label: words.users.actions,
                  labelHidden: true,
                  align: "end",
                  render: (user) => (
                    <UserActions user={user} onCode={setCoded} onTokens={setTokensOf} onRole={setRoleOf} />
                  ),
                },
              ]}
            />
          );
        }}
      </Answer>
      {inviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onCode={(code) => {
            setInviting(false);
            setCoded(code);
          }}
        />
      )}
      {coded !== undefined && <CodeDialog coded={coded} onClose={() => setCoded(undefined)} />}
      {roleOf !== undefined && <RoleDialog user={roleOf} onClose={() => setRoleOf(undefined)} />}
      {tokensOf !== undefined && (
        <Dialog title={words.tokens.of(tokensOf.name)} open wide onClose={() => setTokensOf(undefined)}>
          <TokenList userId={tokensOf.user_id} />
        </Dialog>
      )}
    </Page>
  );
}

function StateOf({ user }: { user: User }) {
  const words = useAccessWords().users;
  const state = user.state ?? "active";
  return (
    <span className="row">
      <Badge weight={state === "active" ? "good" : state === "invited" ? "wait" : "bad"} quiet={state === "active"}>
        {words.states[state]}
      </Badge>
      {user.external && <span className="small soft">{words.external}</span>}
    </span>
  );
}
