import { type ReactNode, useEffect } from "react";
import { Form } from "react-aria-components";
import { useLocation } from "wouter";
import { Button } from "../../parts/Button";
import { LanguageChoice } from "../../parts/LanguageChoice";
import { Refused } from "../../parts/Refused";
import { useSession } from "../../parts/useSession";
import { useShellWords } from "../../words/shell";
import "./sign-in.css";

/** A page for somebody who is not signed in: a card with a form, and nothing around it. */
export function Gate({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const words = useShellWords();
  useEffect(() => {
    document.title = `${title} – ${words.product}`;
  }, [title, words.product]);
  return (
    <main className="gate card stack">
      <h1>{title}</h1>
      {text !== undefined && <p className="soft">{text}</p>}
      {children}
      <div className="gate-language">
        <LanguageChoice labelHidden />
      </div>
    </main>
  );
}

/** The form of such a page: what was refused stands above its button. */
export function GateForm({
  submit,
  submitLabel,
  busy,
  refused,
  children,
}: {
  submit: () => void;
  submitLabel: string;
  busy: boolean;
  refused: string;
  children: ReactNode;
}) {
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
      <Refused sentence={refused} />
      <div className="row">
        <Button type="submit" look="main" isDisabled={busy}>
          {submitLabel}
        </Button>
      </div>
    </Form>
  );
}

/** Goes on to a page of the console once somebody is signed in. */
export function useGoOn(to: string): void {
  const { session } = useSession();
  const [, navigate] = useLocation();
  const signedIn = session !== undefined && session.principal !== "" && session.role !== "local";
  useEffect(() => {
    if (signedIn) navigate(to.startsWith("/") && !to.startsWith("//") ? to : "/", { replace: true });
  }, [signedIn, to, navigate]);
}
