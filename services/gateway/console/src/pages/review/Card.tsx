import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleHelp } from "lucide-react";
import { type CSSProperties, type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { Box, EvidenceSource, GetSampleResponse, RightsDecision, Sample } from "../../api/generated";
import { Badge, WordOf } from "../../parts/Badge";
import { Failed } from "../../parts/Failed";
import { isUnquoted, Refusal } from "../../parts/Refusal";
import { Said } from "../../parts/Said";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { distanceIn, percentIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { sampleQuery } from "./queries";

const SCENE_WIDTH = 960;

/**
 * One sample with its two sources. The next ones are drawn behind the one that is shown, so that a key has nothing
 * to load: they are hidden from everybody until their turn.
 */
export function Card({ sample, shown }: { sample: Sample; shown: boolean }) {
  const words = useWords({ en, de });
  const { data, error, refetch } = useQuery(sampleQuery(sample.sample_id));
  const name = sample.class_name;
  return (
    <article
      className={shown ? "review-card" : "review-card review-ahead"}
      data-sample={shown ? sample.sample_id : undefined}
      inert={!shown}
      aria-hidden={shown ? undefined : true}
      aria-label={name === "" ? words.who : words.is(name)}
    >
      <header className="review-head">
        <h2 className="foreign" title={name === "" ? undefined : name}>
          {name === "" ? words.who : words.is(name)}
        </h2>
        {sample.question && (
          <Badge weight="wait" icon={CircleHelp}>
            {words.question}
          </Badge>
        )}
        <Found sample={sample} />
      </header>
      <div className="review-sources">
        <Scene sample={sample} />
        <Caption sources={data?.sources} sample={sample} />
      </div>
      {data === undefined && error !== null ? (
        <Failed error={error} retry={() => void refetch()} small />
      ) : (
        <Compared sample={sample} data={data} />
      )}
      <Gate rights={data?.rights ?? sample.provenance?.rights} assetId={sample.provenance?.asset_id} />
    </article>
  );
}

/** Where a sample was found: programme and timecode. */
function Found({ sample }: { sample: Sample }) {
  const words = useWords({ en, de });
  const { provenance } = sample;
  if (provenance === undefined) return null;
  const title = provenance.programme?.title || words.untitled;
  const at = provenance.moment?.pts;
  return (
    <p className="review-found soft">
      <Link href={`/assets/${provenance.asset_id}${at === undefined ? "" : `?pts=${at}`}`} className="foreign one-line">
        {title}
      </Link>
      {provenance.timecode !== "" && <span>{provenance.timecode}</span>}
    </p>
  );
}

/** The face where it is, with its box. */
function Scene({ sample }: { sample: Sample }) {
  const words = useWords({ en, de });
  const crop = sample.crops[0];
  const asset = sample.provenance?.asset_id;
  const frame = crop?.moment?.frame ?? sample.provenance?.moment?.frame;
  if (asset === undefined || frame === undefined) return <figure className="review-scene" />;
  return (
    <figure className="review-scene">
      <Framed
        src={`/v1/assets/${asset}/frame?frame=${frame}&width=${SCENE_WIDTH}`}
        alt={words.scene}
        box={crop?.box}
        ratio={16 / 9}
      />
    </figure>
  );
}

/** A picture with a box in it, in the picture's own shape once that is known. */
function Framed({ src, alt, box, ratio }: { src: string; alt: string; box: Box | undefined; ratio: number }) {
  const [shape, setShape] = useState(ratio);
  const [failed, setFailed] = useState(false);
  return (
    <div className="review-framed" style={{ "--shape": shape } as CSSProperties}>
      {!failed && (
        <img
          src={src}
          alt={alt}
          decoding="sync"
          onError={() => setFailed(true)}
          onLoad={({ currentTarget }) => {
            decodeAhead(currentTarget);
            const { naturalWidth, naturalHeight } = currentTarget;
            if (naturalHeight > 0) setShape(naturalWidth / naturalHeight);
          }}
        />
      )}
      {box !== undefined && (
        <span
          className="review-box"
          style={{
            insetInlineStart: `${100 * box.x}%`,
            insetBlockStart: `${100 * box.y}%`,
            inlineSize: `${100 * box.width}%`,
            blockSize: `${100 * box.height}%`,
          }}
        />
      )}
    </div>
  );
}

/** The caption as it stands in the picture, and as it was read; else why the face is proposed. */
function Caption({ sources, sample }: { sources: readonly EvidenceSource[] | undefined; sample: Sample }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const caption = sources?.find((one) => one.text !== "");
  return (
    <section className="review-caption" aria-label={words.caption}>
      {caption === undefined ? (
        <p className="soft">{sources === undefined ? "" : words.noCaption}</p>
      ) : (
        <>
          <Picture src={caption.picture} alt={words.caption} className="review-strip" />
          <dl>
            <dt className="small soft">{words.captionRead}</dt>
            <dd className="foreign review-read" dir="auto">
              {caption.text}
            </dd>
            {caption.below_text !== "" && (
              <dd className="foreign soft" dir="auto">
                {caption.below_text}
              </dd>
            )}
            <dd className="small soft">{words.sure(percentIn(language, caption.score))}</dd>
          </dl>
        </>
      )}
      <Evidence sample={sample} />
    </section>
  );
}

function Evidence({ sample }: { sample: Sample }) {
  const words = useWords({ en, de });
  const said = new Map(sample.evidence.map((one) => [one.sentence, one.wording]));
  return (
    <>
      <h3>{words.why}</h3>
      <ul className="review-evidence">
        {[...said].map(([sentence, wording]) => (
          <li key={sentence} className="foreign soft">
            <Said sentence={sentence} wording={wording} naming={sample.class_name} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** This face beside an accepted picture of the person, and beside the nearest other one. */
function Compared({ sample, data }: { sample: Sample; data: GetSampleResponse | undefined }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const key = sample.crops[0]?.picture?.key;
  const claimed = data?.claimed;
  const other = data?.candidates[0];
  const away = (distance: number | undefined) =>
    distance === undefined ? "" : words.distance(distanceIn(language, distance));
  return (
    <section className="review-compare" aria-label={words.compare}>
      <Face src={key && `/v1/samples/${sample.sample_id}/objects/${key}`} name={<strong>{words.thisFace}</strong>} />
      {sample.class_id !== "" && (
        <Face
          src={claimed?.path}
          name={<WordOf by="person">{claimed?.class_name ?? sample.class_name}</WordOf>}
          none={data === undefined ? "" : words.noAccepted}
          note={claimed?.path ? [words.acceptedNote(claimed.accepted_count), away(claimed.distance)] : []}
        />
      )}
      <Face
        src={other?.path}
        name={other && <span className="foreign">{other.class_name}</span>}
        none={data === undefined ? "" : words.noOther}
        note={other ? [words.otherNote, away(other.distance)] : []}
      />
    </section>
  );
}

function Face({
  src,
  name,
  none = "",
  note = [],
}: {
  src: string | undefined;
  name: ReactNode;
  none?: string;
  note?: readonly string[];
}) {
  return (
    <figure className="review-face">
      {src ? <Picture src={src} alt="" className="review-crop" /> : <span className="review-crop">{none}</span>}
      <figcaption>
        <span className="one-line">{src ? name : ""}</span>
        <span className="small soft">{note.filter(Boolean).join(" · ")}</span>
      </figcaption>
    </figure>
  );
}

/** A picture that is decoded before its turn: none of it is left for the moment of the key. */
function Picture({ src, alt, className }: { src: string; alt: string; className: string }) {
  const [failed, setFailed] = useState("");
  if (src === "" || failed === src) return <span className={className} />;
  return (
    <img
      src={src}
      alt={alt}
      className={className}
      decoding="sync"
      onLoad={({ currentTarget }) => decodeAhead(currentTarget)}
      onError={() => setFailed(src)}
    />
  );
}

/** Decodes a picture while it is still hidden. One that cannot be decoded says so by `onError`, or is no picture any more. */
function decodeAhead(image: HTMLImageElement): void {
  image.decode().catch(() => {});
}

/** What the gate says about the use of the sample, and the words that rests on. */
function Gate({ rights, assetId }: { rights: RightsDecision | undefined; assetId: string | undefined }) {
  const words = useWords({ en, de });
  if (rights === undefined) return <section className="review-gate" aria-label={words.gate} />;
  const { sentence, wording, grounds } = rights;
  if (!rights.allowed) return <Refusal sentence={sentence} wording={wording} grounds={grounds} assetId={assetId} />;
  const verbatim = grounds.map((one) => one.verbatim).filter((text) => isUnquoted(sentence, text));
  return (
    <section className="review-gate" aria-label={words.gate}>
      <CircleCheck aria-hidden="true" />
      <div>
        <p className="foreign">
          <Said sentence={sentence} wording={wording} />
        </p>
        {verbatim.map((text) => (
          <blockquote key={text} className="foreign soft" dir="auto">
            {text}
          </blockquote>
        ))}
      </div>
    </section>
  );
}
