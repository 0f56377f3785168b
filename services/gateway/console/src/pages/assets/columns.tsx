import type { AssetSummary } from "../../api/generated";
import { secondsOf } from "../../domain/timeline";
import { StateBadge } from "../../parts/Badge";
import { Crop } from "../../parts/Crop";
import { Said, useSaid } from "../../parts/Said";
import type { Column } from "../../parts/VirtualTable";
import { Length, Time } from "../../parts/values";
import type { assets } from "../../words/en/assets";

/** What the list shows of each asset. */
export function columnsOf(words: typeof assets): Column<AssetSummary>[] {
  return [
    {
      id: "poster",
      label: words.columns.poster,
      labelHidden: true,
      track: "6.5rem",
      from: 420,
      render: (asset) => <Crop src={asset.poster} alt="" width={80} height={45} />,
    },
    {
      id: "title",
      label: words.columns.title,
      track: "minmax(8rem, 1fr)",
      sorts: true,
      render: (asset) => <Title asset={asset} untitled={words.untitled} />,
    },
    {
      id: "state",
      label: words.columns.state,
      track: "minmax(8.5rem, 11rem)",
      sorts: true,
      render: (asset) => <StateBadge state={asset.state ?? ""} />,
    },
    {
      id: "chunks",
      label: words.columns.chunks,
      track: "9rem",
      from: 720,
      render: (asset) => <Chunks asset={asset} words={words} />,
    },
    {
      id: "duration",
      label: words.columns.duration,
      track: "6rem",
      from: 560,
      align: "end",
      sorts: true,
      render: (asset) => <Length seconds={secondsOf(asset.duration)} />,
    },
    {
      id: "changed_at",
      label: words.columns.changed,
      track: "10rem",
      from: 860,
      sorts: true,
      render: (asset) => <Time at={asset.changed_at ?? asset.requested_at} ago />,
    },
  ];
}

function Title({ asset, untitled }: { asset: AssetSummary; untitled: string }) {
  const { series = "", channel = "" } = asset.programme ?? {};
  const inWords = useSaid();
  return (
    <span className="assets-title" title={asset.reason ? inWords(asset.reason, asset.reason_wording) : asset.title}>
      <span className="one-line" dir="auto">
        {asset.title || untitled}
      </span>
      {asset.reason ? (
        <span className="one-line small soft">
          <Said sentence={asset.reason} wording={asset.reason_wording} />
        </span>
      ) : (
        <span className="one-line small soft">
          <bdi>{series}</bdi>
          {series !== "" && channel !== "" && " · "}
          <bdi>{channel}</bdi>
        </span>
      )}
    </span>
  );
}

function Chunks({ asset, words }: { asset: AssetSummary; words: typeof assets }) {
  const { planned = 0, analysed = 0, failed = 0 } = asset.chunks ?? {};
  if (planned === 0) return <span className="soft">–</span>;
  return (
    <span className="assets-chunks">
      <span>
        {analysed === planned ? planned : `${analysed}/${planned}`}
        {failed > 0 && <span className="assets-failed"> · {words.failedChunks(failed)}</span>}
      </span>
      {analysed + failed < planned && (
        <progress value={analysed} max={planned} aria-label={words.chunksOf(analysed, planned)} />
      )}
    </span>
  );
}
