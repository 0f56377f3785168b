import { UserRoundPlus } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { Boundary } from "../../parts/Boundary";
import { useKeys } from "../../parts/keys";
import { useSession } from "../../parts/useSession";
import type { Playback } from "../../player/playback";
import { Tool } from "../../player/Tool";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";

const ProposeDialog = lazy(() => import("./ProposeDialog"));

/** What a sample is proposed from: a picture, and whatever is known of whom it shows. */
export interface Pointed {
  pts: number;
  name?: string;
  classId?: string;
  /** Id of the face that is meant, where one is. */
  observationId?: string;
}

export interface Proposing {
  /** Not there for whoever may not propose, and where there are no pictures. */
  propose?: (pointed: Pointed) => void;
  /** The button of the player. */
  tool: ReactNode;
  dialog: ReactNode;
}

/** Lets a curator say whom a picture shows: the one that the player stands at, or that of a row beside it. */
export function useProposing(assetId: string, playback: Playback | undefined, withPictures: boolean): Proposing {
  const words = useWords({ en, de });
  const { may } = useSession();
  const [pointed, setPointed] = useState<Pointed>();
  const allowed = withPictures && may("curator");
  const propose = useCallback(
    (from: Pointed) => {
      playback?.pause();
      setPointed(from);
    },
    [playback],
  );
  const here = () =>
    playback !== undefined && propose({ pts: playback.pictures?.target?.pts ?? playback.position.get() });
  useKeys(allowed ? [{ id: "programme.propose", key: "n", does: words.proposeKey, run: here }] : []);
  if (!allowed) return { tool: null, dialog: null };
  return {
    propose,
    tool: <Tool word={words.propose} icon={<UserRoundPlus />} does="programme.propose" onPress={here} />,
    dialog: pointed !== undefined && (
      <Boundary>
        <Suspense>
          <ProposeDialog assetId={assetId} pointed={pointed} onClose={() => setPointed(undefined)} />
        </Suspense>
      </Boundary>
    ),
  };
}
