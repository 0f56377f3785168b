import { useEffect } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { SignInForm } from "../../parts/SignInForm";
import { useSession } from "../../parts/useSession";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { Gate, useGoOn } from "./Gate";

/** Signs somebody in, by a password or by the provider of the house. */
export default function SignIn() {
  const shell = useShellWords();
  const words = useAccessWords();
  const { session } = useSession();
  const [params] = useSearchParams();
  const [, navigate] = useLocation();
  const to = params.get("to") ?? "/";
  useGoOn(to);
  const isLocal = session?.role === "local";
  useEffect(() => {
    if (isLocal) navigate("/", { replace: true });
  }, [isLocal, navigate]);
  const provider = session?.oidc ?? "";
  const refused = words.refused[params.get("refused") ?? ""];
  return (
    <Gate title={shell.product}>
      {refused !== undefined && (
        <p className="field-error" role="alert">
          {refused}
        </p>
      )}
      {provider !== "" && (
        <a className="button button-main" href={`/v1/session/oidc?to=${encodeURIComponent(to)}`}>
          {provider}
        </a>
      )}
      {provider !== "" && <p className="gate-or small soft">{words.orPassword}</p>}
      <SignInForm />
      <p className="row small">
        {session?.setup_open ? (
          <Link href="/setup">{words.setup.link}</Link>
        ) : (
          <Link href="/invitation">{words.invitation.link}</Link>
        )}
      </p>
    </Gate>
  );
}
