import { createRoot } from "react-dom/client";
import { askSession, install } from "./api/client";
import { follow } from "./api/events";
import { clearBetweenPersons, makeQueryClient } from "./api/queries";
import { Start } from "./parts/Start";
import { showTheme } from "./parts/theme";
import { Console } from "./wiring";
import "./style/tokens.css";
import "./style/base.css";

showTheme();
install();
reloadWhenReplaced();
const queries = makeQueryClient();
clearBetweenPersons(queries);
const root = createRoot(document.getElementById("console") as HTMLElement);
root.render(
  <Start ask={askSession} follow={() => follow(queries)}>
    <Console queries={queries} />
  </Start>,
);

/** A console that was replaced since this tab was opened lacks its old parts: the page is loaded anew, once. */
function reloadWhenReplaced(): void {
  const setting = "framewell-reloaded";
  window.addEventListener("vite:preloadError", (event) => {
    if (Date.now() - Number(sessionStorage.getItem(setting)) < 10_000) return;
    event.preventDefault();
    sessionStorage.setItem(setting, String(Date.now()));
    location.reload();
  });
}
