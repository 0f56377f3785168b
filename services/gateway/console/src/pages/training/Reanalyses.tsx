import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { cancelReanalysis, pauseReanalysis, type Reanalysis, resumeReanalysis } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge, type Weight } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { useStatus } from "../../parts/status";
import { useErrorText } from "../../parts/useSentence";
import { Count, Time } from "../../parts/values";
import { reanalyses as de } from "../../words/de/reanalyses";
import { reanalyses as en } from "../../words/en/reanalyses";
import { dayIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { FoundDialog } from "./FoundDialog";
import { Bar } from "./Progress";
import { reanalyses } from "./queries";
import { ReanalysisDialog } from "./ReanalysisDialog";

const WEIGHTS: Readonly<Record<string, Weight>> = { running: "busy", paused: "wait", cancelled: "calm", done: "good" };
const VERBS = { pause: pauseReanalysis, resume: resumeReanalysis, cancel: cancelReanalysis } as const;
type Verb = keyof typeof VERBS;

/** Models that look at the archive again: those under way, and what became of the others. */
export function Reanalyses({ operates }: { operates: boolean }) {
  const words = useWords({ en, de });
  const query = useInfiniteQuery(reanalyses);
  const [starting, setStarting] = useState(false);
  const [shown, show] = useState<Reanalysis>();
  const columns = useColumns(operates, show);
  return (
    <div className="stack">
      {operates && (
        <div>
          <Button onPress={() => setStarting(true)}>
            <RotateCw aria-hidden="true" />
            {words.create}
          </Button>
        </div>
      )}
      <Answer query={query}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.reanalyses);
          if (rows.length === 0) {
            return (
              <Empty icon={<RotateCw aria-hidden="true" />} title={words.none}>
                {words.noneText}
              </Empty>
            );
          }
          return (
            <Sheet label={words.tab} rows={rows} keyOf={(one) => one.reanalysis_id} more={query} columns={columns} />
          );
        }}
      </Answer>
      {starting && <ReanalysisDialog onClose={() => setStarting(false)} />}
      {shown !== undefined && <FoundDialog one={shown} onClose={() => show(undefined)} />}
    </div>
  );
}

function useColumns(operates: boolean, show: (one: Reanalysis) => void): SheetColumn<Reanalysis>[] {
  const words = useWords({ en, de });
  const label = words.columns;
  return [
    { id: "when", label: label.when, render: (one) => <Time at={one.started_at} /> },
    { id: "by", label: label.by, render: (one) => <By one={one} /> },
    { id: "what", label: label.what, render: (one) => <What one={one} /> },
    { id: "where", label: label.where, render: (one) => <Where one={one} /> },
    { id: "state", label: label.state, render: (one) => <State one={one} /> },
    { id: "far", label: label.far, render: (one) => <Far one={one} /> },
    {
      id: "act",
      label: label.act,
      labelHidden: true,
      align: "end",
      render: (one) => (
        <span className="training-acts">
          <Button look="bare" onPress={() => show(one)}>
            {words.details}
          </Button>
          {operates && <Acts one={one} />}
        </span>
      ),
    },
  ];
}

function By({ one }: { one: Reanalysis }) {
  const words = useWords({ en, de });
  const who = one.actor?.principal ?? "";
  return <bdi>{who.startsWith("rule:") ? words.rule : who || "–"}</bdi>;
}

function What({ one }: { one: Reanalysis }) {
  const words = useWords({ en, de });
  return <bdi>{one.target?.model || one.target?.analyser || words.skipped}</bdi>;
}

function Where({ one }: { one: Reanalysis }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const day = (at: string) => dayIn(language, new Date(at));
  const { selection, window } = one;
  const parts = [
    ...(selection?.series ?? []),
    ...(selection?.channels ?? []),
    (selection?.asset_ids.length ?? 0) > 0 && words.assets(selection?.asset_ids.length ?? 0),
    selection?.since && words.since(day(selection.since)),
    selection?.until && words.until(day(selection.until)),
  ].filter(Boolean);
  return (
    <>
      {parts.length === 0 ? words.all : parts.join(", ")}
      {window !== undefined && (
        <div className="small soft">
          {words.hours(window.begin, window.end)} <bdi>{window.time_zone}</bdi>
        </div>
      )}
    </>
  );
}

function State({ one }: { one: Reanalysis }) {
  const words = useWords({ en, de });
  const state = one.state ?? "";
  return (
    <>
      <Badge weight={WEIGHTS[state] ?? "calm"}>{words.states[state] ?? state}</Badge>
      {one.state === "running" && one.waiting !== "" && (
        <div className="small soft">
          <Said sentence={one.waiting} wording={one.waiting_wording} />
        </div>
      )}
    </>
  );
}

function Far({ one }: { one: Reanalysis }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const all = one.estimate?.chunks ?? 0;
  const left = Number.parseFloat(one.remaining ?? "");
  return (
    <>
      {one.state === "running" && all > 0 && <Bar share={Math.min(1, one.chunks / all)} label={words.columns.far} />}
      <div className="small soft">
        {all > 0 ? (
          <>
            <Count value={one.chunks} /> / {words.chunks(all)}
          </>
        ) : (
          words.chunks(one.chunks)
        )}
        {one.state === "running" && Number.isFinite(left) && `, ${words.left(spanIn(language, left))}`}
      </div>
    </>
  );
}

/** Seconds as somebody says how long something takes: 40 s, 12 min, 8 h. */
export function spanIn(language: string, seconds: number): string {
  const [value, unit] =
    seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const format = { style: "unit", unit: unit as string, unitDisplay: "short", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(language, format).format(value as number);
}

function Acts({ one }: { one: Reanalysis }) {
  const words = useWords({ en, de });
  const queries = useQueryClient();
  const { say, warn } = useStatus();
  const textOf = useErrorText();
  const change = useMutation({
    mutationFn: (verb: Verb) => VERBS[verb](one.reanalysis_id),
    onSuccess: (_, verb) => say(words.said[verb]),
    onError: (error) => warn(textOf(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["reanalyses"] }),
  });
  const verbs: readonly Verb[] =
    one.state === "running" ? ["pause", "cancel"] : one.state === "paused" ? ["resume", "cancel"] : [];
  return verbs.map((verb) => (
    <Button key={verb} look="bare" isDisabled={change.isPending} onPress={() => change.mutate(verb)}>
      {words[verb]}
    </Button>
  ));
}
