import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Failed } from "../../parts/Failed";
import { Radios, TextField } from "../../parts/fields";
import { Waiting } from "../../parts/Waiting";
import { search as de } from "../../words/de/search";
import { search as en } from "../../words/en/search";
import { useWords } from "../../words/language";
import { type Like, sceneQuery, searchFaces } from "./data";
import { Results } from "./Results";

export type Sought = "scene" | "face";

const LONGEST_REASON = 500;

/** What is like a picture: the scene, or a face in it, for which whoever looks says why. */
export function ByPicture({ like, as, onAs }: { like: Like; as: Sought; onAs: (as: Sought) => void }) {
  const words = useWords({ en, de });
  return (
    <>
      <Radios
        label={words.soughtIn}
        value={as}
        onChange={onAs}
        choices={(["scene", "face"] as const).map((value) => ({ value, label: words.sought[value] }))}
      />
      {as === "scene" ? <Scenes like={like} /> : <Faces like={like} />}
    </>
  );
}

function Scenes({ like }: { like: Like }) {
  const answer = useQuery(sceneQuery(like));
  return <Answer query={answer}>{(page) => <Results found={page.found} more={false} onNearEnd={nothing} />}</Answer>;
}

/** Asks only when somebody says so, since each search for a face is kept with its reason. */
function Faces({ like }: { like: Like }) {
  const words = useWords({ en, de });
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState("");
  const form = useId();
  const looking = useMutation({ mutationFn: () => searchFaces(like, reason.trim()) });
  const look = () => {
    if (reason.trim() === "") return setWrong(words.noReason);
    if (!looking.isPending) looking.mutate();
  };
  return (
    <>
      <form
        id={form}
        className="search-reason"
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <TextField
          label={words.reason}
          help={words.reasonHelp}
          error={wrong}
          value={reason}
          maxLength={LONGEST_REASON}
          onChange={(value) => {
            setReason(value);
            setWrong("");
          }}
        />
        <Button look="main" type="submit" isPending={looking.isPending}>
          {words.lookForFace}
        </Button>
      </form>
      {looking.isPending && <Waiting rows={6} />}
      {looking.isError && <Failed error={looking.error} retry={look} />}
      {looking.isSuccess && <Results found={looking.data.found} more={false} onNearEnd={nothing} />}
    </>
  );
}

function nothing(): void {}
