import {
  Ban,
  Check,
  CircleDashed,
  CircleHelp,
  Clock,
  Info,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
} from "lucide-react";
import type { ReactNode } from "react";
import { useShellWords } from "../words/shell";
import "./Badge.css";

export type Weight = "good" | "wait" | "bad" | "calm" | "busy";

const ICONS: Readonly<Record<Weight, LucideIcon>> = {
  good: Check,
  wait: TriangleAlert,
  bad: Ban,
  calm: Info,
  busy: LoaderCircle,
};

/** A status: icon, word and colour, so that no one of them is needed alone. */
export function Badge({
  quiet = false,
  weight,
  children,
  icon: Icon = ICONS[weight],
}: {
  weight: Weight;
  children: ReactNode;
  icon?: LucideIcon;
  /** Without a ground: where nearly every row has it. */
  quiet?: boolean;
}) {
  return (
    <span className={quiet ? `badge badge-${weight} badge-quiet` : `badge badge-${weight}`}>
      <Icon aria-hidden="true" />
      <span className="foreign">{children}</span>
    </span>
  );
}

/** Somebody's word: a model's is dashed, a person's solid. The difference is read out, too. */
export function WordOf({ by, children }: { by: "model" | "person"; children: ReactNode }) {
  const words = useShellWords();
  return (
    <span className={`word-of word-of-${by}`}>
      <span className="foreign">{children}</span>
      <span className="for-readers"> ({by === "model" ? words.byModel : words.byPerson})</span>
    </span>
  );
}

const OF_STATES: Readonly<Record<string, { weight: Weight; icon: LucideIcon }>> = {
  requested: { weight: "calm", icon: Clock },
  ingested: { weight: "busy", icon: CircleDashed },
  transcoding: { weight: "busy", icon: LoaderCircle },
  analysing: { weight: "busy", icon: LoaderCircle },
  analysed: { weight: "good", icon: Check },
  rejected: { weight: "bad", icon: Ban },
  removed: { weight: "calm", icon: Ban },
};

/** Where an asset stands. */
export function StateBadge({ state }: { state: string }) {
  const words = useShellWords();
  const { weight, icon } = OF_STATES[state] ?? { weight: "calm" as const, icon: CircleHelp };
  return (
    <Badge weight={weight} icon={icon} quiet={state === "analysed"}>
      {(words.states as Record<string, string>)[state] ?? state}
    </Badge>
  );
}
