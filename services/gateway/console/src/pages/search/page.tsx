import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FileSearch, ImageUp, SearchX } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { DropZone, FileTrigger, isFileDropItem } from "react-aria-components";
import { useLocation } from "wouter";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { Empty } from "../../parts/Empty";
import { Choose, SearchField } from "../../parts/fields";
import { Missing } from "../../parts/Missing";
import { Page } from "../../parts/Page";
import { useQueryString } from "../../parts/useQueryString";
import { type Column, VirtualTable } from "../../parts/VirtualTable";
import { search as de } from "../../words/de/search";
import { search as en } from "../../words/en/search";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { type Found, namesQuery, personQuery, pictureQuery, type Where, wordsQuery } from "./data";
import { PICTURE_TYPES, readPicture } from "./picture";
import "./search.css";

const QUIET_MS = 300;

export default function Search() {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const [text, setText] = useQueryString("q");
  const [where, setWhere] = useQueryString("in", "all");
  const [person, setPerson] = useQueryString("person");
  const [typed, setTyped] = useState(text);
  const [given, setGiven] = useState<{ picture: string; url: string }>();
  const [wrong, setWrong] = useState("");
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => setText(typed), QUIET_MS);
    return () => clearTimeout(timer);
  }, [typed, text, setText]);
  useEffect(() => () => URL.revokeObjectURL(given?.url ?? ""), [given]);
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const read = await readPicture(file);
    if ("wrong" in read) {
      setWrong(words[read.wrong]);
      return;
    }
    setWrong("");
    setGiven(read);
  };
  const wanted = text.trim();
  return (
    <Page
      title={shell.pages.search}
      whole
      tools={
        <>
          <SearchField
            label={words.box}
            value={typed}
            onChange={(value) => {
              setTyped(value);
              setGiven(undefined);
              setPerson("");
            }}
            onSubmit={() => setText(typed)}
          />
          <Choose
            label={words.where}
            labelHidden
            value={where as Where}
            onChange={setWhere}
            choices={(["all", "text", "transcript", "label"] as const).map((value) => ({
              value,
              label: words.kinds[value],
            }))}
          />
        </>
      }
    >
      <DropZone
        className="search-drop"
        aria-label={words.picture}
        getDropOperation={(types) => (PICTURE_TYPES.some((type) => types.has(type)) ? "copy" : "cancel")}
        onDrop={(event) => {
          const file = event.items.find(isFileDropItem);
          if (file !== undefined) void file.getFile().then(take);
        }}
      >
        <div className="row search-picture">
          {given === undefined ? (
            <>
              <FileTrigger acceptedFileTypes={PICTURE_TYPES} onSelect={(files) => void take(files?.[0])}>
                <Button>
                  <ImageUp aria-hidden="true" size={16} />
                  {words.choosePicture}
                </Button>
              </FileTrigger>
              <span className="small soft search-help">{wrong === "" ? words.pictureHelp : ""}</span>
            </>
          ) : (
            <>
              <Crop src={given.url} alt={words.yourPicture} width={96} height={54} eager />
              <Button onPress={() => setGiven(undefined)}>{words.otherPicture}</Button>
            </>
          )}
          {wrong !== "" && (
            <span className="search-wrong" role="alert">
              {wrong}
            </span>
          )}
        </div>
      </DropZone>
      {given === undefined && <Names text={wanted} person={person} choose={setPerson} />}
      {given !== undefined ? (
        <ByPicture picture={given.picture} />
      ) : person !== "" ? (
        <ByPages query={personQuery(person)} />
      ) : wanted !== "" ? (
        <ByPages query={wordsQuery(wanted, where as Where)} />
      ) : (
        <Empty icon={<FileSearch />} title={words.start}>
          <p>{words.startHelp}</p>
          <p>{words.help}</p>
        </Empty>
      )}
    </Page>
  );
}

