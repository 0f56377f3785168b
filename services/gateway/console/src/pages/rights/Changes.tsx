import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowRight, History } from "lucide-react";
import type { RightsChange } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { Time } from "../../parts/values";
import { ChangeProgress } from "./ChangeProgress";
import { changes } from "./queries";
import { SubjectName } from "./SubjectName";
import { useRightsWords } from "./words";

/** Every change of rights, and the one that is followed above them. */
export function Changes({ followed, onFollow }: { followed: string; onFollow: (id: string) => void }) {
  const words = useRightsWords();
  const query = useInfiniteQuery(changes);
  return (
    <div className="stack">
      {followed !== "" && <ChangeProgress key={followed} id={followed} onClose={() => onFollow("")} />}
      <h2 className="for-readers">{words.changes.title}</h2>
      <Answer query={query}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.changes);
          if (rows.length === 0) {
            return (
              <Empty icon={<History aria-hidden="true" />} title={words.changes.none}>
                {words.changes.noneText}
              </Empty>
            );
          }
          return (
            <Sheet
              label={words.changes.title}
              rows={rows}
              keyOf={(one) => one.change_id}
              more={query}
              columns={columnsOf(words, onFollow)}
            />
          );
        }}
      </Answer>
    </div>
  );
}

function columnsOf(
  words: ReturnType<typeof useRightsWords>,
  onFollow: (id: string) => void,
): readonly SheetColumn<RightsChange>[] {
  return [
    { id: "when", label: words.changes.when, render: (one) => <Time at={one.received_at} /> },
    {
      id: "about",
      label: words.changes.about,
      render: (one) => <SubjectName subject={one.subject} title={one.title} />,
    },
    { id: "by", label: words.changes.by, render: (one) => one.actor?.principal || words.nobody },
    { id: "effect", label: words.changes.effect, render: (one) => <Effect change={one} /> },
    { id: "state", label: words.changes.state, render: (one) => <State change={one} /> },
    {
      id: "follow",
      label: words.changes.follow,
      labelHidden: true,
      align: "end",
      render: (one) => (
        <Button
          look="bare"
          onPress={() => onFollow(one.change_id)}
          aria-label={`${words.changes.follow}: ${nameOf(one)}`}
        >
          {words.changes.follow}
        </Button>
      ),
    },
  ];
}

function nameOf(change: RightsChange): string {
  return change.title || (Object.values(change.subject ?? {}).find(Boolean) ?? change.change_id);
}

/** A change in a short list; it opens what became of it. */
export function ChangeLine({ change, onOpen }: { change: RightsChange; onOpen: (id: string) => void }) {
  return (
    <button type="button" className="rights-line" onClick={() => onOpen(change.change_id)}>
      <span className="rights-line-text">
        <SubjectName subject={change.subject} title={change.title} plain />
        <span className="soft small">
          <Effect change={change} /> · <Time at={change.received_at} ago />
        </span>
      </span>
      <ArrowRight aria-hidden="true" />
    </button>
  );
}

/** What a change did to samples, in words. */
export function Effect({ change }: { change: RightsChange }) {
  const words = useRightsWords();
  const parts = [
    change.samples_withdrawn > 0 && words.changes.withdrawn(change.samples_withdrawn),
    change.samples_withheld > 0 && words.changes.withheld(change.samples_withheld),
    change.samples_proposed > 0 && words.changes.proposed(change.samples_proposed),
    change.samples_repriced > 0 && words.changes.repriced(change.samples_repriced),
  ].filter(Boolean);
  return <>{parts.length === 0 ? words.changes.nothing : parts.join(", ")}</>;
}

function State({ change }: { change: RightsChange }) {
  const words = useRightsWords();
  return change.applied ? (
    <Badge weight="good">{words.changes.applied}</Badge>
  ) : (
    <Badge weight="busy">{words.changes.underWay}</Badge>
  );
}
