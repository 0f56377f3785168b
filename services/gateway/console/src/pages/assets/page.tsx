import { FileUp, Film, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { DropZone, FileTrigger } from "react-aria-components";
import { useLocation } from "wouter";
import type { AssetSummary } from "../../api/generated";
import { addUpload } from "../../api/uploads";
import { Answer } from "../../parts/Answer";
import { Boundary } from "../../parts/Boundary";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Failed } from "../../parts/Failed";
import { Choose, SearchField } from "../../parts/fields";
import { useKeys } from "../../parts/keys";
import { Page } from "../../parts/Page";
import { Chunked, PageChunk } from "../../parts/page_chunk";
import { usePages } from "../../parts/usePages";
import { useQueryString } from "../../parts/useQueryString";
import { useSession } from "../../parts/useSession";
import { VirtualTable } from "../../parts/VirtualTable";
import { Waiting } from "../../parts/Waiting";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { Chosen } from "./Chosen";
import { columnsOf } from "./columns";
import { assetsList, type Shown } from "./queries";
import { Uploads } from "./Uploads";
import { Why } from "./Why";
import "./assets.css";

const STATES = ["requested", "ingested", "transcoding", "analysing", "analysed", "rejected", "removed"] as const;
const NEWEST_FIRST = "requested_at desc";
const NO_ITEMS: readonly undefined[] = [];

const addDialog = new PageChunk(() => import("./AddDialog"));

/** Every asset; new ones come in here. */
export default function Assets() {
  const { may } = useSession();
  const bringsIn = may("curator") || may("rights");
  const [adding, setAdding] = useState<readonly number[]>();
  const add = (files: readonly File[]) => {
    const ids = files.map(addUpload).filter((_, index) => files[index]?.size !== 0);
    if (ids.length > 0) setAdding(ids);
  };
  return (
    <>
      <Drop takes={bringsIn} onFiles={add}>
        <List add={add} bringsIn={bringsIn} onState={setAdding} />
      </Drop>
      {adding !== undefined && (
        <Boundary>
          <Chunked chunk={addDialog} props={{ ids: adding, onClose: () => setAdding([]) }} />
        </Boundary>
      )}
    </>
  );
}

function List({
  add,
  bringsIn,
  onState,
}: {
  add: (files: readonly File[]) => void;
  bringsIn: boolean;
  onState: (ids: readonly number[]) => void;
}) {
  const words = useWords({ en, de });
  const [search] = useQueryString("q");
  const [state] = useQueryString("state");
  const [orderBy] = useQueryString("sort", NEWEST_FIRST);
  const [chosen, setChosen] = useState<string>();
  const list = useMemo(() => assetsList({ search, state, orderBy }), [search, state, orderBy]);
  const pages = usePages(list);
  const { items = NO_ITEMS, total = 0 } = pages.data ?? {};
  const asset = items.find((one) => one?.asset_id === chosen);
  const [asking, setAsking] = useState(false);
  useKeys([{ id: "assets.why", key: "w", does: words.keys.why, run: () => asset !== undefined && setAsking(true) }]);
  return (
    <Page
      title={words.title}
      note={total > 0 && words.count(total)}
      actions={bringsIn && items.length > 0 && <AddFiles add={add} />}
      tools={<Tools asset={asset} onWhy={() => setAsking(true)} />}
      whole
    >
      <Uploads onState={onState} />
      <Answer query={pages} waiting={<Waiting rows={8} rowHeight={60} />}>
        {() =>
          items.length === 0 ? (
            <Nothing shown={{ search, state, orderBy }} add={bringsIn ? add : undefined} />
          ) : (
            <Table key={list.id} items={items} total={total} chosen={chosen} onChoose={setChosen} onSeen={pages.see} />
          )
        }
      </Answer>
      {pages.lacking !== null && <Failed error={pages.lacking} retry={pages.refetch} small />}
      {asset !== undefined && <Why asset={asset} open={asking} onClose={() => setAsking(false)} />}
    </Page>
  );
}

function Table({
  items,
  total,
  chosen,
  onChoose,
  onSeen,
}: {
  items: readonly (AssetSummary | undefined)[];
  total: number;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  onSeen: (first: number, last: number) => void;
}) {
  const words = useWords({ en, de });
  const [, navigate] = useLocation();
  const [orderBy, setOrderBy] = useQueryString("sort", NEWEST_FIRST);
  const columns = useMemo(() => columnsOf(words), [words]);
  const [by = "", direction] = orderBy.split(" ");
  return (
    <VirtualTable
      id="assets"
      label={words.title}
      columns={columns}
      items={items}
      total={total}
      keyOf={idOf}
      rowHeight={60}
      sorting={{
        by,
        descending: direction === "desc",
        onSort: (column, descending) => setOrderBy(descending ? `${column} desc` : column),
      }}
      chosen={chosen}
      onChoose={onChoose}
      onOpen={(asset) => navigate(`/assets/${asset.asset_id}`)}
      onSeen={onSeen}
      keyWords={words.keys}
    />
  );
}

function Tools({ asset, onWhy }: { asset: AssetSummary | undefined; onWhy: () => void }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const [search, setSearch] = useQueryString("q");
  const [state, setState] = useQueryString("state");
  const states = STATES.map((value) => ({ value: value as string, label: shell.states[value] }));
  return (
    <>
      <SearchField label={words.search} placeholder={words.searchIn} value={search} onChange={setSearch} />
      <div className="assets-filter">
        <Choose
          label={words.state}
          labelHidden
          choices={[{ value: "all", label: words.allStates }, ...states]}
          value={state || "all"}
          onChange={(value) => setState(value === "all" ? "" : value)}
        />
      </div>
      {asset !== undefined && <Chosen asset={asset} onWhy={onWhy} />}
    </>
  );
}

function AddFiles({ add }: { add: (files: readonly File[]) => void }) {
  const words = useWords({ en, de });
  return (
    <FileTrigger allowsMultiple onSelect={(files) => add([...(files ?? [])])}>
      <Button look="main">
        <FileUp aria-hidden="true" />
        {words.add.button}
      </Button>
    </FileTrigger>
  );
}

function Nothing({ shown, add }: { shown: Shown; add: ((files: readonly File[]) => void) | undefined }) {
  const words = useWords({ en, de });
  const [, navigate] = useLocation();
  if (shown.search !== "" || shown.state !== "") {
    return (
      <Empty
        icon={<SearchX aria-hidden="true" />}
        title={words.empty.filtered}
        action={<Button onPress={() => navigate("/assets")}>{words.empty.all}</Button>}
      >
        {words.empty.filteredText}
      </Empty>
    );
  }
  return (
    <Empty
      icon={<Film aria-hidden="true" />}
      title={words.empty.title}
      action={add !== undefined && <AddFiles add={add} />}
    >
      {add !== undefined ? words.empty.text : words.empty.textWithout}
    </Empty>
  );
}

function Drop({
  takes,
  onFiles,
  children,
}: {
  takes: boolean;
  onFiles: (files: readonly File[]) => void;
  children: React.ReactNode;
}) {
  const words = useWords({ en, de });
  if (!takes) return children;
  return (
    <DropZone
      className="assets-drop"
      aria-label={words.add.drop}
      getDropOperation={(types) => (types.has("text/plain") ? "cancel" : "copy")}
      onDrop={(event) => {
        void Promise.all(event.items.map((item) => (item.kind === "file" ? item.getFile() : undefined))).then((files) =>
          onFiles(files.filter((file) => file !== undefined)),
        );
      }}
    >
      {children}
    </DropZone>
  );
}

function idOf(asset: AssetSummary): string {
  return asset.asset_id;
}
