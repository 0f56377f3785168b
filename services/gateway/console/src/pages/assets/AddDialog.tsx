import { useEffect, useState } from "react";
import { CheckboxGroup, Label } from "react-aria-components";
import type { Purpose } from "../../api/generated";
import { type Upload, uploads, wantUpload } from "../../api/uploads";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Checkbox, Radios, TextField } from "../../parts/fields";
import { useStore } from "../../parts/useStore";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { useWords } from "../../words/language";
import { usePurposes } from "../../words/purposes";
import { useShellWords } from "../../words/shell";
import { BASES, type Flaw, flawsOf, NOTHING_STATED, PURPOSES, type Stated, statementsOf } from "./statement";

/** What files are, and what may be done with them: one statement for all that were dropped together. */
export default function AddDialog({ ids, onClose }: { ids: readonly number[]; onClose: () => void }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const files = useStore(uploads).filter((one) => ids.includes(one.id));
  const form = useForm(files, ids, onClose);
  return (
    <Dialog
      title={words.add.title(files.length)}
      open={ids.length > 0}
      onClose={onClose}
      wide
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={form.submit}>
            {words.add.submit}
          </Button>
        </>
      }
    >
      <p className="soft">{words.add.sending}</p>
      <Titles files={files} titles={form.titles} onChange={form.changeTitle} />
      <OfAll programme={form.programme} onChange={form.changeProgramme} />
      <Rights stated={form.stated} change={form.changeStated} flaws={form.flaws} />
    </Dialog>
  );
}

/** The form as it is filled in; sent, it says of each of the files what is wanted of it. */
function useForm(files: readonly Upload[], ids: readonly number[], onAdded: () => void) {
  const [titles, setTitles] = useState<Record<number, string>>({});
  const [programme, setProgramme] = useState(NOTHING_SAID);
  const [stated, setStated] = useState<Stated>(NOTHING_STATED);
  const [flaws, setFlaws] = useState<readonly Flaw[]>([]);
  // Another set of files has other titles; series, channel and rights are mostly the same again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the files that are there when it opens
  useEffect(() => {
    setFlaws([]);
    setTitles(Object.fromEntries(files.map((one) => [one.id, one.wanted?.programme?.title ?? titleOf(one.name)])));
  }, [ids]);

  // What is missing may lie out of sight in a small window.
  useEffect(() => {
    if (flaws.length > 0) document.querySelector<HTMLElement>("[role=dialog] [aria-invalid=true]")?.focus();
  }, [flaws]);

  const submit = () => {
    const found = flawsOf(stated, new Date());
    setFlaws(found);
    if (found.length > 0) return;
    const more = Object.fromEntries(Object.entries(programme).filter(([, value]) => value.trim() !== ""));
    for (const file of files) {
      const title = (titles[file.id] ?? "").trim();
      wantUpload(file.id, { programme: { ...more, title }, statements: statementsOf(stated) });
    }
    onAdded();
  };
  return {
    titles,
    programme,
    stated,
    flaws,
    submit,
    changeTitle: (id: number, title: string) => setTitles((now) => ({ ...now, [id]: title })),
    changeProgramme: setProgramme,
    changeStated: (part: Partial<Stated>) => setStated((now) => ({ ...now, ...part })),
  };
}

const NOTHING_SAID = { series: "", channel: "", language: "" };

/** What all of the files are. */
function OfAll({
  programme,
  onChange,
}: {
  programme: typeof NOTHING_SAID;
  onChange: (programme: typeof NOTHING_SAID) => void;
}) {
  const words = useWords({ en, de }).add;
  return (
    <div className="assets-fields">
      <TextField
        label={words.series}
        value={programme.series}
        onChange={(series) => onChange({ ...programme, series })}
      />
      <TextField
        label={words.channel}
        value={programme.channel}
        onChange={(channel) => onChange({ ...programme, channel })}
      />
      <TextField
        label={words.language}
        help={words.languageHelp}
        value={programme.language}
        onChange={(language) => onChange({ ...programme, language })}
      />
    </div>
  );
}

