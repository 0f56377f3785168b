import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { CheckboxGroup, Label } from "react-aria-components";
import { EVENT_NAMES } from "../../api/event_names";
import { type CreateWebhookRequest, createWebhook, type WebhookSecret } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Checkbox, Radios, TextField } from "../../parts/fields";
import { Refused } from "../../parts/Refused";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { useShellWords } from "../../words/shell";
import { typeOf, useWebhookWords } from "./words";

type Which = "all" | "some";

interface Draft {
  url: string;
  description: string;
  which: Which;
  names: string[];
}

const EMPTY: Draft = { url: "", description: "", which: "all", names: [] };

/** Registers an address; its secret is shown next. */
export function NewWebhook({ onClose, onMade }: { onClose: () => void; onMade: (made: WebhookSecret) => void }) {
  const words = useWebhookWords();
  const shell = useShellWords();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(EMPTY);
  const make = useMutation({
    mutationFn: () => createWebhook(requestOf(draft)),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["webhooks"] });
      onMade(made);
    },
  });
  const lacks = draft.url.trim() === "" || (draft.which === "some" && draft.names.length === 0);
  return (
    <Dialog
      title={words.make}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={() => make.mutate()} isDisabled={make.isPending || lacks}>
            {words.make}
          </Button>
        </>
      }
    >
      <Fields draft={draft} change={(part) => setDraft((now) => ({ ...now, ...part }))} error={make.error} />
    </Dialog>
  );
}

function requestOf({ url, description, which, names }: Draft): CreateWebhookRequest {
  const types = which === "all" ? {} : { types: names.map(typeOf) };
  return { url: url.trim(), description: description.trim(), ...types };
}

function Fields({ draft, change, error }: { draft: Draft; change: (part: Partial<Draft>) => void; error: unknown }) {
  const words = useWebhookWords();
  const refused = useRefusedFields(error, ["url", "description", "types"]);
  return (
    <div className="stack">
      <TextField
        label={words.url}
        type="url"
        placeholder="https://"
        help={words.urlHelp}
        value={draft.url}
        onChange={(url) => change({ url })}
        error={refused.at("url")}
        isRequired
        autoFocus
      />
      <TextField
        label={words.description}
        value={draft.description}
        onChange={(description) => change({ description })}
        error={refused.at("description")}
      />
      <Radios
        label={words.events}
        choices={(["all", "some"] as const).map((value) => ({ value, label: words.which[value] ?? value }))}
        value={draft.which}
        onChange={(which) => change({ which })}
      />
      {draft.which === "some" && (
        <Kinds names={draft.names} onChange={(names) => change({ names })} error={refused.at("types")} />
      )}
      <Refused sentence={refused.rest} />
    </div>
  );
}

function Kinds({ names, onChange, error }: { names: string[]; onChange: (names: string[]) => void; error: string }) {
  const words = useWebhookWords();
  return (
    <CheckboxGroup className="field" value={names} onChange={onChange} isInvalid={error !== ""}>
      <Label>{words.chosen}</Label>
      <div className="access-kinds">
        {EVENT_NAMES.map((name) => (
          <Checkbox key={name} value={name}>
            <code>{name}</code>
          </Checkbox>
        ))}
      </div>
      {names.length === 0 && <p className="field-help">{words.mustChoose}</p>}
      {error !== "" && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </CheckboxGroup>
  );
}
