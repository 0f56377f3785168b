import { ImageUp } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { DropZone, FileTrigger, isFileDropItem } from "react-aria-components";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { search as de } from "../../words/de/search";
import { search as en } from "../../words/en/search";
import { useWords } from "../../words/language";
import { PICTURE_TYPES, readPicture } from "./picture";

export interface Given {
  picture: string;
  url: string;
}

/** Where a picture is dropped or chosen; then the picture that is compared, and what takes it away again. */
export function GivenPicture({
  shown,
  onGiven,
  onForget,
}: {
  /** Address of the picture that is compared, and what it is; undefined for none. */
  shown: { url: string; alt: string } | undefined;
  onGiven: (given: Given) => void;
  onForget: () => void;
}) {
  const words = useWords({ en, de });
  const [wrong, setWrong] = useState("");
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const read = await readPicture(file);
    setWrong("wrong" in read ? words[read.wrong] : "");
    if (!("wrong" in read)) onGiven(read);
  };
  return (
    <DropZone
      className="search-drop"
      aria-label={words.picture}
      getDropOperation={(types) => (PICTURE_TYPES.some((type) => types.has(type)) ? "copy" : "cancel")}
      onDrop={(event) => {
        const file = event.items.find(isFileDropItem);
        if (file !== undefined) void file.getFile().then(take);
      }}
    >
      <div className="row search-picture">
        {shown === undefined ? (
          <>
            <FileTrigger acceptedFileTypes={PICTURE_TYPES} onSelect={(files) => void take(files?.[0])}>
              <Button>
                <ImageUp aria-hidden="true" size={16} />
                {words.choosePicture}
              </Button>
            </FileTrigger>
            <span className="small soft search-help">{wrong === "" ? words.pictureHelp : ""}</span>
          </>
        ) : (
          <>
            <Crop src={shown.url} alt={shown.alt} width={96} height={54} eager />
            <Button onPress={onForget}>{words.otherPicture}</Button>
          </>
        )}
        <Wrong>{wrong}</Wrong>
      </div>
    </DropZone>
  );
}

function Wrong({ children }: { children: ReactNode }) {
  return children === "" ? null : (
    <span className="search-wrong" role="alert">
      {children}
    </span>
  );
}

/** A picture that somebody gave, whose address in the browser goes when another one comes. */
export function useGiven() {
  const [given, setGiven] = useState<Given>();
  useEffect(() => () => URL.revokeObjectURL(given?.url ?? ""), [given]);
  return [given, setGiven] as const;
}
