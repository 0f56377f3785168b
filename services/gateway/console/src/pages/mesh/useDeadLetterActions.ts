import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type DiscardDeadLettersRequest,
  discardDeadLetters,
  type ReplayDeadLettersRequest,
  replayDeadLetters,
} from "../../api/generated";
import { useSaid } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { useMeshWords } from "./words";

/** Sends dead letters again, and says what became of them. */
export function useReplay() {
  const words = useMeshWords().deadLetters;
  const status = useStatus();
  const inWords = useSaid();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: ReplayDeadLettersRequest) => replayDeadLetters(request),
    onSuccess: (answer) => {
      const left = [...answer.left_out, ...answer.refused].map((one) =>
        words.left(one.count, inWords(one.reason, one.wording)),
      );
      const said = [words.replayed(answer.replayed, answer.matching), ...left].join(" ");
      if (left.length > 0) status.warn(said);
      else status.say(said);
      void queries.invalidateQueries({ queryKey: ["mesh"] });
    },
  });
}

/** Sets dead letters aside for good, with the reason why none of them is needed. */
export function useDiscard() {
  const words = useMeshWords().deadLetters;
  const status = useStatus();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: DiscardDeadLettersRequest) => discardDeadLetters(request),
    onSuccess: (answer) => {
      status.say(words.discarded(answer.discarded));
      void queries.invalidateQueries({ queryKey: ["mesh"] });
    },
  });
}
