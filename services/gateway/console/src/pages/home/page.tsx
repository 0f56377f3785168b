import { Page } from "../../parts/Page";
import { useShellWords } from "../../words/shell";

export default function Home() {
  const words = useShellWords();
  return <Page title={words.pages.home}>{null}</Page>;
}
