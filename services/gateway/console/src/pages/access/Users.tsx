import { useInfiniteQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import type { User } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Empty } from "../../parts/Empty";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { TokenList } from "../../parts/TokenList";
import { useSession } from "../../parts/useSession";
import { Time } from "../../parts/values";
import { type AccessWords, useAccessWords } from "../../words/access";
import { type ShellWords, useShellWords } from "../../words/shell";
import { CodeDialog, type Coded } from "./CodeDialog";
import { InviteDialog } from "./InviteDialog";
import { usersQuery } from "./queries";
import { RoleDialog } from "./RoleDialog";
import { UserActions } from "./UserActions";

/** Who may use the mesh, in which role. */
export function Users() {
  const words = useAccessWords();
  const shell = useShellWords();
  const { session } = useSession();
  const [open, setOpen] = useState<Open>();
  const users = useInfiniteQuery(usersQuery);
  const columns = columnsOf(words, shell, (user) => (
    <UserActions
      user={user}
      onCode={(coded) => setOpen({ what: "code", coded })}
      onTokens={() => setOpen({ what: "tokens", user })}
      onRole={() => setOpen({ what: "role", user })}
    />
  ));
  return (
    <div className="stack">
      {!(session?.setup_open ?? false) && (
        <div className="access-head">
          <p className="soft">{words.users.text}</p>
          <Button look="main" onPress={() => setOpen({ what: "invite" })}>
            {words.users.invite}
          </Button>
        </div>
      )}
      <Answer query={users}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.users);
          if (rows.length === 0) return <Nobody />;
          const label = words.users.title;
          return <Sheet label={label} rows={rows} keyOf={(user) => user.user_id} more={users} columns={columns} />;
        }}
      </Answer>
      <OpenDialog open={open} onOpen={setOpen} />
    </div>
  );
}

/** What is open over the list. */
type Open =
  | { what: "invite" }
  | { what: "code"; coded: Coded }
  | { what: "tokens"; user: User }
  | { what: "role"; user: User };

function OpenDialog({ open, onOpen }: { open: Open | undefined; onOpen: (open: Open | undefined) => void }) {
  const words = useAccessWords().tokens;
  const close = () => onOpen(undefined);
  switch (open?.what) {
    case "invite":
      return <InviteDialog onClose={close} onCode={(coded) => onOpen({ what: "code", coded })} />;
    case "code":
      return <CodeDialog coded={open.coded} onClose={close} />;
    case "role":
      return <RoleDialog user={open.user} onClose={close} />;
    case "tokens":
      return (
        <Dialog title={words.of(open.user.name)} open wide onClose={close}>
          <TokenList userId={open.user.user_id} />
        </Dialog>
      );
    case undefined:
      return null;
  }
}

function Nobody() {
  const words = useAccessWords();
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

function columnsOf(
  words: AccessWords,
  shell: ShellWords,
  actions: SheetColumn<User>["render"],
): readonly SheetColumn<User>[] {
  return [
    { id: "name", label: words.name, render: (user) => user.name },
    { id: "login", label: words.login, render: (user) => user.login },
    { id: "role", label: words.role, fit: "whole", render: (user) => shell.roles[user.role ?? "viewer"] },
    { id: "state", label: words.users.state, fit: "whole", render: (user) => <StateOf user={user} /> },
    {
      id: "signed-in",
      label: words.users.signedIn,
      render: (user) => (user.signed_in_at === undefined ? words.users.never : <Time at={user.signed_in_at} ago />),
    },
    { id: "actions", label: words.users.actions, labelHidden: true, align: "end", render: actions },
  ];
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
