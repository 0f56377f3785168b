import { Page } from "../../parts/Page";
import { useShellWords } from "../../words/shell";

export default function Assets() {
  const words = useShellWords();
  return <Page title={words.pages.assets}>{null}</Page>;
}
