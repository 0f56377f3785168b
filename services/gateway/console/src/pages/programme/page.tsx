import { useQuery } from "@tanstack/react-query";
import { Clapperboard } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { Link, useParams } from "wouter";
import type { AssetView } from "../../api/generated";
import { ProblemError } from "../../api/problems";
import { type ShownBox, trackKey } from "../../domain/boxes";
import type { Clock } from "../../domain/timeline";
import { Answer } from "../../parts/Answer";
import { StateBadge } from "../../parts/Badge";
import { Empty } from "../../parts/Empty";
import { Failed } from "../../parts/Failed";
import { Missing } from "../../parts/Missing";
import { Page } from "../../parts/Page";
import { useQueryString } from "../../parts/useQueryString";
import { Waiting } from "../../parts/Waiting";
import { Player, useTimeOf } from "../../player/Player";
import { usePlayback } from "../../player/usePlayback";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { BoxWindows } from "./box_windows";
import { assetQuery, eventsQuery, type People, peopleQuery, readBoxes, readTable, rightsQuery } from "./data";
import { lanesOf } from "./lanes";
import { HistoryPanel, ListPanel, PeoplePanel, RightsPanel, SpeechPanel, TextPanel } from "./panels";
import "./programme.css";

const WINDOW_SECONDS = 30;

export default function Programme() {
  const { assetId = "" } = useParams<{ assetId: string }>();
  return <OfAsset key={assetId} assetId={assetId} />;
}

function OfAsset({ assetId }: { assetId: string }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const asset = useQuery(assetQuery(assetId));
  if (asset.data === undefined) {
    const gone = asset.error instanceof ProblemError && (asset.error.status === 410 || asset.error.status === 404);
    return (
      <Page title={shell.pages.programme}>
        {asset.error === null ? (
          <Waiting rows={6} />
        ) : gone ? (
          <Empty icon={<Clapperboard />} title={words.gone} action={<Link href="/assets">{words.toAssets}</Link>}>
            <span lang="en">{asset.error.message}</span>
          </Empty>
        ) : (
          <Failed error={asset.error} retry={() => void asset.refetch()} />
        )}
      </Page>
    );
  }
  return <Loaded assetId={assetId} view={asset.data} />;
}

