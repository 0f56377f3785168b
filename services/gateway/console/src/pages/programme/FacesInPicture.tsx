import { queryOptions } from "@tanstack/react-query";
import { ImageOff, ScanFace } from "lucide-react";
import { useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import type { Key } from "../../api/queries";
import { type Box, chunkOf, type Seen, trackKey } from "../../domain/boxes";
import { Empty } from "../../parts/Empty";
import { propose as de } from "../../words/de/propose";
import { propose as en } from "../../words/en/propose";
import { useWords } from "../../words/language";
import { readBoxes } from "./data";
import "./propose.css";

const WIDTH = 960;

/** A face as it was measured. */
export interface Face {
  id: string;
  moment: { pts: number; frame: number };
  box: Box;
}

/** The faces of a picture from left to right, each as it was measured last before it. */
export function facesQuery(assetId: string, pts: number) {
  return queryOptions({
    queryKey: ["assets", "one", assetId, "faces", pts] satisfies Key,
    queryFn: async () => facesAt(await readBoxes(assetId, pts, pts + 1), pts),
  });
}

/** Of each track the newest face whose span holds the pts. */
export function facesAt(seen: readonly Seen[], pts: number): Face[] {
  const found = new Map<string, Face>();
  for (const { id, kind, span, moment, box, face_attributes } of seen) {
    if (kind !== "face" || moment === undefined || box === undefined || span === undefined) continue;
    if (pts < span.start_pts || pts >= span.end_pts) continue;
    const track = face_attributes === undefined ? id : trackKey(chunkOf(id), face_attributes.track);
    if ((found.get(track)?.moment.pts ?? -1) <= moment.pts) found.set(track, { id, moment, box });
  }
  return [...found.values()].sort((one, other) => one.box.x - other.box.x);
}

/** A picture with its faces, of which one is chosen by pointer or by the keys of a group of choices. */
export function FacesInPicture({
  assetId,
  pts,
  faces,
  chosen,
  onChoose,
  error,
}: {
  assetId: string;
  pts: number;
  faces: readonly Face[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
  error: string | undefined;
}) {
  const words = useWords({ en, de });
  if (faces.length === 0) {
    return (
      <Empty icon={<ScanFace />} title={words.noFace} small>
        {words.noFaceHelp}
      </Empty>
    );
  }
  return (
    <RadioGroup className="field" value={chosen ?? null} onChange={onChoose} isInvalid={error !== undefined}>
      <Label>{words.faces}</Label>
      <div className="propose-picture">
        <Picture src={`/v1/assets/${assetId}/frame?pts=${pts}&width=${WIDTH}`} alt={words.picture(faces.length)} />
        {faces.map((face, at) => (
          <FaceChoice key={face.id} face={face} number={at + 1} />
        ))}
      </div>
      {error !== undefined && (
        <span className="field-error" role="alert">
          {error}
        </span>
      )}
    </RadioGroup>
  );
}

/** A face to choose, where it stands in the picture. */
function FaceChoice({ face: { id, box }, number }: { face: Face; number: number }) {
  const words = useWords({ en, de });
  return (
    <Radio
      value={id}
      className="propose-face"
      aria-label={words.face(number)}
      style={{
        insetBlockStart: share(box.y),
        insetInlineStart: share(box.x),
        inlineSize: share(box.width),
        blockSize: share(box.height),
      }}
    >
      <span aria-hidden="true">{number}</span>
    </Radio>
  );
}

function Picture({ src, alt }: { src: string; alt: string }) {
  const words = useWords({ en, de });
  const [failed, setFailed] = useState(false);
  if (!failed) return <img src={src} alt={alt} onError={() => setFailed(true)} />;
  return (
    <p className="propose-missing">
      <ImageOff aria-hidden="true" />
      {words.noPicture}
    </p>
  );
}

function share(part: number): string {
  return `${part * 100}%`;
}
