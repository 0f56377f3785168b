import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Link } from "wouter";
import type { AssetSummary } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/fields";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { useAssetActions } from "./useAssetActions";

/** What can be done with the chosen asset. */
export function Chosen({ asset, onWhy }: { asset: AssetSummary; onWhy: () => void }) {
  const words = useWords({ en, de });
  const actions = useAssetActions(asset);
  const [removing, setRemoving] = useState(false);
  const entries = [
    actions.mayReprocess && { id: "reprocess", name: words.actions.reprocess, run: () => actions.reprocess.mutate() },
    actions.mayCancel && { id: "cancel", name: words.actions.cancel, run: () => actions.cancel.mutate() },
    actions.mayRemove && { id: "remove", name: words.actions.remove, run: () => setRemoving(true) },
  ].filter((entry) => entry !== false);
  return (
    <div className="assets-chosen">
      <Link href={`/assets/${asset.asset_id}`} className="button">
        {words.actions.open}
      </Link>
      <Button onPress={onWhy} does="assets.why">
        {words.why.button}
      </Button>
      {entries.length > 0 && (
        <MenuTrigger>
          <AriaButton className="button button-icon" aria-label={words.actions.menu}>
            <Ellipsis aria-hidden="true" />
          </AriaButton>
          <Popover className="popover" placement="bottom end">
            <Menu className="choices" items={entries}>
              {(entry) => (
                <MenuItem className="choice assets-entry" onAction={entry.run}>
                  {entry.name}
                </MenuItem>
              )}
            </Menu>
          </Popover>
        </MenuTrigger>
      )}
      <Remove asset={asset} open={removing} onClose={() => setRemoving(false)} onRemove={actions.remove.mutate} />
    </div>
  );
}

function Remove({
  asset,
  open,
  onClose,
  onRemove,
}: {
  asset: AssetSummary;
  open: boolean;
  onClose: () => void;
  onRemove: (reason: string) => void;
}) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const [reason, setReason] = useState("");
  return (
    <Dialog
      title={words.actions.removeTitle}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button
            look="bad"
            isDisabled={reason.trim() === ""}
            onPress={() => {
              onRemove(reason.trim());
              onClose();
            }}
          >
            {words.actions.removeButton}
          </Button>
        </>
      }
    >
      <p className="foreign">{words.actions.removeText(asset.title || words.untitled)}</p>
      <TextField
        label={words.actions.reason}
        help={words.actions.reasonHelp}
        value={reason}
        onChange={setReason}
        lines={2}
        isRequired
        autoFocus
      />
    </Dialog>
  );
}
