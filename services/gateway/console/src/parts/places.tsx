import { Ban, MapPinOff } from "lucide-react";
import { Link } from "wouter";
import type { Role } from "../domain/roles";
import { useShellWords } from "../words/shell";
import { Empty } from "./Empty";
import { Page } from "./Page";

/** An address without a page. */
export function NotFound() {
  const words = useShellWords();
  return (
    <Page title={words.notFound.title}>
      <Empty
        icon={<MapPinOff aria-hidden="true" />}
        title={words.notFound.text}
        action={
          <Link href="/" className="button">
            {words.notFound.home}
          </Link>
        }
      />
    </Page>
  );
}

/** A page that takes another role. */
export function Forbidden({ least }: { least: Role }) {
  const words = useShellWords();
  return (
    <Page title={words.forbidden.title}>
      <Empty icon={<Ban aria-hidden="true" />} title={words.forbidden.text(words.roles[least])} />
    </Page>
  );
}
