import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import type { ChunkCounts } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Time } from "../../parts/values";
import { history as de } from "../../words/de/history";
import { programme as programmeDe } from "../../words/de/programme";
import { history as en } from "../../words/en/history";
import { programme as programmeEn } from "../../words/en/programme";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { eventsQuery } from "./data";
import { type Line, linesOf } from "./history";

/** What happened to a programme, who did it and when; its pieces by their number alone. */
export default function HistoryPanel({ assetId, chunks }: { assetId: string; chunks: ChunkCounts | undefined }) {
  const none = useWords({ en: programmeEn, de: programmeDe }).noHistory;
  const shell = useShellWords();
  const query = useInfiniteQuery(eventsQuery(assetId));
  return (
    <Answer query={query} small>
      {({ pages }) => {
        const lines = linesOf(pages.flatMap((page) => page.events));
        if (lines.length === 0) return <Empty icon={<History />} title={none} small />;
        return (
          <div className="programme-scroll stack">
            {chunks !== undefined && chunks.planned > 0 && <Pieces chunks={chunks} />}
            <ol className="programme-history">
              {lines.map((line) => (
                <Told key={line.key} line={line} />
              ))}
            </ol>
            {query.hasNextPage && (
              <Button onPress={() => void query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
                {shell.more}
              </Button>
            )}
          </div>
        );
      }}
    </Answer>
  );
}

function Pieces({ chunks }: { chunks: ChunkCounts }) {
  const words = useWords({ en, de });
  return (
    <p className="small soft programme-pieces">
      {words.pieces(chunks.analysed, chunks.planned)}
      {chunks.failed > 0 && `, ${words.failed(chunks.failed)}`}
    </p>
  );
}

function Told({ line }: { line: Line }) {
  const words = useWords({ en, de });
  const who = line.who.startsWith("rule:") ? words.rule : line.who === "local" ? words.local : line.who;
  return (
    <li>
      <span className="foreign">
        {words.events[line.name]?.(line.count) ?? line.name}
        {who !== "" && (
          <>
            {" "}
            <span className="soft">{words.by(who)}</span>
          </>
        )}
      </span>
      <span className="small soft">
        <Time at={line.first} />
        {!isSameMinute(line) && (
          <>
            {" "}
            {words.until} <Time at={line.last} />
          </>
        )}
      </span>
    </li>
  );
}

/** Whether both moments of a line are written as the same: they are shown by the minute. */
function isSameMinute({ first, last }: Line): boolean {
  const minutes = [first, last].map((at) => at && Math.floor(Date.parse(at) / 60_000));
  return minutes[0] === minutes[1];
}
