import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Breaker, type MeshView, resumeStage } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { useKeys } from "../../parts/keys";
import { useStatus } from "../../parts/status";
import { Time } from "../../parts/values";
import { useMeshWords } from "./words";

const RESUME = "mesh.resume";

/** Stages that stopped themselves; one can be let go on at once. */
export function Breakers({ view, operates }: { view: MeshView; operates: boolean }) {
  const { breakers: words, keys } = useMeshWords();
  const resume = useResume();
  const open = view.services.flatMap((one) => one.breakers);
  const first = open.find((one) => !one.half_open);
  useKeys(
    operates && first !== undefined
      ? [{ id: RESUME, key: "r", does: keys.resume, run: () => resume.isPending || resume.mutate(first.group) }]
      : [],
  );
  if (open.length === 0) return null;
  return (
    <section className="card mesh-bad" aria-labelledby="mesh-breakers">
      <h2 id="mesh-breakers">{words.title}</h2>
      <p className="soft">{words.note}</p>
      <ul className="mesh-lines">
        {open.map((one) => (
          <li key={one.group}>
            <Stopped breaker={one} />
            {operates && (
              <Button
                look="main"
                does={one === first ? RESUME : undefined}
                onPress={() => resume.mutate(one.group)}
                isDisabled={resume.isPending || one.half_open}
              >
                {words.resume}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Sentence error={resume.error} />
    </section>
  );
}

function useResume() {
  const words = useMeshWords().breakers;
  const status = useStatus();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (group: string) => resumeStage({ group }),
    onSuccess: (_, group) => {
      status.say(words.resumed(group));
      void queries.invalidateQueries({ queryKey: ["mesh"] });
    },
  });
}

function Stopped({ breaker }: { breaker: Breaker }) {
  const words = useMeshWords().breakers;
  return (
    <span className="mesh-grow">
      <strong className="foreign">{breaker.group}</strong>
      <span className="soft">
        {breaker.half_open ? (
          words.trying
        ) : (
          <>
            {words.since} <Time at={breaker.opened_at} ago />
          </>
        )}
      </span>
    </span>
  );
}
