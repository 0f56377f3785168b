import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { setUp } from "../../api/generated";
import { began } from "../../api/session";
import { TextField } from "../../parts/fields";
import { useRefusal } from "../../parts/useRefusal";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { Gate, GateForm, useGoOn } from "./Gate";

/** Makes the first administrator with the operator's code. */
export default function SetUp() {
  const words = useAccessWords();
  const shell = useShellWords();
  const refusal = useRefusal();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  useGoOn("/access");
  const make = useMutation({ mutationFn: () => setUp({ code, name, login, password }), onSuccess: began });
  return (
    <Gate title={words.setup.title} text={words.setup.text}>
      <GateForm
        submit={() => make.mutate()}
        submitLabel={words.setup.submit}
        busy={make.isPending}
        refused={refusal(make.error)}
      >
        <TextField
          label={words.setup.code}
          help={words.setup.codeHelp}
          value={code}
          onChange={setCode}
          isRequired
          autoComplete="one-time-code"
          autoFocus
        />
        <TextField label={words.name} value={name} onChange={setName} isRequired autoComplete="name" />
        <TextField
          label={words.login}
          help={words.loginHelp}
          value={login}
          onChange={setLogin}
          isRequired
          autoComplete="username"
        />
        <TextField
          label={words.password}
          help={words.passwordHelp}
          type="password"
          value={password}
          onChange={setPassword}
          isRequired
          minLength={12}
          autoComplete="new-password"
        />
      </GateForm>
      <p className="row small">
        <Link href="/sign-in">{shell.signIn.submit}</Link>
      </p>
    </Gate>
  );
}
