/** The mesh for whoever runs it: readable from across the room, with what can be done beside what is wrong. */

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import type { MeshView } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Missing } from "../../parts/Missing";
import { Page } from "../../parts/Page";
import { useSession } from "../../parts/useSession";
import { Breakers } from "./Breakers";
import { DeadLetters } from "./DeadLetters";
import { Lag } from "./Lag";
import { Models } from "./Models";
import { meshNow, summaryOf } from "./queries";
import { Services } from "./Services";
import { Telemetry } from "./Telemetry";
import { UnderWay } from "./UnderWay";
import { Why } from "./Why";
import { useMeshWords } from "./words";
import "./mesh.css";

export default function MeshPage() {
  const words = useMeshWords();
  const query = useQuery(meshNow);
  return (
    <Page title={words.title} note={words.asked}>
      <Answer query={query}>{(view) => <Seen view={view} />}</Answer>
    </Page>
  );
}

function Seen({ view }: { view: MeshView }) {
  const { may } = useSession();
  const operates = may("admin");
  return (
    <div className="stack">
      <Headline view={view} />
      <Missing sentences={view.missing} wordings={view.missing_wordings} />
      <Services view={view} />
      <Breakers view={view} operates={operates} />
      <DeadLetters view={view} operates={operates} />
      <div className="mesh-pair">
        <Lag view={view} />
        <UnderWay />
      </div>
      <Why />
      <Models operates={operates} />
      <Telemetry operates={operates} />
    </div>
  );
}

function Headline({ view }: { view: MeshView }) {
  const words = useMeshWords();
  const { notReady, stopped, givenUp } = summaryOf(view);
  const wrong = [
    notReady > 0 && words.notReady(notReady),
    stopped > 0 && words.stopped(stopped),
    givenUp > 0 && words.givenUp(givenUp),
  ].filter((one) => one !== false);
  const calm = wrong.length === 0 && view.missing.length === 0;
  const Icon = calm ? CircleCheck : TriangleAlert;
  return (
    <p className="mesh-headline" data-calm={calm} role="status">
      <Icon aria-hidden="true" />
      {wrong.length === 0 ? words.calm : <span>{wrong.map(factOf)}</span>}
    </p>
  );
}

/** One fact of several: a line ends between two of them rather than within one. */
function factOf(fact: string, place: number, all: readonly string[]) {
  return (
    <span key={fact}>
      <span className="mesh-fact">
        {fact}
        {place < all.length - 1 && <span className="mesh-dot"> ·</span>}
      </span>{" "}
    </span>
  );
}
