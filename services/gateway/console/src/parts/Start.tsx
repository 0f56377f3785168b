import { type ReactNode, useCallback, useEffect, useState } from "react";
import { session } from "../api/session";
import { firstLanguage, LanguageContext } from "../words/language";
import { Failed } from "./Failed";
import { useStore } from "./useStore";

/** Shows the console once the gateway has said who uses it; follows its events for as long as somebody does. */
export function Start({
  ask,
  follow,
  children,
}: {
  ask: () => Promise<void>;
  follow: () => () => void;
  children: ReactNode;
}) {
  const now = useStore(session);
  const [error, setError] = useState<unknown>();
  const begin = useCallback(() => {
    setError(undefined);
    ask().catch(setError);
  }, [ask]);
  useEffect(begin, [begin]);
  const used = now !== undefined && now.principal !== "" && !now.ended;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one stream for as long as the console is used
  useEffect(() => (used ? follow() : undefined), [used]);
  if (now !== undefined) return children;
  if (error === undefined) return null;
  return (
    <LanguageContext value={firstLanguage()}>
      <Failed error={error} retry={begin} />
    </LanguageContext>
  );
}
