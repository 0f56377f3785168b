import { Ellipsis } from "lucide-react";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { IconButton } from "./Button";

/** What can be done with one thing of a list, behind a button of its row. */
export function ActionMenu<Action extends string>({
  label,
  actions,
  onChoose,
}: {
  label: string;
  actions: readonly { id: Action; label: string }[];
  onChoose: (action: Action) => void;
}) {
  return (
    <MenuTrigger>
      <IconButton label={label} icon={<Ellipsis />} />
      <Popover className="popover" placement="bottom end" offset={4}>
        <Menu className="choices" aria-label={label} items={actions} onAction={(key) => onChoose(key as Action)}>
          {(one) => <MenuItem className="choice">{one.label}</MenuItem>}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
