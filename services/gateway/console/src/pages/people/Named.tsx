import { useInfiniteQuery } from "@tanstack/react-query";
import { SearchX, UserRound } from "lucide-react";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import type { DatasetClass } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { Empty } from "../../parts/Empty";
import { Choose, SearchField } from "../../parts/fields";
import { Page } from "../../parts/Page";
import { type Paged, useNextPage } from "../../parts/useNextPage";
import { useQueryString } from "../../parts/useQueryString";
import { type Column, VirtualTable } from "../../parts/VirtualTable";
import { Count, Time } from "../../parts/values";
import { Waiting } from "../../parts/Waiting";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { Changed } from "./Changed";
import { type List, Lists } from "./Lists";
import { namedQuery } from "./queries";
import { Unknown } from "./Unknown";

const ROW = 48;

/** The list that the address names. */
export function Named() {
  const [list] = useQueryString("list", "named");
  if (list === "unknown") return <Unknown />;
  if (list === "changed") return <Changed />;
  return <NamedList list="named" />;
}

function NamedList({ list }: { list: List }) {
  const words = useWords({ en, de });
  const [search, setSearch] = useQueryString("q");
  const [order, setOrder] = useQueryString("order", "name");
  const query = useInfiniteQuery(namedQuery(search.trim(), order === "changed" ? "changed" : "name"));
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.classes) ?? [], [query.data]);
  const total = query.data?.pages.at(-1)?.total_size ?? 0;
  return (
    <Page
      title={words.title}
      note={query.data !== undefined && words.named(total)}
      actions={<Lists list={list} />}
      tools={
        <>
          <SearchField label={words.search} value={search} onChange={setSearch} />
          <div className="people-order">
            <Choose
              label={words.sortings}
              labelHidden
              choices={(["name", "changed"] as const).map((value) => ({
                value: value as string,
                label: words.order[value],
              }))}
              value={order}
              onChange={setOrder}
            />
          </div>
        </>
      }
      whole
    >
      <Answer query={query} waiting={<Waiting rows={10} rowHeight={ROW} />}>
        {() => (items.length === 0 ? <Nobody search={search} /> : <Table items={items} total={total} query={query} />)}
      </Answer>
    </Page>
  );
}

function Table({ items, total, query }: { items: readonly DatasetClass[]; total: number; query: Paged }) {
  const words = useWords({ en, de });
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<string>();
  const more = useNextPage(query);
  const columns = useMemo(() => columnsOf(words), [words]);
  return (
    <VirtualTable
      id="people"
      label={words.lists.named}
      columns={columns}
      items={items}
      total={total}
      keyOf={(one) => one.class_id}
      rowHeight={ROW}
      chosen={chosen}
      onChoose={setChosen}
      onOpen={(one) => navigate(`/people/${encodeURIComponent(one.class_id)}`)}
      onNearEnd={more}
      keyWords={words.keys}
    />
  );
}

function columnsOf(words: typeof en): readonly Column<DatasetClass>[] {
  return [
    {
      id: "face",
      label: words.columns.face,
      labelHidden: true,
      track: "3.25rem",
      render: (one) => <Crop src={one.samples?.path} alt="" width={36} height={36} fit="cover" />,
    },
    {
      id: "name",
      label: words.columns.name,
      track: "minmax(10rem, 30rem)",
      render: (one) => <Names person={one} />,
    },
    {
      id: "accepted",
      label: words.columns.accepted,
      track: "7rem",
      align: "end",
      from: 420,
      render: (one) => <Count value={one.samples?.accepted ?? 0} />,
    },
    {
      id: "proposed",
      label: words.columns.proposed,
      track: "7rem",
      align: "end",
      from: 560,
      render: (one) => <Count value={one.samples?.proposed ?? 0} />,
    },
    {
      id: "changed",
      label: words.columns.changed,
      track: "minmax(9rem, 1fr)",
      from: 720,
      render: (one) => (
        <span className="people-name">
          <Time at={one.changed_at} ago />
          <span className="small soft one-line">
            {one.changed_by.startsWith("rule:") ? words.rule : one.changed_by}
          </span>
        </span>
      ),
    },
  ];
}

function Names({ person }: { person: DatasetClass }) {
  return (
    <span className="people-name">
      <strong className="one-line">{person.name}</strong>
      {person.aliases.length > 0 && <span className="small soft one-line">{person.aliases.join(", ")}</span>}
    </span>
  );
}

function Nobody({ search }: { search: string }) {
  const words = useWords({ en, de });
  const [, navigate] = useLocation();
  if (search !== "") {
    return (
      <Empty
        icon={<SearchX aria-hidden="true" />}
        title={words.empty.filtered}
        action={<Button onPress={() => navigate("/people")}>{words.empty.all}</Button>}
      />
    );
  }
  return (
    <Empty
      icon={<UserRound aria-hidden="true" />}
      title={words.empty.title}
      action={<Button onPress={() => navigate("/people?list=unknown")}>{words.empty.unknown}</Button>}
    >
      {words.empty.text}
    </Empty>
  );
}
