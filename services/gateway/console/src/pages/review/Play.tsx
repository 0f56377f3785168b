import { useEffect, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { attach } from "../../player/source";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";

const AROUND_SECONDS = 5;

/** Plays five seconds before and after a moment of a programme. */
export function Play({ assetId, seconds, onClose }: { assetId: string; seconds: number; onClose: () => void }) {
  const words = useWords({ en, de });
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [failed, setFailed] = useState("");
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (video === null) return;
    const [from, until] = [Math.max(0, seconds - AROUND_SECONDS), seconds + AROUND_SECONDS];
    const begin = () => {
      video.currentTime = from;
      setReady(true);
      void video.play().catch(() => {}); // the person starts it by the control
    };
    const stop = () => video.currentTime >= until && video.pause();
    video.addEventListener("loadedmetadata", begin, { once: true });
    video.addEventListener("timeupdate", stop);
    const end = attach(video, `/v1/assets/${assetId}/playlist/master.m3u8`, { failed: setFailed });
    return () => {
      video.removeEventListener("loadedmetadata", begin);
      video.removeEventListener("timeupdate", stop);
      end();
    };
  }, [video, assetId, seconds]);
  return (
    <Dialog title={words.play.title} open onClose={onClose} wide>
      {/* biome-ignore lint/a11y/useMediaCaption: five seconds of what the sample shows */}
      <video ref={setVideo} className="review-video" controls playsInline aria-label={words.play.title} />
      {failed !== "" && (
        <p role="alert">
          {words.play.failed} <code>{failed}</code>
        </p>
      )}
      {!ready && failed === "" && (
        <p className="soft" role="status">
          {words.play.wait}
        </p>
      )}
    </Dialog>
  );
}
