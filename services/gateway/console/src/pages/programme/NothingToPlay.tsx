import { Clapperboard } from "lucide-react";
import type { AssetView } from "../../api/generated";
import { Empty } from "../../parts/Empty";
import { Said } from "../../parts/Said";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";

/** Why nothing plays: it is still coming in, was rejected or removed, or the service is away. */
export function NothingToPlay({ view }: { view: AssetView }) {
  const words = useWords({ en, de });
  const state = view.state ?? "requested";
  const reason = view.reason && <Said sentence={view.reason} wording={view.reason_wording} />;
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
