import { Scale } from "lucide-react";
import { Link } from "wouter";
import { useShellWords } from "../words/shell";
import { useSession } from "./useSession";

/** What a change of rights may be about. */
export type About = { asset_id: string } | { holder: string };

/** Where a change of rights about something is made, filled in. */
export function changeOf(about: About): string {
  return `/rights?${new URLSearchParams({ new: "change", ...about })}`;
}

/** Where somebody, or everything of something, is erased. */
export function erasureOf(about: { class: string } | { asset: string }): string {
  return `/rights?${new URLSearchParams({ tab: "erasures", new: "erasure", ...about })}`;
}

/** Leads from where rights forbid something to where they are changed, for whoever may. */
export function ChangeLink({ about, of }: { about: About; of?: string }) {
  const words = useShellWords();
  const { may } = useSession();
  if (!may("rights")) return null;
  return (
    <Link
      href={changeOf(about)}
      className="button button-bare"
      aria-label={of === undefined ? undefined : `${words.refusal.change}: ${of}`}
    >
      <Scale aria-hidden="true" />
      {words.refusal.change}
    </Link>
  );
}
