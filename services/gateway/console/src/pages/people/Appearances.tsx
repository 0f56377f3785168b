import { Link } from "wouter";
import type { ClusterAppearance } from "../../api/generated";
import { lengthOf } from "../../domain/timeline";
import { Crop } from "../../parts/Crop";
import { Checkbox } from "../../parts/fields";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { numberIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";

/** Appearances by programme, each with its face; some can be chosen where `chosen` is given. */
export function Appearances({
  appearances,
  chosen,
  onChoose,
}: {
  appearances: readonly ClusterAppearance[];
  chosen?: ReadonlySet<string>;
  onChoose?: (key: string) => void;
}) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const byAsset = new Map<string, ClusterAppearance[]>();
  for (const one of appearances) byAsset.set(one.asset_id, [...(byAsset.get(one.asset_id) ?? []), one]);
  return (
    <ul className="stack">
      {[...byAsset].map(([assetId, found]) => {
        const seconds = found.reduce((sum, one) => sum + one.seconds, 0);
        const title = found[0]?.title || words.untitled;
        return (
          <li key={assetId} className="people-programme">
            <header>
              <Link href={`/assets/${assetId}`} className="foreign">
                {title}
              </Link>
              <span className="small soft foreign">
                {[
                  found[0]?.series,
                  words.appearances(found.length),
                  seconds > 0 && words.seconds(numberIn(language, seconds, 1)),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </header>
            <ul className="people-faces">
              {found.map((one) => {
                const key = keyOf(one);
                const at = one.appearance?.moment?.pts;
                const label = `${title}, ${lengthOf(one.start_seconds)}`;
                return (
                  <li key={key}>
                    <Link
                      href={`/assets/${assetId}${at === undefined ? "" : `?pts=${at}`}`}
                      aria-label={label}
                      title={label}
                    >
                      <Crop src={one.face} alt="" width={72} height={72} fit="cover" />
                    </Link>
                    {chosen !== undefined && onChoose !== undefined ? (
                      <Checkbox
                        isSelected={chosen.has(key)}
                        onChange={() => onChoose(key)}
                        aria-label={words.unknown.choose(label)}
                      >
                        <span className="small">{lengthOf(one.start_seconds)}</span>
                      </Checkbox>
                    ) : (
                      <span className="small soft">{lengthOf(one.start_seconds)}</span>
                    )}
                  </li>
                );
              })}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}

/** Names an appearance in the whole archive. */
export function keyOf(one: ClusterAppearance): string {
  return `${one.asset_id} ${one.appearance?.observation_id ?? ""}`;
}