/** People whose name has what was typed in it: one press shows all their appearances. */
function Names({ text, person, choose }: { text: string; person: string; choose: (classId: string) => void }) {
  const words = useWords({ en, de });
  const names = useQuery(namesQuery(text));
  const classes = (names.data?.classes ?? []).filter((one) => one.name !== "");
  if (text === "" || classes.length === 0) return null;
  return (
    <section className="row search-names" aria-label={words.people}>
      <span className="soft">{words.people}</span>
      {classes.map((one) => (
        <Button
          key={one.class_id}
          aria-pressed={one.class_id === person}
          onPress={() => choose(one.class_id === person ? "" : one.class_id)}
        >
          <span className="one-line search-name" dir="auto">
            {one.name}
          </span>
        </Button>
      ))}
    </section>
  );
}

function ByPages({ query }: { query: ReturnType<typeof wordsQuery> | ReturnType<typeof personQuery> }) {
  const answer = useInfiniteQuery(query as ReturnType<typeof wordsQuery>);
  const found = useMemo(() => answer.data?.pages.flatMap((page) => page.found) ?? [], [answer.data]);
  const missing = [...new Set(answer.data?.pages.flatMap((page) => page.missing) ?? [])];
  // A page may be empty and go on: what was found first may not be shown any more.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = answer;
  const isEmpty = answer.data !== undefined && found.length === 0;
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isEmpty, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Answer query={answer}>
      {() =>
        isEmpty && hasNextPage ? null : (
          <>
            <Missing sentences={missing} />
            <Results
              found={found}
              more={hasNextPage}
              onNearEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
            />
          </>
        )
      }
    </Answer>
  );
}

function ByPicture({ picture }: { picture: string }) {
  const answer = useQuery(pictureQuery(picture));
  return <Answer query={answer}>{(page) => <Results found={page.found} more={false} onNearEnd={() => {}} />}</Answer>;
}

function Results({ found, more, onNearEnd }: { found: readonly Found[]; more: boolean; onNearEnd: () => void }) {
  const words = useWords({ en, de });
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<string>();
  const first = useRef(found[0]?.id);
  if (first.current !== found[0]?.id) {
    first.current = found[0]?.id;
    setChosen(undefined);
  }
  const columns = useMemo(() => columnsIn(words), [words]);
  if (found.length === 0) {
    return (
      <Empty icon={<SearchX />} title={words.nothing}>
        {words.nothingHelp}
      </Empty>
    );
  }
  return (
    <>
      <p className="soft search-count" role="status">
        {words.found(found.length, more)}
      </p>
      <VirtualTable
        id="search"
        label={words.results}
        columns={columns}
        items={found}
        keyOf={(one) => one.id}
        rowHeight={68}
        chosen={chosen}
        onChoose={setChosen}
        onOpen={(one) => navigate(`/assets/${one.assetId}?pts=${one.pts}`)}
        onNearEnd={onNearEnd}
        keyWords={words.keys}
      />
    </>
  );
}

function columnsIn(words: typeof en): readonly Column<Found>[] {
  return [
    {
      id: "picture",
      label: words.kindOf.picture ?? "",
      labelHidden: true,
      track: "6.5rem",
      render: (one) => <Crop src={one.picture} alt="" width={96} height={54} fit="cover" />,
    },
    { id: "time", label: words.when, track: "6rem", render: (one) => one.time },
    {
      id: "text",
      label: words.results,
      track: "minmax(8rem, 2fr)",
      render: (one) => (
        <span className="search-text foreign" dir="auto">
          {one.kind === "picture" ? words.distance(one.text) : one.text}
        </span>
      ),
    },
    {
      id: "title",
      label: words.programme,
      track: "minmax(6rem, 1fr)",
      from: 600,
      render: (one) => (
        <span className="one-line soft" dir="auto">
          {one.title || words.untitled}
        </span>
      ),
    },
    {
      id: "kind",
      label: words.where,
      track: "9rem",
      from: 800,
      render: (one) => <Badge weight="calm">{words.kindOf[one.kind] ?? one.kind}</Badge>,
    },
  ];
}
