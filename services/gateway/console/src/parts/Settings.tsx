import { Braces, Keyboard, LogOut, Settings as SettingsIcon, UserRound } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { signOut } from "../api/generated";
import { leave } from "../api/session";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Radios, Switch } from "./fields";
import { useKeySettings } from "./keys";
import { LanguageChoice } from "./LanguageChoice";
import { chosenTheme, setTheme, type Theme } from "./theme";
import { useSession } from "./useSession";
import "./Settings.css";

/** At the foot of the navigation: who is signed in, and how the console is set for them. */
export function Settings({ onKeys }: { onKeys: () => void }) {
  const words = useShellWords();
  const { session } = useSession();
  const [open, setOpen] = useState(false);
  const name = session?.user?.name || session?.principal || "";
  const role = session?.role === undefined ? "" : words.roles[session.role];
  return (
    <div className="shell-foot">
      <button type="button" className="shell-entry" onClick={() => setOpen(true)} title={words.settings}>
        <SettingsIcon aria-hidden="true" />
        <span className="shell-who">
          <span className="one-line">{session?.user !== undefined ? name : words.settings}</span>
          {session?.user !== undefined && <span className="one-line small soft">{role}</span>}
        </span>
      </button>
      <Dialog title={words.settings} open={open} onClose={() => setOpen(false)}>
        <Choices onKeys={onKeys} close={() => setOpen(false)} />
        {session?.user !== undefined && (
          <section className="settings-part">
            <p>
              {words.signedInAs} <strong className="foreign">{name}</strong> ({role})
            </p>
            <div className="row">
              <Link href="/account" className="button" onClick={() => setOpen(false)}>
                <UserRound aria-hidden="true" />
                {words.pages.account}
              </Link>
              <Button onPress={() => void signOut().then(leave)}>
                <LogOut aria-hidden="true" />
                {words.signOut}
              </Button>
            </div>
          </section>
        )}
        <section className="settings-part">
          <h3>{words.programming}</h3>
          <div className="row">
            <a href="/docs" className="button">
              <Braces aria-hidden="true" />
              {words.restPages}
            </a>
            <a href="/asyncapi" className="button">
              <Braces aria-hidden="true" />
              {words.eventPages}
            </a>
          </div>
        </section>
      </Dialog>
    </div>
  );
}

function Choices({ onKeys, close }: { onKeys: () => void; close: () => void }) {
  const words = useShellWords();
  const keys = useKeySettings();
  const [theme, show] = useState<Theme>(chosenTheme);
  const themes = (["system", "light", "dark"] as const).map((value) => ({ value, label: words.themes[value] }));
  return (
    <>
      <LanguageChoice />
      <Radios
        label={words.theme}
        choices={themes}
        value={theme}
        onChange={(next) => {
          setTheme(next);
          show(next);
        }}
      />
      <div className="row settings-keys">
        <div>
          <Switch isSelected={keys.on} onChange={keys.setOn}>
            {words.singleKeys}
          </Switch>
          <p className="small soft">{words.singleKeysHelp}</p>
        </div>
        <Button
          onPress={() => {
            close();
            onKeys();
          }}
        >
          <Keyboard aria-hidden="true" />
          {words.keys.list}
        </Button>
      </div>
    </>
  );
}
