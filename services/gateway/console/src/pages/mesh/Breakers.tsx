import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type MeshView, resumeStage } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { useStatus } from "../../parts/status";
import { Time } from "../../parts/values";
import { useMeshWords } from "./words";

/** Stages that stopped themselves; one can be let go on at once. */
export function Breakers({ view, operates }: { view: MeshView; operates: boolean }) {
  const words = useMeshWords().breakers;
  const status = useStatus();
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: (group: string) => resumeStage({ group }),
    onSuccess: (_, group) => {
      status.say(words.resumed(group));
      void queries.invalidateQueries({ queryKey: ["mesh"] });
    },
  });
  const open = view.services.flatMap((one) => one.breakers);
  if (open.length === 0) return null;
  return (
    <section className="card mesh-bad" aria-labelledby="mesh-breakers">
      <h2 id="mesh-breakers">{words.title}</h2>
      <p className="soft">{words.note}</p>
      <ul className="mesh-lines">
        {open.map((one) => (
          <li key={one.group}>
            <span className="mesh-grow">
              <strong className="foreign">{one.group}</strong>
              <span className="soft">
                {one.half_open ? (
                  words.trying
                ) : (
                  <>
                    {words.since} <Time at={one.opened_at} ago />
                  </>
                )}
              </span>
            </span>
            {operates && (
              <Button
                look="main"
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
