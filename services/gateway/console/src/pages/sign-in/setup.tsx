import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { setUp } from "../../api/generated";
import { began } from "../../api/session";
import { TextField } from "../../parts/fields";
import { NewPasswordField } from "../../parts/NewPasswordField";
import { type RefusedFields, useRefusedFields } from "../../parts/useRefusedFields";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { Gate, GateForm, useGoOn } from "./Gate";

const EMPTY = { code: "", name: "", login: "", password: "" };

/** Makes the first administrator with the operator's code. */
export default function SetUp() {
  const words = useAccessWords();
  const shell = useShellWords();
  const [draft, setDraft] = useState(EMPTY);
  useGoOn("/access");
  const make = useMutation({ mutationFn: () => setUp(draft), onSuccess: began });
  const refused = useRefusedFields(make.error, Object.keys(EMPTY));
  return (
    <Gate title={words.setup.title} text={words.setup.text}>
      <GateForm
        submit={() => make.mutate()}
        submitLabel={words.setup.submit}
        busy={make.isPending}
        refused={refused.rest}
      >
        <Fields draft={draft} change={(part) => setDraft((now) => ({ ...now, ...part }))} refused={refused} />
      </GateForm>
      <p className="row small">
        <Link href="/sign-in">{shell.signIn.submit}</Link>
      </p>
    </Gate>
  );
}

function Fields({
  draft,
  change,
  refused,
}: {
  draft: typeof EMPTY;
  change: (part: Partial<typeof EMPTY>) => void;
  refused: RefusedFields;
}) {
  const words = useAccessWords();
  const field = (name: keyof typeof EMPTY) => ({
    value: draft[name],
    onChange: (value: string) => change({ [name]: value }),
    error: refused.at(name),
  });
  return (
    <>
      <TextField
        {...field("code")}
        isRequired
        label={words.setup.code}
        help={words.setup.codeHelp}
        autoComplete="one-time-code"
        autoFocus
      />
      <TextField {...field("name")} isRequired label={words.name} autoComplete="name" />
      <TextField {...field("login")} isRequired label={words.login} help={words.loginHelp} autoComplete="username" />
      <NewPasswordField {...field("password")} label={words.password} />
    </>
  );
}
