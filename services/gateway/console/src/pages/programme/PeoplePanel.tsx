import { useVirtualizer } from "@tanstack/react-virtual";
import { UserRoundPlus, UsersRound } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { WordOf } from "../../parts/Badge";
import { IconButton } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Missing } from "../../parts/Missing";
import { Said } from "../../parts/Said";
import { useSession } from "../../parts/useSession";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { percentIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import type { People, SeenSomebody } from "./data";
import { nameOf } from "./lanes";
import type { PanelProps } from "./MomentPanels";
import type { Pointed } from "./proposing";

/** Everybody who was seen, and when; whoever is known leads to their page, whoever is not to being named. */
export function PeoplePanel({ data, done, ...panel }: { data: People; done: boolean } & PanelProps) {
  const words = useWords({ en, de });
  if (data.people.length === 0) {
    return (
      <Empty icon={<UsersRound />} title={done ? words.noPeople : words.noPeopleYet} small>
        {done ? undefined : words.noPeopleYetHelp}
      </Empty>
    );
  }
  return (
    <>
      <Missing sentences={data.missing} wordings={data.wordings} />
      <Everybody people={data.people} {...panel} />
    </>
  );
}

/** A programme of hours has hundreds of unknown people: those in sight are drawn. */
function Everybody({ people, ...panel }: { people: People["people"] } & PanelProps) {
  const words = useWords({ en, de });
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: people.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 96,
    overscan: 4,
    getItemKey: (index) => people[index]?.id ?? index,
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not in the document
    <div ref={scroller} className="programme-scroll" role="list" aria-label={words.tabs.people}>
      <div role="presentation" style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((row) => {
          const one = people[row.index];
          if (one === undefined) return null;
          return (
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              role="listitem"
              aria-posinset={row.index + 1}
              aria-setsize={people.length}
              className="moment-row programme-person"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Somebody one={one} {...panel} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const SHOWN = 6;

/** Where somebody is seen: in what is shown now, or else the first time. */
function pointedAt(one: SeenSomebody, pts: number): Pointed {
  const shown = one.appearances.find(({ span }) => span && span.start_pts <= pts && pts < span.end_pts);
  const seen = shown ?? one.appearances[0];
  return {
    pts: seen?.moment?.pts ?? seen?.span?.start_pts ?? 0,
    ...(seen && { observationId: seen.observation_id }),
    ...(one.classId !== "" && { classId: one.classId, name: one.name }),
  };
}

function Somebody({ one, timeOf, go, playback, propose }: { one: SeenSomebody } & PanelProps) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const { may } = useSession();
  const [all, setAll] = useState(false);
  const name = nameOf(one, words);
  const sentence = one.appearances[0]?.sentence ?? "";
  const shown = all ? one.appearances.slice(0, 500) : one.appearances.slice(0, SHOWN);
  return (
    <>
      <div className="row">
        <WordOf by="model">{name}</WordOf>
        {one.score !== undefined && one.classId !== "" && (
          <span className="soft">{words.sure(percentIn(language, one.score))}</span>
        )}
        <span className="soft">{words.appearances(one.appearances.length)}</span>
        {one.classId !== "" && <Link href={`/people/${encodeURIComponent(one.classId)}`}>{words.openPerson}</Link>}
        {one.unknown > 0 && (
          <Link
            href={`/people?list=unknown&cluster=${encodeURIComponent(one.id)}`}
            aria-label={`${may("curator") ? words.namePerson : words.openPerson}: ${name}`}
          >
            {may("curator") ? words.namePerson : words.openPerson}
          </Link>
        )}
        {propose !== undefined && (
          <IconButton
            label={words.proposeOf(name.slice(0, 80))}
            icon={<UserRoundPlus />}
            onPress={() => propose(pointedAt(one, playback?.position.get() ?? 0))}
          />
        )}
      </div>
      {sentence !== "" && (
        <p className="small soft foreign">
          <Said sentence={sentence} wording={one.appearances[0]?.wording} />
        </p>
      )}
      <div className="programme-times">
        {shown.map((each) => (
          <button
            type="button"
            key={each.observation_id}
            className="programme-time"
            onClick={() => go(each.moment?.pts ?? each.span?.start_pts ?? 0)}
          >
            {timeOf(each.moment?.pts ?? each.span?.start_pts ?? 0)}
          </button>
        ))}
        {one.appearances.length > shown.length && (
          <button type="button" className="programme-time" onClick={() => setAll(true)} disabled={all}>
            +{one.appearances.length - shown.length}
          </button>
        )}
      </div>
    </>
  );
}
