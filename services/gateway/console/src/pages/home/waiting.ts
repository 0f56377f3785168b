/** What waits for somebody, by their role, the most pressing first. */

import {
  Ban,
  BrainCircuit,
  CircleSlash,
  FileWarning,
  ListChecks,
  type LucideIcon,
  MailWarning,
  UserRoundSearch,
} from "lucide-react";
import type { Counts } from "../../api/generated";
import type { Role } from "../../domain/roles";
import type { home } from "../../words/en/home";

export interface Waiting {
  id: string;
  icon: LucideIcon;
  title: string;
  text: string;
  to: string;
  bad?: boolean;
}

type Words = typeof home;
type May = (least: Role) => boolean;

/** The entries that there are and that somebody may do something about. */
export function waitingFor(counts: Counts, words: Words, may: May): Waiting[] {
  const entries = [...ofOperators(counts, words, may), ...ofCurators(counts, words, may), ...ofAll(counts, words, may)];
  return entries.filter((entry) => entry !== false);
}

function ofOperators(counts: Counts, words: Words, may: May): (Waiting | false)[] {
  return [
    some(counts.open_breakers?.length) &&
      may("admin") && {
        id: "breakers",
        icon: CircleSlash,
        title: words.breakers(counts.open_breakers?.length ?? 0),
        text: counts.open_breakers?.join(", ") || words.breakersText,
        to: "/mesh",
        bad: true,
      },
    some(counts.dead_letters) &&
      may("admin") && {
        id: "dead-letters",
        icon: MailWarning,
        title: words.deadLetters(counts.dead_letters ?? 0),
        text: words.deadLettersText,
        to: "/mesh",
        bad: true,
      },
  ];
}

function ofCurators(counts: Counts, words: Words, may: May): (Waiting | false)[] {
  return [
    some(counts.samples_proposed) &&
      may("curator") && {
        id: "samples",
        icon: ListChecks,
        title: words.samples(counts.samples_proposed ?? 0),
        text: words.samplesText,
        to: "/review",
      },
    some(counts.unknown_people) &&
      may("curator") && {
        id: "unknown",
        icon: UserRoundSearch,
        title: words.unknown(counts.unknown_people ?? 0, counts.unknown_people_more ?? false),
        text: words.unknownText,
        to: "/people",
      },
    some(counts.candidates_waiting) &&
      may("admin") && {
        id: "candidates",
        icon: BrainCircuit,
        title: words.candidates(counts.candidates_waiting ?? 0, counts.candidates_waiting_more ?? false),
        text: words.candidatesText,
        to: "/training",
      },
  ];
}

function ofAll(counts: Counts, words: Words, may: May): (Waiting | false)[] {
  return [
    some(counts.refusals) &&
      may("rights") && {
        id: "refusals",
        icon: Ban,
        title: words.refusals(counts.refusals ?? 0),
        text: words.refusalsText,
        to: "/rights",
      },
    some(counts.assets_failed) && {
      id: "failed",
      icon: FileWarning,
      title: words.failed(counts.assets_failed ?? 0),
      text: words.failedText,
      to: "/assets?state=rejected",
      bad: true,
    },
  ];
}

function some(count: number | undefined): count is number {
  return count !== undefined && count > 0;
}

const ENDED = new Set(["analysed", "rejected", "removed"]);

/** How many assets are under way, of all of them. */
export function underWay(counts: Counts): { moving: number; all: number } {
  const states = counts.assets ?? [];
  const sum = (of: typeof states) => of.reduce((total, one) => total + one.count, 0);
  return { moving: sum(states.filter((one) => !ENDED.has(one.state ?? ""))), all: sum(states) };
}
