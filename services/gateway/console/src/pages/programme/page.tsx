import { useQuery } from "@tanstack/react-query";
import { Clapperboard } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import type { AssetView } from "../../api/generated";
import { ProblemError } from "../../api/problems";
import type { Clock } from "../../domain/timeline";
import { StateBadge } from "../../parts/Badge";
import { Empty } from "../../parts/Empty";
import { Failed } from "../../parts/Failed";
import { Missing } from "../../parts/Missing";
import { Page } from "../../parts/Page";
import { Said } from "../../parts/Said";
import { Waiting } from "../../parts/Waiting";
import { Player } from "../../player/Player";
import { usePlayback } from "../../player/usePlayback";
import { useTimeOf } from "../../player/useTimeOf";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useLanguage, useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { assetQuery, peopleQuery, readTable, rightsQuery } from "./data";
import { NothingToPlay } from "./NothingToPlay";
import { useProposing } from "./proposing";
import { Side } from "./Side";
import { textsOf } from "./texts";
import { useBoxes } from "./useBoxes";
import { useDeepLink } from "./useDeepLink";
import { useLanes } from "./useLanes";
import "./programme.css";

export default function Programme() {
  const { assetId = "" } = useParams<{ assetId: string }>();
  return <OfAsset key={assetId} assetId={assetId} />;
}

function OfAsset({ assetId }: { assetId: string }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const asset = useQuery(assetQuery(assetId));
  if (asset.data === undefined) {
    const { error } = asset;
    const gone = error instanceof ProblemError && (error.status === 410 || error.status === 404);
    return (
      <Page title={shell.pages.programme}>
        {error === null ? (
          <Waiting rows={6} />
        ) : gone ? (
          <Empty icon={<Clapperboard />} title={words.gone} action={<Link href="/assets">{words.toAssets}</Link>}>
            <Said sentence={error.detail} wording={error.wording} />
          </Empty>
        ) : (
          <Failed error={error} retry={() => void asset.refetch()} />
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
  const rights = useRights(assetId, view);
  const withPictures = view.kind !== "audio";
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const plays = view.playlist !== undefined && clock !== undefined;
  const playback = useAssetPlayback(assetId, video, plays ? clock : undefined, withPictures);
  useDeepLink(playback);
  const lanes = useLanes(view, clock, people.data, rights?.data);
  const cuts = useMemo(() => (view.shots ?? []).map((shot) => shot.span?.start_pts ?? 0), [view.shots]);
  const language = useLanguage();
  const texts = useMemo(() => textsOf(assetId, view, language), [assetId, view, language]);
  const { boxesAt, labelOf } = useBoxes(assetId, clock, people.data, playback);
  const timeOf = useTimeOf(playback, clock ?? NO_CLOCK);
  const go = useCallback((pts: number) => playback?.toPts(pts), [playback]);
  const { propose, tool, dialog } = useProposing(assetId, playback, withPictures);
  const panel = { playback, timeOf, go, propose };
  const title = view.title || words.untitled;
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
              texts={texts}
              boxesAt={boxesAt}
              labelOf={labelOf}
              withPictures={withPictures}
              tools={tool}
            />
          ) : (
            <NothingToPlay view={view} />
          )}
          <Missing sentences={view.missing.slice(0, 5)} wordings={view.missing_wordings} />
        </div>
        <Side
          assetId={assetId}
          title={title}
          view={view}
          clock={clock ?? NO_CLOCK}
          people={people}
          rights={rights}
          lanes={lanes}
          panel={panel}
        />
      </div>
      {dialog}
    </Page>
  );
}

/** The rights of a programme; not there before they are decided, and of what was rejected nothing is ever decided. */
function useRights(assetId: string, view: AssetView) {
  const decided = (view.rights ?? []).length > 0 || view.unavailable.includes("rights");
  const rights = useQuery({ ...rightsQuery(assetId), enabled: decided });
  return decided ? rights : undefined;
}

/** Plays an asset that has a clock; its pictures are named by the table of their times. */
function useAssetPlayback(
  assetId: string,
  video: HTMLVideoElement | null,
  clock: Clock | undefined,
  withPictures: boolean,
) {
  const read = useMemo(() => (withPictures ? readTable(assetId) : undefined), [assetId, withPictures]);
  return usePlayback(
    video,
    clock,
    clock === undefined ? undefined : `/v1/assets/${assetId}/playlist/master.m3u8`,
    read,
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
