import { useState } from "react";
import { Form } from "react-aria-components";
import { signIn } from "../api/generated";
import { ProblemError } from "../api/problems";
import { began } from "../api/session";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { TextField } from "./fields";
import { useSentence } from "./useSentence";

/** Login and password. A new session begins for the whole console; what waits for it goes on. */
export function SignInForm({ login: known = "" }: { login?: string }) {
  const words = useShellWords();
  const sentence = useSentence();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    setBusy(true);
    try {
      began(await signIn({ login, password }));
    } catch (problem) {
      setPassword("");
      if (problem instanceof ProblemError && problem.status === 401) setError(words.signIn.wrong);
      else if (problem instanceof ProblemError && problem.status === 429) {
        setError(words.signIn.slow(problem.retryAfterSeconds ?? 60));
      } else {
        const { own, detail } = sentence(problem);
        setError([own, detail].filter(Boolean).join(" "));
      }
      setBusy(false);
    }
  };

  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label={words.signIn.login}
        value={login}
        onChange={setLogin}
        autoComplete="username"
        isRequired
        autoFocus={known === ""}
      />
      <TextField
        label={words.signIn.password}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        isRequired
        autoFocus={known !== ""}
        error={error}
      />
      <div className="row">
        <Button type="submit" look="main" isDisabled={busy}>
          {words.signIn.submit}
        </Button>
      </div>
    </Form>
  );
}
