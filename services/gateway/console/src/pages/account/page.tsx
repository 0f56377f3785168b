import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "wouter";
import { type ChangePasswordRequest, changePassword, signOutEverywhere } from "../../api/generated";
import { began, leave } from "../../api/session";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { TextField } from "../../parts/fields";
import { NewPasswordField } from "../../parts/NewPasswordField";
import { Page } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { useStatus } from "../../parts/status";
import { TokenList } from "../../parts/TokenList";
import { useRefusal } from "../../parts/useRefusal";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { useSession } from "../../parts/useSession";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { MakeToken } from "./MakeToken";
import "./account.css";

/** Somebody's own account: password, sessions, tokens. */
export default function Account() {
  const words = useAccessWords();
  const shell = useShellWords();
  const { session } = useSession();
  const [making, setMaking] = useState(false);
  const user = session?.user;
  if (user === undefined) {
    return (
      <Page title={words.account.title}>
        <Empty
          icon={<KeyRound aria-hidden="true" />}
          title={words.account.local}
          action={
            <Link href="/setup" className="button button-main">
              {words.setup.link}
            </Link>
          }
        />
      </Page>
    );
  }
  return (
    <Page title={words.account.title} note={`${user.name} · ${user.login} · ${shell.roles[user.role ?? "viewer"]}`}>
      <div className="account">
        {!user.external && (
          <section className="card stack">
            <h2>{words.account.password}</h2>
            <PasswordForm login={user.login} />
          </section>
        )}
        <section className="card stack">
          <h2>{words.account.sessions}</h2>
          <Everywhere />
        </section>
        <section className="card stack account-wide">
          <h2>{words.tokens.title}</h2>
          <p className="soft">{words.tokens.text}</p>
          <TokenList userId={user.user_id} />
          <div className="row">
            <Button onPress={() => setMaking(true)}>{words.tokens.make}</Button>
          </div>
        </section>
      </div>
      {making && <MakeToken onClose={() => setMaking(false)} />}
    </Page>
  );
}

function PasswordForm({ login }: { login: string }) {
  const words = useAccessWords();
  const [before, setBefore] = useState("");
  const [password, setPassword] = useState("");
  const change = useChangePassword(() => {
    setBefore("");
    setPassword("");
  });
  const refused = useRefusedFields(change.error, ["password", "new_password"]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ password: before, new_password: password });
  };
  return (
    <Form className="stack" onSubmit={submit}>
      {/* for whatever keeps passwords: whose it is */}
      <input type="text" autoComplete="username" value={login} readOnly hidden />
      <TextField
        label={words.oldPassword}
        type="password"
        value={before}
        onChange={setBefore}
        isRequired
        autoComplete="current-password"
        error={refused.at("password")}
      />
      <NewPasswordField
        label={words.newPassword}
        value={password}
        onChange={setPassword}
        error={refused.at("new_password")}
      />
      <Refused sentence={refused.rest} />
      <div className="row">
        <Button type="submit" isDisabled={change.isPending}>
          {words.account.change}
        </Button>
      </div>
    </Form>
  );
}

function useChangePassword(done: () => void) {
  const words = useAccessWords().account;
  const status = useStatus();
  return useMutation({
    mutationFn: (request: ChangePasswordRequest) => changePassword(request),
    onSuccess: (session) => {
      began(session);
      done();
      status.say(words.changed);
    },
  });
}

function Everywhere() {
  const words = useAccessWords();
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => signOutEverywhere(),
    onSuccess: () => {
      queries.clear();
      leave();
    },
    onError: (error) => status.warn(refusal(error)),
  });
  return (
    <div className="row">
      <Button onPress={() => end.mutate()} isDisabled={end.isPending}>
        {words.account.everywhere}
      </Button>
    </div>
  );
}
