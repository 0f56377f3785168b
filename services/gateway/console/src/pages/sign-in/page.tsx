import { useEffect } from "react";
import { useLocation, useSearchParams } from "wouter";
import { SignInForm } from "../../parts/SignInForm";
import { useSession } from "../../parts/useSession";
import { useShellWords } from "../../words/shell";

export default function SignIn() {
  const words = useShellWords();
  const { session } = useSession();
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const signedIn = session !== undefined && session.principal !== "";
  useEffect(() => {
    const to = params.get("to") ?? "/";
    if (signedIn) navigate(to.startsWith("/") && !to.startsWith("//") ? to : "/", { replace: true });
  }, [signedIn, params, navigate]);
  return (
    <main className="card">
      <h1>{words.product}</h1>
      <SignInForm />
    </main>
  );
}