function Titles({
  files,
  titles,
  onChange,
}: {
  files: readonly Upload[];
  titles: Readonly<Record<number, string>>;
  onChange: (id: number, title: string) => void;
}) {
  const words = useWords({ en, de });
  return files.map((one) => (
    <TextField
      key={one.id}
      label={files.length === 1 ? words.add.name : `${words.add.name}: ${one.name}`}
      value={titles[one.id] ?? ""}
      onChange={(title) => onChange(one.id, title)}
      maxLength={300}
    />
  ));
}

function Rights({
  stated,
  change,
  flaws,
}: {
  stated: Stated;
  change: (part: Partial<Stated>) => void;
  flaws: readonly Flaw[];
}) {
  const words = useWords({ en, de });
  return (
    <section className="stack assets-rights" aria-labelledby="state-rights">
      <h3 id="state-rights">{words.add.rights}</h3>
      <Radios
        label={words.add.basis}
        choices={BASES.map((value) => ({ value, label: words.add.bases[value] }))}
        value={stated.basis}
        onChange={(basis) => change({ basis })}
        help={stated.basis === "none" ? words.add.noneHelp : undefined}
      />
      {stated.basis !== "none" && (
        <TextField
          label={words.add.holder}
          value={stated.holder}
          onChange={(holder) => change({ holder })}
          error={flaws.includes("holder") ? words.add.mustHolder : ""}
          isRequired={stated.basis !== "public"}
        />
      )}
      {stated.basis === "licence" && <Licence stated={stated} change={change} flaws={flaws} />}
      {stated.basis !== "none" && stated.basis !== "own_production" && (
        <div className="assets-fields">
          <TextField
            label={words.add.verbatim}
            help={words.add.verbatimHelp}
            lines={2}
            value={stated.verbatim}
            onChange={(verbatim) => change({ verbatim })}
          />
          <TextField
            label={words.add.foundAt}
            help={words.add.foundAtHelp}
            value={stated.foundAt}
            onChange={(foundAt) => change({ foundAt })}
          />
        </div>
      )}
    </section>
  );
}

function Licence({
  stated,
  change,
  flaws,
}: {
  stated: Stated;
  change: (part: Partial<Stated>) => void;
  flaws: readonly Flaw[];
}) {
  const words = useWords({ en, de });
  return (
    <>
      <Purposes stated={stated} change={change} flawed={flaws.includes("purposes")} />
      <div className="assets-fields">
        <TextField
          label={words.add.territories}
          help={words.add.territoriesHelp}
          value={stated.territories}
          onChange={(territories) => change({ territories })}
        />
        <TextField
          label={words.add.until}
          help={words.add.untilHelp}
          type="date"
          value={stated.until}
          onChange={(until) => change({ until })}
          error={flaws.includes("until") ? words.add.badUntil : ""}
        />
      </div>
    </>
  );
}

function Purposes({
  stated,
  change,
  flawed,
}: {
  stated: Stated;
  change: (part: Partial<Stated>) => void;
  flawed: boolean;
}) {
  const words = useWords({ en, de });
  const named = usePurposes();
  return (
    <CheckboxGroup
      className="field"
      value={[...stated.purposes]}
      onChange={(purposes) => change({ purposes: purposes as Purpose[] })}
      isInvalid={flawed}
    >
      <Label>{words.add.purposes}</Label>
      <div className="radios">
        {PURPOSES.map((purpose) => (
          <Checkbox key={purpose} value={purpose}>
            {named[purpose]}
          </Checkbox>
        ))}
      </div>
      {flawed && (
        <p className="field-error" role="alert">
          {words.add.mustPurpose}
        </p>
      )}
    </CheckboxGroup>
  );
}

/** A title to begin with: the name of the file without its ending. */
function titleOf(name: string): string {
  return (
    name
      .replace(/\.[A-Za-z0-9]{1,5}$/, "")
      .replaceAll(/[_]+/g, " ")
      .trim() || name
  );
}
