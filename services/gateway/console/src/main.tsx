import { createRoot } from "react-dom/client";
import { askSession, install } from "./api/client";
import { follow } from "./api/events";
import { makeQueryClient } from "./api/queries";
import { Start } from "./parts/Start";
import { showTheme } from "./parts/theme";
import { Console } from "./wiring";
import "./style/tokens.css";
import "./style/base.css";

showTheme();
install();
const queries = makeQueryClient();
const root = createRoot(document.getElementById("console") as HTMLElement);
root.render(
  <Start ask={askSession} follow={() => follow(queries)}>
    <Console queries={queries} />
  </Start>,
);
