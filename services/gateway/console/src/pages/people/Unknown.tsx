import { useInfiniteQuery } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import { useMemo } from "react";
import type { FaceCluster } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Crop } from "../../parts/Crop";
import { Empty } from "../../parts/Empty";
import { Choose } from "../../parts/fields";
import { Page } from "../../parts/Page";
import { useNextPage } from "../../parts/useNextPage";
import { useQueryString } from "../../parts/useQueryString";
import { type Column, VirtualTable } from "../../parts/VirtualTable";
import { Count } from "../../parts/values";
import { Waiting } from "../../parts/Waiting";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { Cluster } from "./Cluster";
import { Lists } from "./Lists";
import { NamedLately } from "./NamedLately";
import { unknownQuery } from "./queries";

const ROW = 60;
const MOST_SEEN = "appearances";

/** People without a name: the list, and the one that is looked at. */
export function Unknown() {
  const words = useWords({ en, de });
  const [order] = useQueryString("order", MOST_SEEN);
  const [chosen, setChosen] = useQueryString("cluster");
  const query = useInfiniteQuery(unknownQuery(order));
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.clusters) ?? [], [query.data]);
  const more = useNextPage(query);
  const at = items.findIndex((one) => one.cluster_id === chosen);
  const shown = chosen === "" ? items[0]?.cluster_id : chosen;
  const skip = () => {
    const next = items[at < 0 ? 1 : at + 1] ?? items[0];
    if (next !== undefined) setChosen(next.cluster_id);
  };
  return (
    <Page
      title={words.title}
      note={query.data !== undefined && words.unknown.left(items.length, query.hasNextPage)}
      actions={<Lists list="unknown" />}
      tools={<Order />}
      whole
    >
      <Answer query={query} waiting={<Waiting rows={8} rowHeight={ROW} />}>
        {() =>
          items.length === 0 && shown === undefined ? (
            <>
              <NamedLately />
              <Empty icon={<CheckCheck aria-hidden="true" />} title={words.unknown.none}>
                {words.unknown.noneText}
              </Empty>
            </>
          ) : (
            <div className="people-unknown">
              <Table items={items} chosen={shown} onChoose={setChosen} onNearEnd={more} />
              <div className="people-cluster stack">
                <NamedLately />
                {shown !== undefined && <Cluster clusterId={shown} key={shown} onSkip={skip} onShow={setChosen} />}
              </div>
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

function Order() {
  const words = useWords({ en, de });
  const [order, setOrder] = useQueryString("order", MOST_SEEN);
  return (
    <div className="people-order">
      <Choose
        label={words.sortings}
        labelHidden
        choices={([MOST_SEEN, "last_seen"] as const).map((value) => ({
          value: value as string,
          label: words.clusterOrder[value],
        }))}
        value={order}
        onChange={setOrder}
      />
    </div>
  );
}

function Table({
  items,
  chosen,
  onChoose,
  onNearEnd,
}: {
  items: readonly FaceCluster[];
  chosen: string | undefined;
  onChoose: (clusterId: string) => void;
  onNearEnd: () => void;
}) {
  const words = useWords({ en, de });
  const columns = useMemo(() => columnsOf(words), [words]);
  return (
    <VirtualTable
      id="unknown"
      label={words.lists.unknown}
      columns={columns}
      items={items}
      keyOf={(one) => one.cluster_id}
      rowHeight={ROW}
      chosen={chosen}
      onChoose={onChoose}
      onOpen={(one) => onChoose(one.cluster_id)}
      onNearEnd={onNearEnd}
      keyWords={words.keys}
    />
  );
}

function columnsOf(words: typeof en): readonly Column<FaceCluster>[] {
  return [
    {
      id: "face",
      label: words.columns.face,
      labelHidden: true,
      track: "3.5rem",
      render: (one) => <Crop src={one.cover?.face} alt="" width={44} height={44} fit="cover" />,
    },
    {
      id: "series",
      label: words.columns.series,
      track: "minmax(6rem, 1fr)",
      render: (one) => <span className="one-line">{one.series.join(", ") || words.untitled}</span>,
    },
    {
      id: "seen",
      label: words.columns.seen,
      track: "5.5rem",
      align: "end",
      render: (one) => <Count value={one.appearance_count} />,
    },
  ];
}
