import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type DatasetClass, renameClass } from "../../api/generated";
import { ProblemError } from "../../api/problems";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { TextField } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";

/**
 * The names of a person: all of them, and ids in authority files.
 *
 * They are those that were read when the form opened, whatever is changed under it: saving over somebody else's
 * change is refused, and the names as they are now are offered.
 */
export function Rename({ person, onClose }: { person: DatasetClass; onClose: () => void }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const queries = useQueryClient();
  const { say } = useStatus();
  const [read, setRead] = useState(person);
  const [name, setName] = useState(person.name);
  const [aliases, setAliases] = useState(person.aliases.join("\n"));
  const [externals, setExternals] = useState(idLines(person));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const ids = lines(externals).map((line) => /^([^:\s]+)\s*:\s*(\S.*)$/.exec(line) ?? line);
  const bad = ids.find((one): one is string => typeof one === "string");
  const names = { name: name.trim(), aliases: lines(aliases) };
  const save = async () => {
    setBusy(true);
    try {
      await renameClass(person.class_id, {
        ...names,
        external_ids: Object.fromEntries(ids.flatMap((one) => (typeof one === "string" ? [] : [[one[1], one[2]]]))),
        expected_revision: read.revision,
      });
      await queries.invalidateQueries({ queryKey: ["classes"] });
      const before = { name: read.name, aliases: read.aliases, external_ids: read.external_ids ?? {} };
      say(words.rename.saved(names.name), async () => {
        await renameClass(person.class_id, { ...before, expected_revision: read.revision + 1 });
        await queries.invalidateQueries({ queryKey: ["classes"] });
      });
      onClose();
    } catch (refused) {
      setError(refused);
      setBusy(false);
      if (isOfOlder(refused)) await queries.invalidateQueries({ queryKey: ["classes"] });
    }
  };
  const showNow = () => {
    setRead(person);
    setName(person.name);
    setAliases(person.aliases.join("\n"));
    setExternals(idLines(person));
    setError(null);
  };
  return (
    <Dialog
      title={words.rename.title}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={() => void save()} isDisabled={busy || names.name === "" || bad !== undefined}>
            {words.rename.save}
          </Button>
        </>
      }
    >
      <div className="stack">
        <TextField label={words.rename.name} value={name} onChange={setName} maxLength={300} />
        <TextField
          label={words.rename.aliases}
          help={words.rename.aliasesHelp}
          lines={3}
          value={aliases}
          onChange={setAliases}
        />
        <TextField
          label={words.rename.externals}
          help={words.rename.externalsHelp}
          lines={3}
          value={externals}
          onChange={setExternals}
          error={bad === undefined ? "" : words.rename.badExternal(bad)}
        />
        <Sentence error={error} />
        {isOfOlder(error) && (
          <Button onPress={showNow} isDisabled={person.revision === read.revision}>
            {words.rename.showNow}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

/** Whether a change was refused because it rests on names that somebody has changed meanwhile. */
function isOfOlder(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 412 || error.reason === "class_changed");
}

function idLines(person: DatasetClass): string {
  return Object.entries(person.external_ids ?? {})
    .map(([scheme, id]) => `${scheme}: ${id}`)
    .join("\n");
}

function lines(text: string): string[] {
  return [
    ...new Set(
      text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    ),
  ];
}
