import { FileSearch } from "lucide-react";
import { useEffect, useState } from "react";
import { Empty } from "../../parts/Empty";
import { Choose, SearchField } from "../../parts/fields";
import { Page } from "../../parts/Page";
import { useQueryString } from "../../parts/useQueryString";
import { search as de } from "../../words/de/search";
import { search as en } from "../../words/en/search";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { ByPages } from "./ByPages";
import { ByPicture, type Sought } from "./ByPicture";
import { keyOf, type Like, personQuery, pictureAt, type Where, wordsQuery } from "./data";
import { GivenPicture, useGiven } from "./GivenPicture";
import { Names } from "./Names";
import "./search.css";

const QUIET_MS = 300;

export default function Search() {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const [text, setText] = useQueryString("q");
  const [where, setWhere] = useQueryString("in", "all");
  const [person, setPerson] = useQueryString("person");
  const [as, setAs] = useQueryString("as", "scene");
  const [given, setGiven] = useGiven();
  const { moment, forget } = useMoment();
  const [typed, setTyped] = useTyped(text, setText);
  const like: Like | undefined = given ?? moment;
  const own = given && { url: given.url, alt: words.yourPicture };
  const shown = own ?? (moment && { url: pictureAt(moment.assetId, moment.pts), alt: words.itsPicture });
  const leave = () => {
    setGiven(undefined);
    forget();
  };
  return (
    <Page
      title={shell.pages.search}
      whole
      tools={
        <Tools
          typed={typed}
          onTyped={(value) => {
            setTyped(value);
            leave();
            setPerson("");
          }}
          onSubmit={() => setText(typed)}
          where={where as Where}
          onWhere={setWhere}
        />
      }
    >
      <GivenPicture shown={shown} onGiven={setGiven} onForget={leave} />
      {like !== undefined ? (
        <ByPicture
          key={keyOf(like)}
          like={like}
          as={as === "face" ? "face" : "scene"}
          onAs={(next: Sought) => setAs(next)}
        />
      ) : (
        <ByWords text={text.trim()} where={where as Where} person={person} setPerson={setPerson} />
      )}
    </Page>
  );
}

function Tools({
  typed,
  onTyped,
  onSubmit,
  where,
  onWhere,
}: {
  typed: string;
  onTyped: (value: string) => void;
  onSubmit: () => void;
  where: Where;
  onWhere: (where: Where) => void;
}) {
  const words = useWords({ en, de });
  return (
    <>
      <SearchField label={words.box} value={typed} onChange={onTyped} onSubmit={onSubmit} />
      <Choose
        label={words.where}
        labelHidden
        value={where}
        onChange={onWhere}
        choices={(["all", "text", "transcript", "label"] as const).map((value) => ({
          value,
          label: words.kinds[value],
        }))}
      />
    </>
  );
}

/** What is written in the box; the search follows once the writer pauses. */
function useTyped(text: string, setText: (text: string) => void) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => setText(typed), QUIET_MS);
    return () => clearTimeout(timer);
  }, [typed, text, setText]);
  return [typed, setTyped] as const;
}

/** The moment of a programme whose picture the address names, `?like=<asset>@<pts>`, and what forgets it. */
function useMoment() {
  const [written, setWritten] = useQueryString("like");
  const [, assetId, pts] = /^([0-9a-f-]{36})@(-?\d{1,15})$/i.exec(written) ?? [];
  const moment = assetId === undefined ? undefined : { assetId, pts: Number(pts) };
  return { moment, forget: () => setWritten("") };
}

function ByWords({
  text,
  where,
  person,
  setPerson,
}: {
  text: string;
  where: Where;
  person: string;
  setPerson: (classId: string) => void;
}) {
  const words = useWords({ en, de });
  return (
    <>
      <Names text={text} person={person} choose={setPerson} />
      {person !== "" ? (
        <ByPages query={personQuery(person)} />
      ) : text !== "" ? (
        <ByPages query={wordsQuery(text, where)} />
      ) : (
        <Empty icon={<FileSearch />} title={words.start}>
          <p>{words.startHelp}</p>
          <p>{words.help}</p>
        </Empty>
      )}
    </>
  );
}
