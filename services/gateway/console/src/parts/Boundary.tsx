import { Component, type ReactNode } from "react";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { Failed } from "./Failed";

/** Keeps a mistake of one page from taking the console with it. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    return this.state.error === undefined ? this.props.children : <Broken error={this.state.error} />;
  }
}

function Broken({ error }: { error: unknown }) {
  const words = useShellWords();
  return (
    <div>
      <Failed error={error} />
      <div className="row" style={{ justifyContent: "center" }}>
        <Button onPress={() => location.reload()}>{words.failed.reload}</Button>
      </div>
    </div>
  );
}
