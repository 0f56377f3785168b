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
import type { People, SeenPerson } from "./data";
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
      <PersonList people={data.people} {...panel} />
    </>
  );
}

/** A programme of hours has hundreds of unknown people: those in sight are drawn. */
function PersonList({ people, ...panel }: { people: People["people"] } & PanelProps) {
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
              <PersonRow person={one} {...panel} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const SHOWN = 6;
const MOST_SHOWN = 500;

/** Where a person is seen: in what is shown now, or else the first time. */
function pointedAt(person: SeenPerson, pts: number): Pointed {
  const shown = person.appearances.find(({ span }) => span && span.start_pts <= pts && pts < span.end_pts);
  const seen = shown ?? person.appearances[0];
  return {
    pts: seen?.moment?.pts ?? seen?.span?.start_pts ?? 0,
    ...(seen && { observationId: seen.observation_id }),
    ...(person.classId !== "" && { classId: person.classId, name: person.name }),
  };
}

function PersonRow({ person, timeOf, go, playback, propose }: { person: SeenPerson } & PanelProps) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const name = nameOf(person, words);
  const [first] = person.appearances;
  return (
    <>
      <div className="row">
        <WordOf by="model">{name}</WordOf>
        {person.score !== undefined && person.classId !== "" && (
          <span className="soft">{words.sure(percentIn(language, person.score))}</span>
        )}
        <span className="soft">{words.appearances(person.appearances.length)}</span>
        <PersonLinks person={person} name={name} />
        {propose !== undefined && (
          <IconButton
            label={words.proposeOf(name.slice(0, 80))}
            icon={<UserRoundPlus />}
            onPress={() => propose(pointedAt(person, playback?.position.get() ?? 0))}
          />
        )}
      </div>
      {first !== undefined && first.sentence !== "" && (
        <p className="small soft foreign">
          <Said sentence={first.sentence} wording={first.wording} />
        </p>
      )}
      <AppearanceTimes appearances={person.appearances} timeOf={timeOf} go={go} />
    </>
  );
}

/** Where a person is looked at more closely: at their own page, or, without a name, where they get one. */
function PersonLinks({ person, name }: { person: SeenPerson; name: string }) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const toUnknown = may("curator") ? words.namePerson : words.openPerson;
  return (
    <>
      {person.classId !== "" && <Link href={`/people/${encodeURIComponent(person.classId)}`}>{words.openPerson}</Link>}
      {person.unknown > 0 && (
        <Link
          href={`/people?list=unknown&cluster=${encodeURIComponent(person.id)}`}
          aria-label={`${toUnknown}: ${name}`}
        >
          {toUnknown}
        </Link>
      )}
    </>
  );
}

/** When somebody is seen; the player goes there. A few at first, then as many as a row can hold. */
function AppearanceTimes({
  appearances,
  timeOf,
  go,
}: Pick<SeenPerson, "appearances"> & Pick<PanelProps, "timeOf" | "go">) {
  const [all, setAll] = useState(false);
  const shown = appearances.slice(0, all ? MOST_SHOWN : SHOWN);
  return (
    <div className="programme-times">
      {shown.map((one) => {
        const pts = one.moment?.pts ?? one.span?.start_pts ?? 0;
        return (
          <button type="button" key={one.observation_id} className="programme-time" onClick={() => go(pts)}>
            {timeOf(pts)}
          </button>
        );
      })}
      {appearances.length > shown.length && (
        <button type="button" className="programme-time" onClick={() => setAll(true)} disabled={all}>
          +{appearances.length - shown.length}
        </button>
      )}
    </div>
  );
}
