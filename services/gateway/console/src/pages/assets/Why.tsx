import { useQuery } from "@tanstack/react-query";
import type { AssetSummary } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Explanation } from "../../parts/Explanation";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { whyQuery } from "./queries";

/** Why an asset stands where it is, asked again while somebody looks. */
export function Why({ asset, open, onClose }: { asset: AssetSummary; open: boolean; onClose: () => void }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  return (
    <Dialog
      title={asset.title || words.untitled}
      open={open}
      onClose={onClose}
      wide
      actions={<Button onPress={onClose}>{shell.close}</Button>}
    >
      <Asked assetId={asset.asset_id} />
    </Dialog>
  );
}

function Asked({ assetId }: { assetId: string }) {
  const query = useQuery({ ...whyQuery(assetId), refetchInterval: 3000 });
  return <Answer query={query}>{(why) => <Explanation why={why} />}</Answer>;
}
