import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { signIn } from "../api/generated";
import { ProblemError } from "../api/problems";
import { began } from "../api/session";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { TextField } from "./fields";
import { useErrorText } from "./useSentence";

/** Login and password. A new session begins for the whole console; what waits for it goes on. */
export function SignInForm({ login: known = "" }: { login?: string }) {
  const words = useShellWords().signIn;
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const { begin, busy, error } = useSignIn(() => setPassword(""));
  const passwordField = useRef<HTMLInputElement>(null);
  useFocusOnceQuiet(passwordField, known !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void begin(login, password);
  };
  return (
    <Form className="stack" onSubmit={submit}>
      <TextField
        label={words.login}
        value={login}
        onChange={setLogin}
        autoComplete="username"
        isRequired
        autoFocus={known === ""}
      />
      <TextField
        label={words.password}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        isRequired
        inputRef={passwordField}
        error={error}
      />
      <div className="row">
        <Button type="submit" look="main" isDisabled={busy}>
          {words.submit}
        </Button>
      </div>
    </Form>
  );
}

const QUIET_MS = 800;

/**
 * Focuses a field that came up in the middle of work once no key was pressed for a moment: what somebody goes on
 * typing is no part of a password, and the Enter behind it sends none.
 */
function useFocusOnceQuiet(field: RefObject<HTMLInputElement | null>, wanted: boolean) {
  useEffect(() => {
    if (!wanted) return;
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = window.setTimeout(focus, QUIET_MS);
    };
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", wait, true);
    };
    const focus = () => {
      end();
      if (!(document.activeElement instanceof HTMLInputElement)) field.current?.focus();
    };
    window.addEventListener("keydown", wait, true);
    wait();
    return end;
  }, [field, wanted]);
}

/** Begins a session; `refused` is called, and `error` says why, where there is none. */
function useSignIn(refused: () => void) {
  const words = useShellWords().signIn;
  const textOf = useErrorText();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const begin = async (login: string, password: string) => {
    setBusy(true);
    try {
      began(await signIn({ login, password }));
    } catch (problem) {
      refused();
      if (problem instanceof ProblemError && problem.status === 401) setError(words.wrong);
      else if (problem instanceof ProblemError && problem.status === 429) {
        setError(words.slow(problem.retryAfterSeconds ?? 60));
      } else setError(textOf(problem));
      setBusy(false);
    }
  };
  return { begin, busy, error };
}
