/** Why a form was refused, above its buttons; nothing where it was not. */
export function Refused({ sentence }: { sentence: string }) {
  if (sentence === "") return null;
  return (
    <p className="field-error foreign" role="alert">
      {sentence}
    </p>
  );
}
