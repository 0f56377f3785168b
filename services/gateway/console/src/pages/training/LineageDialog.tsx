import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Candidate, LineageAsset, LineageSample, ModelLineage } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Missing } from "../../parts/Missing";
import { Said, type SaidSentence } from "../../parts/Said";
import { useShellWords } from "../../words/shell";
import { lineageOf } from "./queries";
import { useTrainingWords } from "./words";

/** From a model to its snapshot, its samples and its assets, each with the right it rests on now. */
export function LineageDialog({ candidate, onClose }: { candidate: Candidate; onClose: () => void }) {
  const words = useTrainingWords().lineage;
  const shell = useShellWords();
  const query = useInfiniteQuery(lineageOf(candidate.model?.name ?? "", candidate.model?.version ?? ""));
  return (
    <Dialog
      title={`${words.title}: ${candidate.model?.name} ${candidate.model?.version}`}
      open
      wide
      onClose={onClose}
      actions={<Button onPress={onClose}>{shell.close}</Button>}
    >
      <Answer query={query}>
        {(data) => (
          <div className="stack">
            <Origin page={data.pages[0]} />
            <Parts pages={data.pages} />
            {query.hasNextPage && (
              <Button onPress={() => void query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
                {shell.more}
              </Button>
            )}
          </div>
        )}
      </Answer>
    </Dialog>
  );
}

function Origin({ page }: { page: ModelLineage | undefined }) {
  const words = useTrainingWords().lineage;
  const lineage = page?.lineage;
  if (lineage === undefined) return null;
  const facts: [string, string][] = [
    [words.snapshot, lineage.snapshot_id],
    [words.recipe, lineage.recipe],
    [words.embedding, [lineage.embedding?.name, lineage.embedding?.version].filter(Boolean).join(" ")],
    [words.code, lineage.code_version],
    [words.seed, String(lineage.seed)],
  ];
  return (
    <>
      <dl className="training-facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="foreign">{value || "–"}</dd>
          </div>
        ))}
      </dl>
      <p>{words.numbers(lineage.asset_count, lineage.sample_count)}</p>
    </>
  );
}

function Parts({ pages }: { pages: readonly ModelLineage[] }) {
  const words = useTrainingWords().lineage;
  const assets = pages.flatMap((page) => page.assets);
  const samples = pages.flatMap((page) => page.samples);
  const missing = new Map(pages.flatMap((page) => page.missing.map((one, at) => [one, page.missing_wordings[at]])));
  if (assets.length === 0 && samples.length === 0) return <p className="soft">{words.gone}</p>;
  return (
    <>
      <Missing sentences={[...missing.keys()]} wordings={[...missing.values()]} />
      {assets.length > 0 && (
        <section aria-labelledby="lineage-assets">
          <h3 id="lineage-assets">{words.assets}</h3>
          <ul className="training-lines">
            {assets.map((one) => (
              <Asset key={one.asset_id} asset={one} />
            ))}
          </ul>
        </section>
      )}
      {samples.length > 0 && (
        <section aria-labelledby="lineage-samples">
          <h3 id="lineage-samples">{words.samples}</h3>
          <ul className="training-lines">
            {samples.map((one) => (
              <Sample key={one.sample_id} sample={one} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Asset({ asset }: { asset: LineageAsset }) {
  const words = useTrainingWords().lineage;
  return (
    <li>
      <Link href={`/assets/${asset.asset_id}`} className="foreign" dir="auto">
        {asset.title || words.untitled}
      </Link>
      <Right known={asset.sentence !== ""} allowed={asset.allowed} sentence={asset.sentence} wording={asset.wording} />
    </li>
  );
}

function Sample({ sample }: { sample: LineageSample }) {
  const words = useTrainingWords().lineage;
  const rights = sample.rights;
  return (
    <li>
      {sample.class_id === "" ? (
        <code className="foreign">{sample.sample_id}</code>
      ) : (
        <Link href={`/people/${sample.class_id}`} className="foreign" dir="auto">
          {sample.class_name || words.unnamed}
        </Link>
      )}
      <Right
        known={rights !== undefined && rights.sentence !== ""}
        allowed={rights?.allowed ?? false}
        sentence={rights?.sentence ?? ""}
        wording={rights?.wording}
      />
    </li>
  );
}

function Right({ known, allowed, sentence, wording }: SaidSentence & { known: boolean; allowed: boolean }) {
  const words = useTrainingWords().lineage;
  if (!known) return <span className="soft">{words.unknown}</span>;
  return (
    <>
      <Badge weight={allowed ? "good" : "bad"}>{allowed ? words.allowed : words.withheld}</Badge>
      <span className="soft small foreign">
        <Said sentence={sentence} wording={wording} />
      </span>
    </>
  );
}
