import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ChangeTelemetryRequest, changeTelemetry } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Choose } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { useShellWords } from "../../words/shell";
import { telemetryNow } from "./queries";
import { useMeshWords } from "./words";

const LEVELS = ["debug", "info", "warning", "error"] as const;
const SHARES = ["0", "0.01", "0.1", "1"] as const;
/** Of a level or a share: it stays as it is. Of a service: all of them. Of a time: none. */
const UNSET = "";

interface Wanted {
  service: string;
  level: string;
  share: string;
  after: string;
}

/** Changes the level and the share of traces of one service or of all, for a while or until a restart. */
export function TelemetryDialog({ onClose }: { onClose: () => void }) {
  const words = useMeshWords().telemetry;
  const shell = useShellWords();
  const status = useStatus();
  const queries = useQueryClient();
  const [wanted, want] = useState<Wanted>({ service: UNSET, level: "debug", share: UNSET, after: "600s" });
  const change = useMutation({
    mutationFn: () => changeTelemetry(requestOf(wanted)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: telemetryNow.queryKey });
      status.say(words.changed);
      onClose();
    },
  });
  const lacks = wanted.level === UNSET && wanted.share === UNSET;
  return (
    <Dialog
      title={words.title}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={() => change.mutate()} isDisabled={change.isPending || lacks}>
            {words.change}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Fields wanted={wanted} want={(part) => want((now) => ({ ...now, ...part }))} />
        <Sentence error={change.error} />
      </div>
    </Dialog>
  );
}

function requestOf({ service, level, share, after }: Wanted): ChangeTelemetryRequest {
  return {
    ...(service === UNSET ? {} : { service }),
    ...(level === UNSET ? {} : { log_level: level }),
    ...(share === UNSET ? {} : { trace_sample: Number(share) }),
    ...(after === UNSET ? {} : { revert_after: after }),
  };
}

function Fields({ wanted, want }: { wanted: Wanted; want: (part: Partial<Wanted>) => void }) {
  const words = useMeshWords().telemetry;
  const shell = useShellWords();
  const kept = { value: UNSET, label: words.kept };
  const services = Object.entries(shell.services).map(([value, label]) => ({ value, label }));
  return (
    <>
      <Choose
        label={words.service}
        choices={[{ value: UNSET, label: words.all }, ...services]}
        value={wanted.service}
        onChange={(service) => want({ service })}
      />
      <Choose
        label={words.level}
        choices={[kept, ...LEVELS.map((value) => ({ value, label: words.levels[value] ?? value }))]}
        value={wanted.level}
        onChange={(level) => want({ level })}
      />
      <Choose
        label={words.traces}
        choices={[kept, ...SHARES.map((value) => ({ value, label: words.shares[value] ?? value }))]}
        value={wanted.share}
        onChange={(share) => want({ share })}
      />
      <Choose
        label={words.reverts}
        help={words.revertsHelp}
        choices={[
          { value: "600s", label: words.after["600s"] },
          { value: "3600s", label: words.after["3600s"] },
          { value: UNSET, label: words.after.never },
        ]}
        value={wanted.after}
        onChange={(after) => want({ after })}
      />
    </>
  );
}
