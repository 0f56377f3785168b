import { CircleAlert, Keyboard, ListChecks, PlugZap, Radio, X } from "lucide-react";
import { useLocation } from "wouter";
import { live } from "../api/events";
import { network } from "../api/network";
import { clockIn } from "../words/formats";
import { useLanguage } from "../words/language";
import { useShellWords } from "../words/shell";
import { Button, IconButton } from "./Button";
import { useKeySettings } from "./keys";
import { useStatus } from "./status";
import { useLate } from "./useLate";
import { useErrorText } from "./useSentence";
import { useSession } from "./useSession";
import { useStore } from "./useStore";
import { useUnsent } from "./useUnsent";

/** What goes out in time is not worth a word. */
const QUICK_MS = 1000;

/** What was done last, with Undo; that the gateway is away; what kind of mesh this is. */
export function StatusLine({ onKeys }: { onKeys: () => void }) {
  const words = useShellWords();
  const { on } = useKeySettings();
  return (
    <section className="status" aria-label={words.status.line}>
      <DoneLast />
      <OfTheMesh />
      <button type="button" className="status-keys" onClick={onKeys} title={on ? words.keys.title : words.keys.off}>
        <Keyboard aria-hidden="true" />
        <span aria-hidden="true">
          <kbd>?</kbd>
        </span>
        <span className="for-readers">{words.keys.title}</span>
      </button>
    </section>
  );
}

function DoneLast() {
  const words = useShellWords();
  const textOf = useErrorText();
  const { said, say, warn, clear } = useStatus();
  const undo = async () => {
    try {
      const done = await said?.undo?.();
      if (done !== false) say(typeof done === "string" ? done : words.status.undone);
    } catch (error) {
      warn(textOf(error));
    }
  };
  return (
    <div className="status-said" aria-live="polite">
      {said !== undefined && (
        <>
          <span className={said.weight === "bad" ? "one-line sentence-bad" : "one-line"} title={said.sentence}>
            {said.sentence}
          </span>
          {said.undo !== undefined && (
            <Button look="bare" onPress={() => void undo()}>
              {words.undo}
            </Button>
          )}
          {said.weight === "bad" && <IconButton label={words.close} icon={<X />} onPress={clear} />}
        </>
      )}
    </div>
  );
}

/** What was decided and is not sent; Review says so itself. */
function Unsent() {
  const words = useShellWords().status;
  const count = useUnsent();
  const [path] = useLocation();
  if (!useLate(count > 0, QUICK_MS) || path === "/review") return null;
  return (
    <span className="status-wait" title={words.unsent(count)}>
      <ListChecks aria-hidden="true" />
      <span className="one-line">{words.unsent(count)}</span>
    </span>
  );
}

function OfTheMesh() {
  const words = useShellWords().status;
  const language = useLanguage();
  const { session } = useSession();
  const { awaySince } = useStore(network);
  const quiet = useLate(useStore(live) === false, 5000);
  const since = awaySince === undefined ? "" : clockIn(language, new Date(awaySince));
  return (
    <div className="status-mesh" aria-live="polite">
      {awaySince !== undefined ? (
        <span className="status-bad" title={words.away(since)}>
          <PlugZap aria-hidden="true" />
          <span className="one-line">{words.away(since)}</span>
        </span>
      ) : (
        quiet && (
          <span className="status-wait" title={words.quiet}>
            <Radio aria-hidden="true" />
            <span className="one-line">{words.quiet}</span>
          </span>
        )
      )}
      <Unsent />
      {session?.mode === "local" && awaySince === undefined && (
        <span className="status-wait" title={words.local}>
          <CircleAlert aria-hidden="true" />
          <span className="one-line">{words.local}</span>
        </span>
      )}
    </div>
  );
}
