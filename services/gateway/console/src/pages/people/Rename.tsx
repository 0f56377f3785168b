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
  const [read, setRead] = useState(person);
  const [draft, setDraft] = useState(draftOf(person));
  const { save, error, busy, forget } = useSave(read, onClose);
  const ids = lines(draft.externals).map((line) => /^([^:\s]+)\s*:\s*(\S.*)$/.exec(line) ?? line);
  const bad = ids.find((one): one is string => typeof one === "string");
  const names: Names = {
    name: draft.name.trim(),
    aliases: lines(draft.aliases),
    external_ids: Object.fromEntries(ids.flatMap((one) => (typeof one === "string" ? [] : [[one[1], one[2]]]))),
  };
  const showNow = () => {
    setRead(person);
    setDraft(draftOf(person));
    forget();
  };
  return (
    <Dialog
      title={words.rename.title}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button
            look="main"
            onPress={() => void save(names)}
            isDisabled={busy || names.name === "" || bad !== undefined}
          >
            {words.rename.save}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Fields draft={draft} change={(part) => setDraft((now) => ({ ...now, ...part }))} bad={bad} />
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

/** The form as it is written: one alias and one id a line. */
interface Draft {
  name: string;
  aliases: string;
  externals: string;
}

type Names = Pick<DatasetClass, "name" | "aliases"> & { external_ids: Record<string, string> };

function draftOf(person: DatasetClass): Draft {
  return { name: person.name, aliases: person.aliases.join("\n"), externals: idLines(person) };
}

/** Saves names over those that were read, and says so with what takes it back. */
function useSave(read: DatasetClass, onClose: () => void) {
  const words = useWords({ en, de }).rename;
  const queries = useQueryClient();
  const { say } = useStatus();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async (names: Names) => {
    setBusy(true);
    try {
      await renameClass(read.class_id, { ...names, expected_revision: read.revision });
      await queries.invalidateQueries({ queryKey: ["classes"] });
      const before = { name: read.name, aliases: read.aliases, external_ids: read.external_ids ?? {} };
      say(words.saved(names.name), async () => {
        await renameClass(read.class_id, { ...before, expected_revision: read.revision + 1 });
        await queries.invalidateQueries({ queryKey: ["classes"] });
      });
      onClose();
    } catch (refused) {
      setError(refused);
      setBusy(false);
      if (isOfOlder(refused)) await queries.invalidateQueries({ queryKey: ["classes"] });
    }
  };
  return { save, error, busy, forget: () => setError(null) };
}

function Fields({
  draft,
  change,
  bad,
}: {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** The first line that is no id. */
  bad: string | undefined;
}) {
  const words = useWords({ en, de }).rename;
  return (
    <>
      <TextField
        label={words.name}
        value={draft.name}
        onChange={(name) => change({ name })}
        maxLength={300}
        autoFocus
      />
      <TextField
        label={words.aliases}
        help={words.aliasesHelp}
        lines={3}
        value={draft.aliases}
        onChange={(aliases) => change({ aliases })}
      />
      <TextField
        label={words.externals}
        help={words.externalsHelp}
        lines={3}
        value={draft.externals}
        onChange={(externals) => change({ externals })}
        error={bad === undefined ? "" : words.badExternal(bad)}
      />
    </>
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
