/** Light, dark, or as the system is. */
export type Theme = "system" | "light" | "dark";

const SETTING = "framewell-theme";

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(SETTING);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Shows the console in a theme, and keeps the choice. */
export function setTheme(theme: Theme): void {
  localStorage.setItem(SETTING, theme);
  showTheme();
}

/** Shows the theme that was chosen. */
export function showTheme(): void {
  const theme = chosenTheme();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
