import { useQueryClient } from "@tanstack/react-query";
import { RotateCw, X } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { dropUpload, isOver, retryUpload, type Upload, uploads } from "../../api/uploads";
import { Button, IconButton } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { useSession } from "../../parts/useSession";
import { useStore } from "../../parts/useStore";
import { Bytes } from "../../parts/values";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { percentIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { UnfinishedUploads } from "./UnfinishedUploads";

/** Files on their way to the mesh. */
export function Uploads({ onState }: { onState: (ids: readonly number[]) => void }) {
  const words = useWords({ en, de });
  const { session } = useSession();
  const all = useStore(uploads);
  const now = all.filter((one) => one.principal === session?.principal);
  const others = all.filter((one) => one.principal !== session?.principal && !isOver(one)).length;
  const queries = useQueryClient();
  const done = now.filter((one) => one.state === "done").length;
  useEffect(() => {
    if (done > 0) void queries.invalidateQueries({ queryKey: ["assets", "list"] });
  }, [done, queries]);
  return (
    <>
      {now.length + others > 0 && (
        <section className="card assets-uploads" aria-label={words.uploads.title}>
          <h2>{words.uploads.title}</h2>
          <ul>
            {now.map((upload) => (
              <Line key={upload.id} upload={upload} onState={() => onState([upload.id])} />
            ))}
          </ul>
          {others > 0 && <p className="soft small">{words.uploads.others(others)}</p>}
        </section>
      )}
      <UnfinishedUploads />
    </>
  );
}

/** Whether it rests until its person is signed in again. */
function useIsAway(upload: Upload): boolean {
  const { session } = useSession();
  return session?.ended === true && upload.state !== "sent" && !isOver(upload);
}

function Line({ upload, onState }: { upload: Upload; onState: () => void }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const title = upload.wanted?.programme?.title || upload.name;
  const said = useIsAway(upload)
    ? words.uploads.away
    : upload.state === "sending"
      ? words.uploads.sending(percentIn(language, Math.floor((upload.sent / upload.size) * 100) / 100))
      : words.uploads[upload.state];
  const unstated = upload.wanted === undefined && upload.state !== "failed" && upload.state !== "empty";
  return (
    <li>
      <div className="assets-upload">
        <span className="one-line" dir="auto" title={title}>
          {title}
        </span>
        <span className="soft small" aria-live="polite">
          {said} · <Bytes value={upload.size} />
        </span>
        {upload.size > 0 && upload.state !== "done" && (
          <progress value={upload.sent} max={upload.size} aria-label={title} />
        )}
        {upload.state === "failed" && <Sentence error={upload.error} />}
      </div>
      <div className="row">
        {unstated && <Button onPress={onState}>{words.uploads.state}</Button>}
        {upload.state === "failed" && (
          <>
            {upload.wanted !== undefined && <Button onPress={onState}>{words.uploads.state}</Button>}
            <Button onPress={() => retryUpload(upload.id)}>
              <RotateCw aria-hidden="true" />
              {words.uploads.again}
            </Button>
          </>
        )}
        {upload.assetId !== undefined && (
          <Link href={`/assets/${upload.assetId}`} className="button">
            {words.uploads.open}
          </Link>
        )}
        <IconButton label={words.uploads.drop(title)} icon={<X />} onPress={() => dropUpload(upload.id)} />
      </div>
    </li>
  );
}
