import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Stamp } from "lucide-react";
import { sealAudit } from "../../api/generated";
import { Button } from "../../parts/Button";
import { useStatus } from "../../parts/status";
import { useErrorText } from "../../parts/useSentence";
import { useRightsWords } from "./words";

/** Signs the ends of all chains of the log now; what came of it says the status line. */
export function SealButton() {
  const words = useRightsWords().audit;
  const status = useStatus();
  const textOf = useErrorText();
  const queries = useQueryClient();
  const seal = useMutation({
    mutationFn: () => sealAudit(),
    onSuccess: ({ seals }) => {
      status.say(words.sealed(seals.length));
      void queries.invalidateQueries({ queryKey: ["ledger"] });
    },
    onError: (error) => status.warn(textOf(error)),
  });
  return (
    <Button onPress={() => seal.mutate()} isDisabled={seal.isPending}>
      <Stamp aria-hidden="true" />
      {words.seal}
    </Button>
  );
}