function Loaded({ assetId, view }: { assetId: string; view: AssetView }) {
  const words = useWords({ en, de });
  const clock = view.timeline as Clock | undefined;
  const people = useQuery(peopleQuery(assetId));
  const rights = useQuery(rightsQuery(assetId));
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const withPictures = view.kind !== "audio";
  const read = useMemo(() => (withPictures ? readTable(assetId) : undefined), [assetId, withPictures]);
  const plays = view.playlist !== undefined && clock !== undefined;
  const playback = usePlayback(
    video,
    plays ? clock : undefined,
    plays ? `/v1/assets/${assetId}/playlist/master.m3u8` : undefined,
    read,
  );
  useDeepLink(playback);
  const lanes = useMemo(
    () => (clock === undefined ? [] : lanesOf(view, clock, people.data, rights.data, words)),
    [view, clock, people.data, rights.data, words],
  );
  const cuts = useMemo(() => (view.shots ?? []).map((shot) => shot.span?.start_pts ?? 0), [view.shots]);
  const { boxesAt, labelOf } = useBoxes(assetId, clock, people.data, playback);
  const timeOf = useTimeOf(playback, clock ?? NO_CLOCK);
  const go = useCallback((pts: number) => playback?.toPts(pts), [playback]);
  const panel = { playback, timeOf, go };
  const title = view.title || words.untitled;
  const missing = view.missing;
  return (
    <Page title={title} note={<StateBadge state={view.state ?? ""} />} whole>
      <div className="programme">
        <div className="programme-main">
          {plays && clock !== undefined ? (
            <Player
              assetId={assetId}
              playback={playback}
              clock={clock}
              takeVideo={setVideo}
              lanes={lanes}
              cuts={cuts}
              boxesAt={boxesAt}
              labelOf={labelOf}
              withPictures={withPictures}
            />
          ) : (
            <NothingToPlay view={view} />
          )}
          <Missing sentences={missing.slice(0, 5)} />
        </div>
        <Tabs className="programme-side">
          <TabList className="tabs" aria-label={title.slice(0, 200)}>
            {(["people", "text", "speech", "rights", "history", "list"] as const).map((id) => (
              <Tab key={id} id={id} className="tab">
                {words.tabs[id]}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="people" className="programme-tab">
            <Answer query={people} small>
              {(data) => <PeoplePanel data={data} done={view.state === "analysed"} {...panel} />}
            </Answer>
          </TabPanel>
          <TabPanel id="text" className="programme-tab">
            <Part view={view} field="text">
              <TextPanel view={view} {...panel} />
            </Part>
          </TabPanel>
          <TabPanel id="speech" className="programme-tab">
            <Part view={view} field="speech">
              <SpeechPanel view={view} clock={clock ?? NO_CLOCK} {...panel} />
            </Part>
          </TabPanel>
          <TabPanel id="rights" className="programme-tab">
            <Answer query={rights} small>
              {(data) => <RightsPanel data={data} />}
            </Answer>
          </TabPanel>
          <TabPanel id="history" className="programme-tab">
            <OfHistory assetId={assetId} />
          </TabPanel>
          <TabPanel id="list" className="programme-tab">
            <ListPanel lanes={lanes} {...panel} />
          </TabPanel>
        </Tabs>
      </div>
    </Page>
  );
}

const NO_CLOCK: Clock = {
  start_pts: 0,
  duration_pts: 0,
  frame_count: 0,
  variable_rate: false,
  start_timecode: "",
  drop_frame: false,
  has_gaps: false,
};

/** A part of the view, or why it is not there. */
function Part({ view, field, children }: { view: AssetView; field: string; children: React.ReactNode }) {
  if (!view.unavailable.includes(field)) return <>{children}</>;
  return <Missing sentences={view.missing.length > 0 ? view.missing : [field]} />;
}

function OfHistory({ assetId }: { assetId: string }) {
  const events = useQuery(eventsQuery(assetId));
  return (
    <Answer query={events} small>
      {(data) => <HistoryPanel data={data} />}
    </Answer>
  );
}

/** Why nothing plays: it is still coming in, was rejected or removed, or the service is away. */
function NothingToPlay({ view }: { view: AssetView }) {
  const words = useWords({ en, de });
  const state = view.state ?? "requested";
  const reason = view.reason && <span lang="en">{view.reason}</span>;
  if (state === "rejected" || state === "removed") {
    return (
      <Empty icon={<Clapperboard />} title={state === "rejected" ? words.rejected : words.removed}>
        {reason}
      </Empty>
    );
  }
  if (view.unavailable.includes("playlist")) return <Empty icon={<Clapperboard />} title={words.away} />;
  const coming = words.coming[state];
  const { chunks } = view;
  return (
    <Empty icon={<Clapperboard />} title={coming?.title ?? state}>
      <p>{coming?.text}</p>
      {chunks !== undefined && chunks.planned > 0 && state !== "analysed" && (
        <p>{words.chunks(chunks.transcoded, chunks.planned)}</p>
      )}
      {reason}
    </Empty>
  );
}

/** Goes where the address says, `?pts=` or `?frame=`, once it plays, and wherever the address changes to. */
function useDeepLink(playback: ReturnType<typeof usePlayback>): void {
  const [pts] = useQueryString("pts");
  const [frame] = useQueryString("frame");
  useEffect(() => {
    if (playback === undefined) return;
    const go = () => {
      if (/^\d{1,12}$/.test(frame)) playback.toFrame(Number(frame));
      else if (/^-?\d{1,15}$/.test(pts)) playback.toPts(Number(pts));
    };
    if (playback.state.get().ready) return go();
    const leave = playback.state.subscribe(() => {
      if (!playback.state.get().ready) return;
      leave();
      go();
    });
    return leave;
  }, [playback, pts, frame]);
}

/** Boxes by picture, and what stands at them. */
function useBoxes(
  assetId: string,
  clock: Clock | undefined,
  people: People | undefined,
  playback: ReturnType<typeof usePlayback>,
) {
  const redraw = useRef(() => {});
  redraw.current = () => playback?.pictures?.shown.update((now) => ({ ...now }));
  const [base, rate] = [clock?.time_base?.denominator ?? 1, clock?.time_base?.numerator ?? 1];
  const windows = useMemo(
    () =>
      new BoxWindows(
        Math.max(1, Math.round((WINDOW_SECONDS * base) / rate)),
        (startPts, endPts) => readBoxes(assetId, startPts, endPts),
        () => redraw.current(),
      ),
    [assetId, base, rate],
  );
  const names = useMemo(() => {
    const found = new Map<string, string>();
    for (const one of people?.people ?? []) {
      for (const each of one.appearances) found.set(trackKey(each.chunk_id, each.track), one.name || one.classId);
    }
    return found;
  }, [people]);
  const boxesAt = useCallback((pts: number, frame: number) => windows.at(pts, frame), [windows]);
  const labelOf = useCallback(
    (box: ShownBox) => {
      if (box.kind !== "face") return { text: "", known: false };
      const name = names.get(box.track) ?? "";
      return { text: name, known: name !== "" };
    },
    [names],
  );
  return { boxesAt, labelOf };
}
