import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Stamp } from "lucide-react";
import { sealAudit } from "../../api/generated";
import { Button } from "../../parts/Button";
import { useStatus } from "../../parts/status";
import { useSentence } from "../../parts/useSentence";
import { useRightsWords } from "./words";

/** Signs the ends of all chains of the log now; what came of it says the status line. */
export function SealButton() {
  const words = useRightsWords().audit;
  const status = useStatus();
  const sentence = useSentence();
  const queries = useQueryClient();
  const seal = useMutation({
    mutationFn: () => sealAudit(),
    onSuccess: ({ seals }) => {
      status.say(words.sealed(seals.length));
      void queries.invalidateQueries({ queryKey: ["ledger"] });
    },
    onError: (error) => {
      const { own, detail } = sentence(error);
      status.warn([own, detail].filter(Boolean).join(" "));
    },
  });
  return (
    <Button onPress={() => seal.mutate()} isDisabled={seal.isPending}>
      <Stamp aria-hidden="true" />
      {words.seal}
    </Button>
  );
}
