import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect } from "react";
import { send } from "../api/client";
import type { Key } from "../api/queries";
import { Answer } from "../parts/Answer";
import { Dialog } from "../parts/Dialog";
import { useStore } from "../parts/useStore";
import { player as de } from "../words/de/player";
import { player as en } from "../words/en/player";
import { useWords } from "../words/language";
import type { PictureClock } from "./picture_clock";
import type { Playback } from "./playback";

const WIDTH = 1920;

/** The very picture that is shown, decoded out of the original: its number is the one that the mesh gives it. */
export default function ExactPicture({
  assetId,
  playback,
  onClose,
}: {
  assetId: string;
  playback: Playback;
  onClose: () => void;
}) {
  return playback.pictures === undefined ? null : (
    <OfPictures assetId={assetId} pictures={playback.pictures} onClose={onClose} />
  );
}

function OfPictures({ assetId, pictures, onClose }: { assetId: string; pictures: PictureClock; onClose: () => void }) {
  const words = useWords({ en, de });
  const { picture } = useStore(pictures.shown);
  const pts = picture?.pts ?? pictures.clock.start_pts;
  const taken = useQuery({
    queryKey: ["assets", "one", assetId, "exact", pts] satisfies Key,
    queryFn: ({ signal }) => take(`/v1/assets/${assetId}/frame?pts=${pts}&width=${WIDTH}`, signal),
    gcTime: 0,
  });
  const url = taken.data?.url;
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  return (
    <Dialog title={words.exact} open onClose={onClose} wide>
      <Answer query={taken}>
        {({ url, frame, pts, timecode }) => (
          <figure className="exact">
            <img src={url} alt={words.exactAt(frame, pts)} data-exact={frame} />
            <figcaption className="row">
              {timecode !== "" && <strong className="transport-time">{timecode}</strong>}
              <span>{words.exactAt(frame, pts)}</span>
              <span className="soft">{words.exactHelp}</span>
              <a className="row" href={url} download={`${assetId}-${frame}.jpg`}>
                <Download aria-hidden="true" size={16} />
                {words.save}
              </a>
            </figcaption>
          </figure>
        )}
      </Answer>
    </Dialog>
  );
}

async function take(address: string, signal: AbortSignal) {
  const answer = await send(address, { signal });
  const header = (name: string) => answer.headers.get(`x-framewell-${name}`) ?? "";
  return {
    url: URL.createObjectURL(await answer.blob()),
    frame: header("frame"),
    pts: header("pts"),
    timecode: header("timecode"),
  };
}
