import { Page } from "../../parts/Page";
import { useShellWords } from "../../words/shell";

export default function Place() {
  const words = useShellWords();
  return <Page title={words.pages.mesh}>{null}</Page>;
}
